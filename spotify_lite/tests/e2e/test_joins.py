"""An album that is one piece of sound, cut into songs: what is heard from the player's own page has no cut.

The recording is compared with the master sample by sample, over every join and every change of bitrate.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Request, expect

from spotify_lite.tests import rig
from spotify_lite.tests.e2e import playing
from spotify_lite.tests.rig import ear, faults, record, server, sound

FRAME = 1_024  # samples of an AAC frame: what a join may cost
ALIKE = 0.8  # of a stretch with its master
NEXT_IS_THERE = """() => {
  const { buffered } = document.querySelector('#audio');
  return buffered.length > 0 && buffered.end(0) > 12;
}"""
BOTH_SOUND = """() => [...document.querySelectorAll('audio')].every(
  (one) => !one.paused && one.volume > 0.05 && one.volume < 1
)"""
SETTINGS = {"PACKAGING": "eager"}


@dataclass
class Album:
    """An album at a server, over a line that can be spoiled."""

    node: server.Server
    line: faults.Proxy
    master: np.ndarray


@pytest.fixture(scope="module")
def album_of(demo: server.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Album]:
    """Start a server with the album, packaged into its ladder."""
    rig.need("chromium", package="chromium")
    place = tmp_path_factory.mktemp("joins")
    var, port = place / "var", server.free_port()
    var.mkdir()
    (var / "static").symlink_to(demo.var / "static")
    variables = server.environment(var, port, SETTINGS)
    server.make_tables(variables)
    master = record.make(place / "music")
    server.manage(variables, "import_music", str(place / "music"), "--copy")
    server.manage(variables, "package", "--verbosity=0")
    with faults.proxy(port) as line, server.running(var, port=port, migrate=False, extra=SETTINGS) as node:
        yield Album(node, line, master)
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def page(chromium: Browser, album_of: Album) -> Iterator[Page]:
    """Return the album's page, whose content policy is off so that it can be recorded."""
    album_of.line.heal()
    context = chromium.new_context(base_url=album_of.line.url, bypass_csp=True, service_workers="block")
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto("/albums/1")
    page.locator("h1").click()
    ear.listen(page)
    yield page
    context.close()


def press(page: Page, number: int) -> None:
    page.locator("main .row .hit").nth(number - 1).click()
    expect(playing.title(page)).to_have_text(f"{record.ALBUM} {number}")


def reach(page: Page, number: int, seconds: str) -> None:
    """Wait until a song sounds, so far on as the bar shows it."""
    expect(playing.title(page)).to_have_text(f"{record.ALBUM} {number}", timeout=30_000)
    expect(page.locator("#player [data-at]").first).to_have_text(seconds, timeout=30_000)


def assert_whole(heard: np.ndarray, master: np.ndarray, *, seconds: float) -> None:
    """Assert that so much was heard, each stretch of it at its place but for a frame."""
    places = sound.follow(heard, master)
    assert places[-1].at >= seconds
    wrong = [place for place in places if abs(place.lag) > FRAME or place.likeness < ALIKE]
    assert not wrong, f"{len(wrong)} of {len(places)}, the first is {wrong[:1]}"


def test_songs_of_an_album_join_without_a_gap_and_each_is_a_play_of_its_own(page: Page, album_of: Album) -> None:
    told: list[dict[str, Any]] = []

    def note(sent: Request) -> None:
        if sent.url.endswith("/progress"):
            told.append(sent.post_data_json or {})

    page.on("request", note)
    asked = watch(page)
    press(page, 1)
    reach(page, 2, "0:08")
    reach(page, 3, "0:01")
    assert_whole(ear.heard(page), album_of.master, seconds=18)
    playing.wait_until(page, playing.ALL_IS_SENT)
    events = [event for body in told for event in body["events"]]
    ended = [event["position_ms"] for event in events if event["state"] == "ended"]
    assert ended[:2] == pytest.approx([seconds * 1000 for seconds in record.LENGTHS[:2]], abs=2)
    assert len({(event["play_id"], event["track_id"]) for event in events}) >= 3, "each is a play of its own"
    songs = len({event["track_id"] for event in events}) + 1  # and the one ahead
    assert len(asked("play")) <= songs, "one decision a song"
    assert len(asked("media")) <= 4 * songs, "few requests a song"


@pytest.mark.parametrize(("rate", "least"), [(14_000, True), (0, False)], ids=["poor line", "good line"])
def test_bitrate_is_what_the_line_carries_and_no_sample_is_missing(
    page: Page, album_of: Album, rate: int, least: bool
) -> None:
    """The page names 128 kbit/s, which it begins with."""
    asked = watch(page)
    album_of.line.spoil(rate=rate)
    with page.expect_response(lambda answer: answer.url.endswith("/tracks/3/play")) as decided:
        press(page, 3)
    rising = sorted(decided.value.json()["sources"], key=lambda source: source["bitrate"])
    ladder = [path_of(source["url"]) for source in rising if "mp4a" in source["mime"]]
    reach(page, 3, "0:06")
    taken = [path_of(request.url) for request in asked("media")]
    assert ladder[1] in taken
    assert (ladder[0] in taken, ladder[2] in taken) == (least, not least)
    assert_whole(ear.heard(page), album_of.master[int(sum(record.LENGTHS[:2]) * sound.RATE) :], seconds=5)


def test_next_song_of_the_queue_sounds_without_the_network(page: Page, album_of: Album) -> None:
    press(page, 1)
    page.wait_for_function(NEXT_IS_THERE)
    album_of.line.spoil(black_hole=True)
    page.keyboard.press("n")
    page.wait_for_function("() => document.querySelector('#audio').currentTime > 9.8", polling=20)
    expect(playing.title(page)).to_have_text(f"{record.ALBUM} 2")
    assert not page.evaluate("document.querySelector('#audio').paused")


def test_queue_that_is_changed_changes_what_follows(page: Page, album_of: Album) -> None:
    """What was appended of the song that came next is not heard when another one comes next."""
    press(page, 1)
    page.wait_for_function(NEXT_IS_THERE)
    page.locator("main .row").nth(3).click(button="right")
    page.get_by_role("menuitem", name="Play next").click()
    reach(page, 4, "0:02")
    heard = ear.heard(page)
    cut = int(record.LENGTHS[0] * sound.RATE)
    fourth = int(sum(record.LENGTHS[:3]) * sound.RATE)
    joined = np.concatenate([album_of.master[:cut], album_of.master[fourth:]])
    assert_whole(heard, joined, seconds=record.LENGTHS[0] + 1)


def test_place_is_found_and_the_song_sounds_on_from_there(page: Page, album_of: Album) -> None:
    press(page, 3)
    reach(page, 3, "0:01")
    page.keyboard.press("5")
    seek = page.locator("#player [data-seek]")
    seek.fill("9000")
    reach(page, 3, "0:10")
    reach(page, 4, "0:01")


def test_song_that_was_held_ahead_is_told_as_what_it_came_from(page: Page) -> None:
    """The mouse rests on its row until its beginning is there; the press asks for none of that again."""
    row = page.locator("main .row .hit").nth(2)
    row.hover()
    page.wait_for_function(
        "() => performance.getEntriesByType('resource').some(({ name }) => name.includes('/media/'))"
    )
    row.click()
    reach(page, 3, "0:01")
    page.keyboard.press("n")
    counted = page.wait_for_function("() => localStorage.counts && JSON.parse(localStorage.counts)").json_value()
    assert (counted["web"]["plays"], counted["device"]["plays"]) == (1, 0)
    assert counted["web"]["bytes"] > 0


def test_songs_fade_into_each_other_where_that_is_wanted(page: Page, album_of: Album) -> None:
    """Not in the order of the album: shuffled, or backwards."""
    page.evaluate("localStorage.switches = JSON.stringify({ crossfade: '2' })")
    press(page, 1)
    page.locator("main .row").nth(2).click(button="right")
    page.get_by_role("menuitem", name="Play next").click()
    page.wait_for_function(BOTH_SOUND, polling=20)
    expect(playing.title(page)).to_have_text(f"{record.ALBUM} 3")
    reach(page, 3, "0:03")
    assert page.evaluate("[...document.querySelectorAll('audio')].filter((one) => !one.paused).length") == 1
    assert playing.volume(page) > 0.2


def path_of(url: str) -> str:
    return urlsplit(url).path


def watch(page: Page) -> Callable[[str], list[Request]]:
    """Return what gives the requests so far: of `media`, or of `play`."""
    sent: list[Request] = []

    def note(request: Request) -> None:
        sent.append(request)

    page.on("request", note)
    ends = {"media": lambda url: "/media/" in url, "play": lambda url: url.endswith("/play")}
    return lambda kind: [request for request in sent if ends[kind](request.url)]
