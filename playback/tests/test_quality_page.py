"""The desk's page of listening quality: medians by source and region, of an hour, a day and a week."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from playback import charts, quality, report
from playback.beacons import Beacon

URL = "/admin/playback/play/quality/"
NOW = datetime(2026, 3, 1, 12, 2, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "_tally", quality.Tally())


def heard(
    ms: float | None, number: int = 1, *, at: datetime = NOW, region: str = "eu", source: str = "edge", **more: Any
) -> None:
    told = {"stalls": 0, "stall_ms": 0, "error": ""} | more
    one = Beacon(play_id=uuid.uuid4(), source=source, first_audio_ms=ms, **told)
    quality.note([one] * number, region=region, at=at)
    quality.flush()


def test_figures_are_those_of_each_source_and_region_and_of_all_together() -> None:
    heard(90, 90)
    heard(1_900, 10, stalls=1, stall_ms=600)
    heard(8, 100, source="device", region="au")
    heard(None, 2, source="web", error="network")
    made = report.make(report.PERIODS["day"], at=NOW)
    assert (made.all.plays, made.all.stalled, made.all.failed) == (202, 10, 2)
    assert list(made.sources) == ["device", "edge", "web"]
    edge, device, web = (made.sources[name] for name in ("edge", "device", "web"))
    assert edge.median == pytest.approx(90, rel=0.1)
    assert edge.slowest == pytest.approx(1_900, rel=0.1)
    assert edge.stalled_share == pytest.approx(0.1)
    assert device.slowest == pytest.approx(8, rel=0.2)
    assert (web.median, web.plays, web.errors) == (None, 2, {"network": 2})
    assert {name: one.plays for name, one in made.regions.items()} == {"au": 100, "eu": 102}
    assert report.make(report.PERIODS["day"], at=NOW, region="au").all.plays == 100


@pytest.mark.parametrize(("period", "seen", "steps"), [("hour", 1, 12), ("day", 2, 48), ("week", 3, 84)])
def test_a_period_is_what_it_says_and_its_steps_are_all_there(period: str, seen: int, steps: int) -> None:
    for ago in (timedelta(minutes=3), timedelta(hours=5), timedelta(days=6), timedelta(days=8)):
        heard(100, at=NOW - ago)
    made = report.make(report.PERIODS[period], at=NOW)
    assert made.all.plays == sum(figures.plays for _, figures in made.steps) == seen
    assert len(made.steps) == steps
    moments = [moment for moment, _ in made.steps]
    assert moments[-1] <= NOW < moments[-1] + report.PERIODS[period].step
    assert sorted(set(moments)) == moments


def test_the_page_asks_the_same_number_of_questions_whatever_there_is(
    desk: Client, django_assert_num_queries: Any
) -> None:
    desk.get(URL)
    heard(100, at=timezone.now())
    with django_assert_num_queries(7):  # who it is and may, the regions, the figures by source, and by time
        desk.get(URL)
    for number in range(30):
        heard(100 * number, at=timezone.now() - timedelta(minutes=number), region=f"r{number % 3}", source="web")
    with django_assert_num_queries(7):
        desk.get(URL)


def test_curators_see_medians_and_what_ended_plays(desk: Client) -> None:
    now = timezone.now()
    heard(90, 3, at=now)
    heard(1_500, 1, at=now, source="web", region="au", error="decode", stalls=2, stall_ms=900)
    page = desk.get(URL).content.decode()
    for words in ("Listening quality", "A POP", "A web node", "the browser could not play it", "25.0 %", "All regions"):
        assert words in page, words
    assert "the browser could not play it" not in desk.get(f"{URL}?region=eu").content.decode()
    for odd in ("?period=century", "?region=moon", "?period=%00&region=%00", "?period=week&region=eu"):
        assert desk.get(URL + odd).status_code == 200, odd


def test_where_nobody_has_told_of_a_play_the_page_says_why(desk: Client, settings: Any) -> None:
    assert "Nobody has told of a play in this time." in desk.get(URL).content.decode()
    settings.BEACONS = False
    assert "BEACONS is off" in desk.get(URL).content.decode()


def test_lines_break_where_there_is_nothing_and_a_lone_value_is_a_dot() -> None:
    marks = charts.scale([8, 100, None])
    assert marks == [512, 128, 32, 8]
    assert charts.scale([5_000])[0] >= 5_000
    drawn = charts.line([8, None, 512, 512], marks)
    assert drawn == "M125.0 100.0h0M625.0 0.0h0L875.0 0.0"
    assert charts.bars([0, 5, 10], 10) == "M383.3 100v-50.0h233.3V100zM716.7 100v-100.0h233.3V100z"
