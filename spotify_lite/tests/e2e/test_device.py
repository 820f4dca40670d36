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
from spotify_lite.tests.e2e.test_pocket import KNOWN, PACK
from spotify_lite.tests.rig import gate, server

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
SAVING = "Object.defineProperty(navigator.connection, 'saveData', {get: () => true})"  # nothing is held ahead
# Let as many songs be kept, half of them by a wish of their own, and the others by habit.
KEEP_MANY = """count => new Promise((resolve, reject) => {
  const asked = indexedDB.open('spotify-lite-device');
  asked.onerror = () => reject(asked.error);
  asked.onsuccess = () => {
    const step = asked.result.transaction(['songs', 'wishes'], 'readwrite');
    const [songs, wishes] = ['songs', 'wishes'].map(name => step.objectStore(name));
    for (let id = 1; id <= count; id += 1) {
      const [title, artist] = [`Song ${String(id).padStart(5, '0')}`, "Somebody"];
      const place = { disc_number: 1, track_number: id, duration_ms: 180000 };
      const track = { id, title, artist, artists: [], album: null, ...place, audio_url: `/media/00/${id}.mp4` };
      songs.put({ id, track, path: `/media/00/${id}.mp4`, type: 'audio/mp4', bytes: 3e6, at: id, plays: 0 });
      const wish = { key: `track ${id}`, kind: 'track', id, title, artist, cover_url: null, at: id };
      if (id % 2) wishes.put({ ...wish, tracks: [id], state: 'kept' });
    }
    step.oncomplete = () => (asked.result.close(), resolve());
  };
})"""
WATCH = """() => {
  window.most = 0;
  const rows = () => document.querySelectorAll('main :is(.row, .holding)').length;
  const note = () => (window.most = Math.max(window.most, rows()));
  new MutationObserver(note).observe(document, { childList: true, subtree: true });
}"""
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
        self._behind = server.free_port()
        self._gate = gate.Gate(self.port, to=self._behind)
        self._running = ExitStack()
        self.away = self._gate.away  # to the browser it is as if the server was stopped

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        extra = {"PORT": str(self.port)}
        self._running.enter_context(server.running(self.var, port=self._behind, migrate=False, extra=extra))
        self._gate.open()

    def stop(self) -> None:
        self._gate.shut()
        self._running.close()

    def close(self) -> None:
        self.stop()
        self._gate.close()

    @contextmanager
    def stopped(self) -> Iterator[None]:
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
    server.manage(server.environment(var, own.port), "shell", "--command", f"{PACK}; pocket.keep(at=timezone.now())")
    own.start()
    yield own
    own.close()
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
    """Server stopped: reload, search, play and seek a kept album. Started again: progress comes, nothing doubled."""
    songs = keep_album(page)
    expect(page.locator("main .row[data-kept]")).to_have_count(len(songs))
    album = page.url
    stay(page)
    before = site.rows(EVENTS)
    with site.stopped():
        page.reload()
        expect(page.locator(".calm")).to_contain_text("You are offline")
        assert titles(page) == songs
        page.goto("/search")
        page.get_by_role("searchbox").fill(songs[0])  # the first time ever
        expect(page.locator("#results [data-away]")).to_contain_text("The server is away")
        page.locator("#results .row .hit", has_text=songs[0]).first.click()
        page.wait_for_function(PLAYED.format(0.5), polling=20)
        expect(title(page)).to_have_text(songs[0])
        for path in ("/", "/device"):
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


def test_queue_goes_on_with_what_is_here_and_with_the_rest_once_the_server_is_back(page: Page, site: Site) -> None:
    page.add_init_script(SAVING)
    page.goto(f"/albums/{page.evaluate(ALBUM_OF_MANY)}")
    songs, toast = titles(page), page.locator("#toast")
    for place in (0, 2):
        page.locator("main .row").nth(place).locator("[data-menu]").click()
        page.get_by_role("menuitem", name="Keep on this device").click()
        expect(page.locator("main .row").nth(place)).to_have_attribute("data-kept", "")
    page.locator("main .row .hit").first.click()
    page.wait_for_function(STARTED, polling=20)
    for path in ("**/api/**", "**/media/**"):
        page.context.route(path, lambda route: route.abort())
    bar(page).get_by_role("button", name="Next").click()  # the page does not know yet
    expect(toast).to_contain_text(f"“{songs[1]}” waits for the network. Going on with “{songs[2]}”.")
    expect(title(page)).to_have_text(songs[2])
    page.wait_for_function(PLAYED.format(0.2), polling=20)
    with site.away():
        page.context.unroute_all()
        page.locator("main .row .hit").first.click()
        expect(title(page)).to_have_text(songs[0])
        expect(page.locator(".calm")).to_be_visible()
        end(page)
        expect(toast).to_contain_text(f"1 song waits for the network. Going on with “{songs[2]}”.")
        expect(title(page)).to_have_text(songs[2])
        end(page)
        expect(toast).to_contain_text(f"Nothing further of the queue is on this device. “{songs[3]}” plays as soon as")
        expect(title(page)).to_have_text(songs[3])
        expect(bar(page).get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.locator(".calm button").click()
    page.wait_for_function(PLAYED.format(0.2), polling=20)
    expect(title(page)).to_have_text(songs[3])


def test_thousands_of_kept_songs_have_few_rows_in_the_page(page: Page) -> None:
    page.evaluate(KEEP_MANY, 5_000)
    page.add_init_script(f"({WATCH})()")
    page.goto("/device")
    expect(page.locator("main [data-sum]")).to_contain_text("5000 songs")
    for name, first, middle in (("asked", "Song 00001", "Song 02501"), ("habit", "Song 05000", "Song 02500")):
        rows = page.locator(f"main [data-songs={name}]")
        rows.evaluate("rows => scrollBy(0, rows.getBoundingClientRect().top - 100)")
        expect(rows.locator(f'.row:has(.hit[title="{first}"])')).to_be_in_viewport()
        assert rows.locator(".row").first.get_attribute("aria-setsize") == "2500"
        rows.evaluate("rows => scrollBy(0, rows.clientHeight / 2)")
        expect(rows.locator(f'.row:has(.hit[title="{middle}"])')).to_be_in_viewport()
    for path in ("**/media/**", "**/play"):
        page.context.route(path, lambda route: None)  # those songs are nowhere
    page.locator('main [data-songs=habit] .hit[title="Song 02500"]').click()
    expect(title(page)).to_have_text("Song 02500")
    bar(page).get_by_role("button", name="Next").click()
    expect(title(page)).to_have_text("Song 02498")
    page.locator("[data-device-filter]").fill("0123")
    expect(page.locator("main [data-songs] .row")).to_have_count(11)
    assert page.locator("main [data-wish]").first.get_attribute("aria-setsize") == "2500"
    assert page.evaluate("window.most") <= 200


def test_what_waits_for_the_network_says_so_and_a_page_never_seen_shows_what_is_here(page: Page, site: Site) -> None:
    songs = keep_album(page)
    page.clock.install()
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
    page.clock.fast_forward(15_000)
    expect(page.locator(".calm")).to_be_hidden()  # it has looked by itself


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
    expect(page.locator("main [data-keep]")).to_have_attribute("data-state", "wanted")
    page.reload()
    expect(page.locator("main [data-keep]")).to_have_attribute("data-state", "kept", timeout=30_000)
    here = page.evaluate(HERE)
    assert len(here) == len(titles(page))
    assert len(set(asked)) == len(here)


def test_an_update_leaves_an_open_page_its_scripts(page: Page, site: Site) -> None:
    with site.stopped():
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


def stay(page: Page) -> None:
    """Look at a page for half a minute, in another tab: then the names are here, and nobody has searched."""
    tab = page.context.new_page()
    tab.clock.install()
    tab.goto("/")
    tab.wait_for_load_state("networkidle")
    assert tab.evaluate(KNOWN) is None
    tab.clock.fast_forward(30_000)
    wait_until(page, KNOWN)
    tab.close()


def end(page: Page) -> None:
    """Let the song that sounds come to its end."""
    page.wait_for_function(PLAYED.format(0.1), polling=20)
    seek(page, int(page.locator("#player [data-seek]").get_attribute("max") or 0) - 700)


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
