"""What a device keeps: it plays with the server stopped, gives way when it must, and is nobody else's."""

import json
import re
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from spotify_lite.tests.e2e.playing import (
    ALBUM_OF_MANY,
    ALL_IS_SENT,
    KEPT,
    STARTED,
    bar,
    title,
    titles,
    wait_until,
)
from spotify_lite.tests.e2e.test_accounts import sign_up
from spotify_lite.tests.rig import server

PLAYED = "() => [...document.querySelectorAll('audio')].some(audio => !audio.paused && audio.currentTime > {})"
HERE = """async () => {
  const keys = await (await caches.open('shelf')).keys();
  return keys.map(({url}) => new URL(url).pathname).filter(path => path.startsWith('/media/')).sort();
}"""
CACHES = "async () => (await caches.keys()).map(name => name.split(' ')[0]).sort()"
CONTROLLED = "() => navigator.serviceWorker.controller !== null"
PAGES = """async () => {
  const names = (await caches.keys()).filter(name => name.startsWith('pages'));
  const keys = await Promise.all(names.map(async name => (await caches.open(name)).keys()));
  return keys.flat().map(({url}) => new URL(url).pathname);
}"""
EVENTS = "SELECT p.play_id, e.seq FROM playback_playevent e JOIN playback_play p ON p.id = e.play_id"
ROWS = """store => new Promise((resolve, reject) => {
  const asked = indexedDB.open('spotify-lite-device');
  asked.onerror = () => reject(asked.error);
  asked.onsuccess = () => {
    const read = asked.result.transaction(store).objectStore(store).getAll();
    read.onsuccess = () => (asked.result.close(), resolve(read.result));
  };
})"""


class Site:
    """A server of its own on a copy of the demo's state, which can be stopped and started at one address."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.port = server.free_port()
        self._running = ExitStack()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._running.enter_context(server.running(self.var, port=self.port, migrate=False))

    def stop(self) -> None:
        self._running.close()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Stop the server, and start it again at the end."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def change_style(self) -> None:
        """Deploy: the stylesheet has another name, and what it was called before is gone."""
        static = self.var / "static"
        names = json.loads((static / "staticfiles.json").read_text())
        old = static / names["paths"]["css/app.css"]
        new = old.with_name("app.0123456789ab.css")
        shutil.copy(old, new)
        for file in old.parent.glob(f"{old.name}*"):
            file.unlink()
        names["paths"]["css/app.css"] = f"css/{new.name}"
        (static / "staticfiles.json").write_text(json.dumps(names))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.var / server.DATABASE) as database:
            return database.execute(query).fetchall()


@pytest.fixture(scope="module")
def site(demo: server.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var = tmp_path_factory.mktemp("device") / "var"
    shutil.copytree(demo.var, var, ignore=shutil.ignore_patterns("*.log", "*.lock", "metrics"))
    own = Site(var)
    own.start()
    yield own
    own.stop()
    shutil.rmtree(var, ignore_errors=True)


@pytest.fixture
def device(chromium: Browser, site: Site) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=site.url, viewport={"width": 390, "height": 844})
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(device: BrowserContext) -> Page:
    """Return a page that the service worker answers."""
    page = device.new_page()
    page.goto("/")
    page.wait_for_function(CONTROLLED)
    wait_until(page, f"async () => (await ({PAGES})()).includes('/device')")
    return page


def keep_album(page: Page) -> list[str]:
    """Keep an album of four songs or more; return its titles."""
    page.goto(f"/albums/{page.evaluate(ALBUM_OF_MANY)}")
    page.get_by_role("button", name="Keep on this device").click()
    expect(page.locator("main [data-keep]")).to_have_attribute("data-state", "kept")
    return titles(page)


def test_a_kept_album_plays_with_the_server_stopped_and_its_progress_arrives_once(page: Page, site: Site) -> None:
    songs = keep_album(page)
    expect(page.locator("main .row[data-kept]")).to_have_count(len(songs))
    album = page.url
    before = site.rows(EVENTS)
    with site.away():
        page.reload()
        expect(page.locator(".calm")).to_contain_text("You are offline")
        assert titles(page) == songs
        page.locator("main .row .hit").first.click()
        page.wait_for_function(PLAYED.format(0.5), polling=20)
        for path in ("/", "/search", "/device"):
            page.goto(path)
            expect(page.locator(".calm")).to_be_visible()
            expect(page.locator("main h1")).to_be_attached()
        expect(page.locator("main [data-songs=asked] .row")).to_have_count(len(songs))
        page.goto(album)
        page.locator("main .row .hit").nth(1).click()
        page.wait_for_function(PLAYED.format(0.5), polling=20)
        seek(page, 60_000)
        page.wait_for_function(PLAYED.format(60.2), polling=20)
        bar(page).get_by_role("button", name="Next").click()
        expect(title(page)).to_have_text(songs[2])
        page.wait_for_function(PLAYED.format(0.5), polling=20)
        bar(page).get_by_role("button", name="Pause").click()
        waiting = [entry["event"] for entry in page.evaluate(KEPT) if "event" in entry]
    page.locator(".calm button").click()
    expect(page.locator(".calm")).to_be_hidden()
    wait_until(page, ALL_IS_SENT)
    left_open = page.evaluate("fetch('/api/v1/me/continue').then(a => a.json()).then(a => a.results)")
    places = {entry["track"]["title"]: entry["position_ms"] for entry in left_open}
    assert [places[songs[1]] >= 60_000, len(places)] == [True, len(left_open)]
    came = [event for event in site.rows(EVENTS) if event not in before]
    assert sorted(came) == sorted((event["play_id"].replace("-", ""), event["seq"]) for event in waiting)


def test_what_waits_for_the_network_says_so_and_a_page_never_seen_shows_what_is_here(page: Page, site: Site) -> None:
    songs = keep_album(page)
    page.goto("/")
    with site.away():
        page.reload()
        kept = page.locator("main .row[data-kept]")
        others = page.locator("main .row[data-id]:not([data-kept])")
        expect(kept.first).to_contain_text("On this device")
        expect(others.first).to_contain_text("Waits for the network")
        page.goto("/albums/987654")
        expect(page.locator("main")).to_contain_text("has not been open on this device before")
        expect(page.locator("main [data-songs=asked] .row")).to_have_count(len(songs))
        page.locator("[data-device-filter]").fill(songs[1][:6])
        expect(page.locator("main [data-songs=asked] .row")).to_have_count(1)
    expect(page.locator(".calm")).to_be_hidden(timeout=20_000)  # it looks by itself


def test_signing_out_takes_songs_pages_searches_and_lists_with_it(page: Page, device: BrowserContext) -> None:
    keep_album(page)  # by a guest, who becomes a listener
    sign_up(page, f"listener-{uuid.uuid4().hex[:8]}")
    wait_until(page, "() => localStorage.getItem('owner') !== null && localStorage.getItem('owner') !== 'null'")
    assert len(page.evaluate(HERE)) >= 4
    page.goto("/search?q=o")
    page.locator("main #results .row .hit").first.click()
    page.wait_for_function(STARTED, polling=20)
    assert page.evaluate("localStorage.getItem('searches')")
    page.goto("/settings")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/(login)?$"))
    page.close()
    page = device.new_page()
    page.goto("/healthz")  # no script of ours runs here
    assert page.evaluate("caches.has('shelf')") is False
    assert [page.evaluate(ROWS, "songs"), page.evaluate(ROWS, "wishes")] == [[], []]
    assert page.evaluate("localStorage.getItem('searches')") is None
    assert "/settings" not in page.evaluate(PAGES)
    page.goto("/device")
    expect(page.locator("main")).to_contain_text("Nothing is here yet")


def test_another_listener_finds_nothing_of_the_one_before(page: Page) -> None:
    """The one before was signed out elsewhere: this browser hears of it when somebody comes."""
    keep_album(page)
    page.evaluate("localStorage.setItem('owner', JSON.stringify('somebody'))")
    page.reload()
    wait_until(page, f"async () => (await ({HERE})()).length === 0")
    expect(page.locator("main .row[data-kept]")).to_have_count(0)
    expect(page.locator("main [data-keep]")).to_have_attribute("aria-pressed", "false")


def test_what_is_heard_stays_within_the_budget_and_what_is_kept_outlives_it(page: Page) -> None:
    page.goto(f"/albums/{page.evaluate(ALBUM_OF_MANY)}")
    page.locator("main .row").nth(3).locator("[data-menu]").click()
    page.get_by_role("menuitem", name="Keep on this device").click()
    expect(page.locator("main .row").nth(3)).to_have_attribute("data-kept", "")
    [pinned] = page.evaluate(HERE)
    page.locator("main .row .hit").first.click()
    expect(page.locator("main .row").first).to_have_attribute("data-kept", "", timeout=hear(page))
    first = next(row for row in page.evaluate(ROWS, "songs") if row["path"] != pinned)
    assert [first["plays"], first["bytes"]] == [1, first["track"]["audio"]["bytes"]]
    room = int(first["bytes"] * 1.4)  # for one song by habit, and not for two
    page.evaluate("bytes => localStorage.setItem('budget', bytes)", room)
    bar(page).get_by_role("button", name="Next").click()
    expect(page.locator("main .row").nth(1)).to_have_attribute("data-kept", "", timeout=hear(page))
    left = page.evaluate(ROWS, "songs")
    assert len(left) == 2
    assert sorted(row["path"] for row in left) == page.evaluate(HERE)
    assert pinned in page.evaluate(HERE)
    assert first["path"] not in page.evaluate(HERE)


def test_a_full_device_says_so_and_keeps_what_it_has(page: Page, device: BrowserContext) -> None:
    page.goto(f"/albums/{page.evaluate(ALBUM_OF_MANY)}")
    page.locator("main .row").first.locator("[data-menu]").click()
    page.get_by_role("menuitem", name="Keep on this device").click()
    expect(page.locator("main .row").first).to_have_attribute("data-kept", "")
    here = page.evaluate(HERE)
    used = page.evaluate("navigator.storage.estimate().then(({usage}) => usage)")
    chrome = device.new_cdp_session(page)
    origin = page.evaluate("location.origin")
    chrome.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": used + 200_000})
    page.get_by_role("button", name="Keep on this device").click()
    expect(page.locator("#toast")).to_contain_text("this device is full")
    expect(page.locator("main [data-keep]")).to_have_attribute("data-state", "full")
    assert page.evaluate(HERE) == here
    expect(page.locator("main .row[data-kept]")).to_have_count(1)


def test_what_was_being_kept_goes_on_after_a_reload_and_asks_for_nothing_twice(page: Page, site: Site) -> None:
    page.goto(f"/albums/{page.evaluate(ALBUM_OF_MANY)}")
    asked: list[str] = []

    def slow(route: Route) -> None:
        asked.append(route.request.url.partition("?")[0])
        if len(asked) == 2:
            route.abort()
        else:
            route.continue_()

    page.context.route("**/media/**", slow)
    page.get_by_role("button", name="Keep on this device").click()
    page.wait_for_timeout(200)
    page.reload()
    expect(page.locator("main [data-keep]")).to_have_attribute("data-state", "kept", timeout=30_000)
    here = page.evaluate(HERE)
    assert len(here) == len(titles(page))
    assert len(set(asked)) == len(here)


def test_an_update_leaves_an_open_page_its_scripts(page: Page, site: Site) -> None:
    with site.away():
        site.change_style()
    old = page.evaluate("caches.keys().then(names => names.find(name => name.startsWith('frame')))")
    page.evaluate("navigator.serviceWorker.getRegistration().then(known => known.update())")
    wait_until(page, "async old => (await caches.keys()).some(name => name.startsWith('frame') && name !== old)", old)
    script = page.evaluate(
        "async old => (await (await caches.open(old)).keys()).map(r => r.url).find(url => url.includes('app.'))", old
    )
    assert page.evaluate("url => fetch(url).then(({status}) => status)", script) == 200  # the server has it no more
    with site.away():
        page.reload()
        expect(page.locator(".calm")).to_be_visible()


def test_a_browser_that_keeps_nothing_plays_and_offers_nothing(guest: Page) -> None:
    guest.add_init_script("Object.defineProperty(window, 'caches', {value: undefined})")
    guest.goto(f"/albums/{guest_album(guest)}")
    expect(guest.locator("main [data-keep]")).to_be_hidden()
    guest.locator("main .row .hit").first.click()
    guest.wait_for_function(STARTED, polling=20)
    guest.goto("/device")
    expect(guest.locator("main .keepless")).to_be_visible()
    expect(guest.locator("main .keeping")).to_be_hidden()


def seek(page: Page, ms: int) -> None:
    page.locator("#player [data-seek]").evaluate(
        "(range, ms) => { range.value = ms; range.dispatchEvent(new Event('change', {bubbles: true})) }", ms
    )


def hear(page: Page) -> int:
    """Let it play seven times as fast; return milliseconds within which half a minute is heard, on a loaded machine."""
    page.wait_for_function(STARTED, polling=20)
    page.evaluate("document.querySelectorAll('audio').forEach(audio => { audio.playbackRate = 7 })")
    return 30_000


def guest_album(guest: Page) -> int:
    guest.goto("/")
    album: int = guest.evaluate(ALBUM_OF_MANY)
    return album
