"""Seeking: the shape of the song under the bar, the time under the pointer, a fine finger, keys, the lock screen."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from spotify_lite.tests.e2e.playing import STARTED, title, volume
from spotify_lite.tests.rig import measured, server
from spotify_lite.tests.rig.finger import Finger
from spotify_lite.tests.rig.server import Server

BARS = "svg => svg.firstChild.getAttribute('d').match(/v[\\d.]+/g).map(height => Number(height.slice(1)))"
SHARE = "range => range.value / range.max"
OF_PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
OF_DESK = {"viewport": {"width": 1280, "height": 800}}
# What the page tells the system, and what the system could press.
SYSTEM = """() => {
    const { mediaSession } = navigator;
    const own = (name) => mediaSession[name].bind(mediaSession);
    const [tell, handle] = [own("setPositionState"), own("setActionHandler")];
    window.stood = [];
    window.acts = {};
    mediaSession.setPositionState = (state) => (window.stood.push(state), tell(state));
    mediaSession.setActionHandler = (name, act) => ((window.acts[name] = act), handle(name, act));
}"""


@pytest.fixture(scope="module")
def record(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server with a record of which everything was measured, and a song of which nothing was."""
    folder = tmp_path_factory.mktemp("measured")
    var, port = folder / "var", server.free_port()
    var.mkdir()
    variables = server.environment(var, port)
    server.make_tables(variables)
    (var / "static").symlink_to(demo.var / "static")
    measured.install(variables, folder / "music")
    with server.running(var, port=port, migrate=False) as running:
        yield running


@pytest.fixture
def browsing(chromium: Browser, record: Server) -> Iterator[Any]:
    """Return a maker of a page that plays a song of the record; a script error or a refusal by the policy fails."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def open_page(song: str, album: str = measured.ALBUM, **options: Any) -> Page:
        context = chromium.new_context(base_url=record.url, **(options or OF_DESK))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda line: said.append(line.text) if "Content Security Policy" in line.text else None)
        page.add_init_script(f"({SYSTEM})()")
        page.goto("/albums")
        page.goto(page.locator("main a", has_text=album).first.get_attribute("href") or "")
        page.locator("main .row .hit", has_text=song).click()
        page.wait_for_function(STARTED, polling=20)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def seek(page: Page, where: str = "#player") -> Locator:
    return page.locator(f"{where} .seek")


def open_view(page: Page) -> Locator:
    title(page).click()
    view = page.locator("#now")
    expect(view).to_be_visible()
    view.evaluate("view => Promise.all(view.getAnimations().map(({ finished }) => finished))")  # it slides in
    return seek(page, "#now")


def test_shape_of_the_song_lies_under_the_bar_and_is_asked_for_once(browsing: Any) -> None:
    page = browsing("Rising")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/waveform" in request.url else None)
    bar = seek(page)
    expect(bar).to_have_attribute("data-drawn", "")
    before = page.locator("#player").bounding_box(), bar.bounding_box()
    bars = bar.locator(".wave.done").evaluate(BARS)
    assert len(bars) == int(bar.bounding_box()["width"] // 4)
    third = len(bars) // 3
    assert sum(bars[-third:]) > 3 * sum(bars[:third])  # it grows louder
    page.locator("#player [data-seek]").press("End")
    page.keyboard.press("n")
    expect(title(page)).to_have_text("Quiet")
    expect(bar).to_have_attribute("data-drawn", "")
    even = bar.locator(".wave.done").evaluate(BARS)
    assert sum(even[-third:]) == pytest.approx(sum(even[:third]), rel=0.2)
    page.keyboard.press("p")
    expect(title(page)).to_have_text("Rising")
    expect(bar).to_have_attribute("data-drawn", "")
    assert bar.locator(".wave.done").evaluate(BARS) == bars
    assert len(asked) == len(set(asked)) <= 2  # remembered
    assert (page.locator("#player").bounding_box(), bar.bounding_box()) == before


def test_played_part_is_drawn_to_where_it_is_and_the_large_view_is_like_the_bar(browsing: Any) -> None:
    page = browsing("Rising", **OF_PHONE)
    bar = open_view(page)
    expect(bar).to_have_attribute("data-drawn", "")
    box = bar.bounding_box()
    assert (box["height"], len(bar.locator(".wave.rest").evaluate(BARS))) == (64, int(box["width"] // 4))
    page.locator("#now [data-do=toggle]").click()
    share = page.locator("#now [data-seek]").evaluate(SHARE)
    assert float(bar.evaluate("seek => seek.style.getPropertyValue('--played')")) == pytest.approx(share, abs=0.01)


def test_song_that_was_not_measured_has_a_calm_line_of_the_same_size(browsing: Any) -> None:
    page = browsing(measured.UNMEASURED, album="Afterwards")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/waveform" in request.url else None)
    page.wait_for_function("() => document.querySelector('#audio').currentTime > 1.5")
    bar = seek(page)
    expect(bar).not_to_have_attribute("data-drawn", "")
    assert bar.bounding_box()["height"] == 44
    assert asked == []  # the track says that there is none
    page.locator("#player [data-seek]").press("ArrowRight")
    expect(page.locator("#player [data-at]")).to_have_text(re.compile(r"0:0[3-9]"))  # a tenth of 20 s further


def test_pointer_is_told_the_time_that_it_is_over(browsing: Any) -> None:
    page = browsing("Rising")
    expect(seek(page)).to_have_attribute("data-drawn", "")
    box = seek(page).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    peek = page.locator("#player .peek")
    expect(peek).to_have_text("0:12")
    expect(peek).to_be_visible()
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + 20)
    page.wait_for_function("() => document.querySelector('#player [data-seek]').value > 17500")
    page.mouse.move(10, 10)
    expect(peek).to_be_hidden()


def test_finger_seeks_finely_away_from_the_bar_and_only_when_it_lets_go(browsing: Any) -> None:
    page = browsing("Rising", **OF_PHONE)
    box = open_view(page).bounding_box()
    expect(seek(page, "#now")).to_have_attribute("data-drawn", "")
    left, width, middle = box["x"], box["width"], box["y"] + 32
    range_, finger = page.locator("#now [data-seek]"), Finger(page)
    page.locator("#now [data-do=toggle]").click()

    finger.stroke((left + 40, middle), (left + 140, middle), lift=False)
    coarse = range_.evaluate(SHARE)
    assert coarse == pytest.approx(140 / width, abs=0.03)
    assert page.evaluate("document.querySelector('#audio').currentTime") < 6  # still where it was
    finger.lift()
    expect(page.locator("#now [data-at]")).to_have_text(f"0:{int(coarse * 24):02}")

    finger.stroke((left + 140, middle), (left + 160, middle), (left + 160, middle - 200), (left + 260, middle - 200))
    fine = range_.evaluate(SHARE)
    assert fine == pytest.approx(160 / width + 0.1 * 100 / width, abs=0.04)

    before = range_.evaluate(SHARE)
    finger.stroke((left + 300, middle), (left + 302, middle - 80))  # up at once: not meant for the bar
    assert range_.evaluate(SHARE) == pytest.approx(before, abs=0.01)


def test_keys_seek_in_steps_that_suit_the_length(browsing: Any) -> None:
    page = browsing("Jingle")
    page.keyboard.press(" ")
    range_ = page.locator("#player [data-seek]")
    for key, place in (("Home", 0), ("ArrowRight", 300), ("PageUp", 1300), ("End", 2700), ("ArrowLeft", 2400)):
        range_.press(key)
        assert range_.evaluate("range => Number(range.value)") == pytest.approx(place, abs=60), key
    expect(range_).to_have_attribute("aria-valuetext", "2 seconds of 3 seconds")


def test_lock_screen_seeks_and_is_told_only_what_it_cannot_count_itself(browsing: Any) -> None:
    page = browsing("Rising")
    page.wait_for_timeout(1500)
    told = page.evaluate("window.stood.length")
    assert 1 <= told <= 4  # the song, its length, the first sound
    page.wait_for_timeout(1500)
    assert page.evaluate("window.stood.length") == told
    assert {"play", "pause", "previoustrack", "nexttrack", "seekto"} <= set(page.evaluate("Object.keys(window.acts)"))
    assert not {"seekforward", "seekbackward"} & set(page.evaluate("Object.keys(window.acts)"))
    page.evaluate("window.acts.seekto({ seekTime: 15 })")
    page.wait_for_function("() => document.querySelector('#player [data-seek]').value >= 15000")
    assert page.evaluate("window.stood.at(-1)")["position"] == pytest.approx(15, abs=1)
    assert page.evaluate("window.stood.at(-1)")["duration"] == pytest.approx(24, abs=0.1)


def test_album_keeps_its_quiet_songs_quiet_unless_songs_are_to_be_alike(browsing: Any) -> None:
    page = browsing("Rising")
    href = page.url.rpartition("/")[2]
    songs = page.evaluate(f"fetch('/api/v1/albums/{href}').then(a => a.json()).then(a => a.tracks.map(t => t.audio))")
    own = [10 ** (min(0, audio["gain_db"]) / 20) for audio in songs]
    whole = 10 ** (songs[0]["album_gain_db"] / 20)
    assert whole < own[1]
    assert volume(page) == pytest.approx(whole, abs=0.001)
    page.keyboard.press("n")
    expect(title(page)).to_have_text("Quiet")
    page.wait_for_function(STARTED, polling=20)
    assert volume(page) == pytest.approx(whole, abs=0.001)
    page.locator("nav a", has_text="Settings").click()
    loudness = page.get_by_role("group", name="Even loudness")
    loudness.get_by_label("Song by song").check()
    assert volume(page) == pytest.approx(own[1], abs=0.001)
    loudness.get_by_label("Off").check()
    assert volume(page) == 1
    page.reload()
    expect(loudness.get_by_label("Off")).to_be_checked()
