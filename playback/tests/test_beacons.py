"""`POST beacons`: what a player tells of its plays is counted, and nothing of whoever listened is kept."""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from playback import quality
from playback.api import beacons as door
from playback.bursts import Bursts
from playback.models import Quality
from spotify_lite.places import Edge

URL = "/api/v1/beacons"
PLAY = "01890a5d-ac96-774b-bcce-b302099a8057"
TOLD = {"play_id": PLAY, "first_audio_ms": 87.4, "source": "edge", "stalls": 0, "stall_ms": 0, "error": None}


@pytest.fixture(autouse=True)
def nothing_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "_tally", quality.Tally())
    monkeypatch.setattr(door, "_bursts", Bursts(burst=600, rate=1))


def tell(client: Client, body: Any, kind: str = "application/json", **headers: Any) -> Any:
    raw = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(URL, raw, content_type=kind, **headers)


def rows() -> dict[tuple[str, str, int], int]:
    quality.flush()
    found = Quality.objects.values_list("source", "figure", "bucket", "plays")
    return {(source, figure, bucket): plays for source, figure, bucket, plays in found}


@pytest.mark.django_db
def test_a_play_is_counted_by_where_its_sound_came_from_and_how_soon(client: Client) -> None:
    answer = tell(client, TOLD)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Cache-Control"] == "no-store"
    tell(client, {**TOLD, "first_audio_ms": 90, "stalls": 2, "stall_ms": 700})
    tell(client, {**TOLD, "source": "device", "first_audio_ms": 9})
    assert rows() == {
        ("edge", "first", 26): 2,  # from 76 ms on, and less than 90.5
        ("edge", "play", 0): 1,
        ("edge", "play", 38): 1,
        ("device", "first", 13): 1,
        ("device", "play", 0): 1,
    }
    assert sum(Quality.objects.values_list("total_ms", flat=True)) == 87 + 90 + 700 + 9


@pytest.mark.django_db
def test_a_play_that_never_sounded_is_one_of_all_and_says_why(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert tell(client, {"play_id": PLAY, "source": "web", "error": "network"}).status_code == 204
        assert tell(client, {"play_id": PLAY, "source": "web", "error": "never-heard-of"}).status_code == 204
    assert rows() == {("web", "play", 0): 2, ("web", "error:network", 0): 1, ("web", "error:other", 0): 1}
    assert [PLAY in line for line in caplog.messages] == [True, True], "so that it can be found among what was decided"


@pytest.mark.django_db
def test_what_is_written_twice_adds_up_in_one_statement(client: Client, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        tell(client, TOLD)
        with django_assert_num_queries(1):
            assert quality.flush() == 2
    with django_assert_num_queries(0):
        assert quality.flush() == 0
    assert rows() == {("edge", "first", 26): 3, ("edge", "play", 0): 3}


@pytest.mark.django_db
def test_a_request_asks_the_database_nothing_and_reads_and_sets_no_cookie(
    client: Client, listener: User, django_assert_num_queries: Any
) -> None:
    client.force_login(listener)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    with django_assert_num_queries(0):
        answer = tell(strict, TOLD, HTTP_AUTHORIZATION="Token wrong")
    assert answer.status_code == 204
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


@pytest.mark.django_db
def test_what_is_kept_names_nobody(client: Client) -> None:
    tell(client, {**TOLD, "track_id": 7, "username": "anna"}, REMOTE_ADDR="192.0.2.7")
    quality.flush()
    kept = str(list(Quality.objects.values()))
    assert {field.name for field in Quality._meta.get_fields() if field.concrete} == {
        "slot", "region", "source", "figure", "bucket", "plays", "total_ms",
    }  # fmt: skip
    assert not [word for word in (PLAY, "192.0.2.7", "anna") if word in kept]


@pytest.mark.django_db
def test_it_comes_as_a_page_that_closes_sends_it(client: Client) -> None:
    """`sendBeacon` calls a text text/plain, and a Blob by its own type, or by none."""
    for kind in ("text/plain;charset=UTF-8", "application/json", "application/octet-stream", ""):
        assert tell(client, TOLD, kind).status_code == 204, kind
    assert rows()["edge", "play", 0] == 4


@pytest.mark.django_db
def test_what_was_heard_without_a_network_comes_at_once(client: Client) -> None:
    assert tell(client, [TOLD] * 50).status_code == 204
    assert rows()["edge", "play", 0] == 50
    assert tell(client, [TOLD] * 51).status_code == 400
    assert tell(client, []).status_code == 400


@pytest.mark.django_db
def test_the_region_is_the_one_that_the_balancer_says(client: Client, settings: Any) -> None:
    settings.EDGES = (Edge("syd-1", "au", "https://syd-1.example"),)
    tell(client, TOLD, HTTP_X_REGION="au")
    tell(client, TOLD, HTTP_X_REGION="x" * 500)
    quality.flush()
    assert set(Quality.objects.values_list("region", flat=True)) == {"au", configured.REGION}


BAD = {
    "nothing": b"",
    "no JSON": b"{",
    "NaN": b'{"play_id": "%s", "source": "edge", "first_audio_ms": NaN}' % PLAY.encode(),
    "a lone surrogate": b'{"play_id": "\\ud800", "source": "edge"}',
    "a number": 7,
    "a text": "told",
    "deep nesting": "[" * 3000 + "]" * 3000,
    "a list of lists": [[TOLD]],
    "no play": {"source": "edge"},
    "a play of another kind": {**TOLD, "play_id": 7},
    "a play that is no UUID": {**TOLD, "play_id": PLAY[:-1]},
    "no source": {**TOLD, "source": None},
    "an unknown source": {**TOLD, "source": "moon"},
    "a list for a source": {**TOLD, "source": ["edge"]},
    "a negative wait": {**TOLD, "first_audio_ms": -1},
    "an endless wait": {**TOLD, "first_audio_ms": 1e308},
    "a wait in words": {**TOLD, "first_audio_ms": "87"},
    "a wait that is true": {**TOLD, "first_audio_ms": True},
    "half a stall": {**TOLD, "stalls": 0.5},
    "stalls below nothing": {**TOLD, "stalls": -1},
    "too many stalls": {**TOLD, "stalls": 2**63},
    "no number of stalls": {**TOLD, "stalls": None},
    "stalled for ever": {**TOLD, "stall_ms": 1e300},
    "an error with a line in it": {**TOLD, "error": "a\nb"},
    "an error like a tale": {**TOLD, "error": "x" * 33},
    "a number for an error": {**TOLD, "error": 404},
    "one bad of two": [TOLD, {**TOLD, "source": ""}],
}  # fmt: skip


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
@pytest.mark.django_db
def test_what_is_no_beacon_is_refused_with_a_reason_and_counts_nothing(client: Client, body: Any) -> None:
    answer = tell(client, body)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["detail"]
    assert rows() == {}


@pytest.mark.django_db
def test_the_field_that_is_wrong_is_named(client: Client) -> None:
    assert set(tell(client, {**TOLD, "source": "moon", "stalls": "3"}).json()["errors"]) == {"source", "stalls"}
    assert set(tell(client, [TOLD, {**TOLD, "error": 1}]).json()["errors"]) == {"1.error"}


@pytest.mark.django_db
def test_more_than_eight_kilobytes_are_not_read(client: Client) -> None:
    assert tell(client, json.dumps(TOLD).ljust(8 * 1024)).status_code == 204
    answer = tell(client, json.dumps(TOLD).ljust(8 * 1024 + 1))
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


@pytest.mark.django_db
def test_who_tells_too_much_is_told_to_wait_and_nobody_else(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_bursts", Bursts(burst=60, rate=1))
    assert tell(client, [TOLD] * 50).status_code == 204
    answer = tell(client, [TOLD] * 50)
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert 30 <= int(answer["Retry-After"]) <= 40
    assert tell(client, TOLD).status_code == 204, "there is room for one"
    assert tell(client, TOLD, REMOTE_ADDR="192.0.2.7").status_code == 204
    assert rows()["edge", "play", 0] == 52


@pytest.mark.django_db
def test_where_it_is_switched_off_there_is_nothing(client: Client, settings: Any) -> None:
    settings.BEACONS = False
    assert tell(client, TOLD).status_code == 404
    assert rows() == {}


@pytest.mark.django_db
def test_what_is_older_than_five_weeks_goes() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    for days in (0, 34, 36):
        Quality.objects.create(
            slot=quality.slot_of(now - timedelta(days)),
            region="a",
            source="web",
            figure="play",
            bucket=0,
            plays=1,
            total_ms=0,
        )
    assert quality.sweep(at=now) == 1
    assert Quality.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_without_a_database_it_is_kept_and_written_later(client: Client) -> None:
    tell(client, TOLD)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE playback_quality RENAME TO elsewhere")
        try:
            with pytest.raises(Exception, match="playback_quality"):
                quality.flush()
        finally:
            cursor.execute("ALTER TABLE elsewhere RENAME TO playback_quality")
    tell(client, TOLD)
    assert rows()["edge", "play", 0] == 2


def test_a_burst_fills_again_and_the_longest_away_are_forgotten() -> None:
    bursts = Bursts(burst=2, rate=0.5)
    assert [bursts.wait("a", 1, now=0) for _ in range(3)] == [0, 0, 2]
    assert bursts.wait("a", 1, now=2) == 0
    assert bursts.wait("a", 9, now=100) == 0, "more than a burst at once is taken when there is a whole one"
    for number in range(20_000):
        bursts.wait(str(number), 1, now=100)
    assert len(bursts._callers) <= 10_000


def test_slots_follow_the_clock() -> None:
    assert quality.slot_of(timezone.now() + timedelta(minutes=5)) - quality.slot_of(timezone.now()) == 1
