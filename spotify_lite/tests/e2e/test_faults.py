"""What goes wrong in the middle of a song, behind the player's own page: a place that dies or breaks off, an address
that ends, a listener who is shut out. What was fetched sounds on, and what can be had elsewhere is.
"""

import re
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from spotify_lite.tests import rig
from spotify_lite.tests.rig import edge, faults, record, s3, server

pytestmark = pytest.mark.rig

LENGTHS = (40.0, 40.0)  # seconds of the songs: more than is fetched before something breaks
BYTES = 16_000  # of a second of sound at 128 kbit/s
RATE = 3 * BYTES  # bytes a second that a place sends
CUT = 20_000  # bytes of an answer after which it breaks off: less than any piece of a song
BRIEF = 3  # seconds that an address lives: less than the first request takes at that rate
NAME, PASSWORD = "listener", secrets.token_urlsafe(16)
MAKE = f"from accounts.models import User; User.objects.create_user({NAME!r}, password={PASSWORD!r})"
SHUT_OUT = "UPDATE accounts_user SET is_active = 0 WHERE username = ?"
LET_IN = "UPDATE accounts_user SET is_active = 1 WHERE username = ?"
SIGNED = re.compile(r"(/media/[0-9a-f]{2}/[0-9a-f]{64}\.mp4)\?exp=\d+&kid=\w+&sig=[0-9a-f]+")
# Notes each time that sound was wanted and its bytes were not there, after the first: a busy machine stops with seconds
# of it ahead.
WATCH = """
window.dry = [];
addEventListener("waiting", ({ target }) => {
  const { currentTime, buffered, seeking } = target;
  const ahead = buffered.length ? buffered.end(buffered.length - 1) - currentTime : 0;
  if (currentTime > 0.1 && !seeking && ahead < 1) dry.push(currentTime);
}, { capture: true });
"""
THERE = "(({ buffered }) => (buffered.length ? buffered.end(0) : 0))(document.querySelector('#audio'))"
HEARD = "at => document.querySelector('#audio').currentTime >= at"


@dataclass
class Places:
    """A node, and two POPs with a line before each."""

    node: server.Server
    pops: list[edge.Pop]
    lines: list[faults.Proxy]


@pytest.fixture(scope="module")
def places(demo: server.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    rig.need("chromium", package="chromium")
    folder = tmp_path_factory.mktemp("faults")
    keys, port = {"k1": secrets.token_hex(32)}, server.free_port()
    page = {"PLAYER_ORIGINS": f"http://127.0.0.1:{port}"}
    with ExitStack() as stack:
        storage = stack.enter_context(s3.storage(folder / "s3"))
        pops = [
            stack.enter_context(edge.pop(folder / name, origins=[storage], keys=keys, name=name, extra=page))
            for name in ("one", "two")
        ]
        lines = [stack.enter_context(faults.proxy(pop.port)) for pop in pops]
        settings = {
            **storage.environment,
            **page,
            "EDGES": ",".join(f"{pop.name}:local:{line.url}" for pop, line in zip(pops, lines, strict=True)),
            "MEDIA_SIGNING_KEYS": f"k1:{keys['k1']}",
            "COLD": "edge",
            "PACKAGING": "eager",
            "GUESTS": "0",
        }
        var = folder / "var"
        var.mkdir()
        (var / "static").symlink_to(demo.var / "static")
        variables = server.environment(var, port, settings)
        server.make_tables(variables)
        record.make(folder / "music", LENGTHS)
        server.manage(variables, "import_music", str(folder / "music"), "--copy")
        server.manage(variables, "package", "--verbosity=0")
        server.manage(variables, "shell", "--verbosity=0", "-c", MAKE)
        with server.running(var, port=port, migrate=False, extra=settings) as node:
            yield Places(node, pops, lines)


@pytest.fixture
def page(chromium: Browser, places: Places) -> Iterator[Page]:
    """Return the page of a listener to whom both POPs send songs no faster than a phone's line."""
    for line in places.lines:
        line.spoil(rate=RATE)
    context = chromium.new_context(base_url=places.node.url, service_workers="block")
    context.set_default_timeout(30_000)
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto("/login")
    page.locator("input[name=username]").fill(NAME)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    until = time.monotonic() + 10
    while places.lines[0].url not in page.request.get("/api/v1/tracks").text():
        assert time.monotonic() < until, "the node does not send listeners to the first POP"
        time.sleep(0.1)
    yield page
    context.close()


def play(page: Page) -> float:
    """Play a song, and return how many seconds of it are there once it is heard."""
    page.goto("/albums/1")
    page.locator("main .row .hit").first.click()
    hear(page, 0.5)
    there: float = page.evaluate(THERE)
    assert there < LENGTHS[0] / 2, "most of it is still to come"
    return there


def hear(page: Page, seconds: float) -> None:
    page.wait_for_function(HEARD, arg=seconds, polling=50)


def assert_nothing_was_missed(page: Page) -> None:
    assert page.evaluate("dry") == []
    expect(page.locator("#toast")).to_be_hidden()


def test_song_goes_on_from_the_other_pop_when_the_first_is_killed(page: Page, places: Places) -> None:
    first, second = places.lines
    there = play(page)
    second.forget()
    places.pops[0].kill()
    first.spoil(refuse=True)
    try:
        hear(page, there + 2)
        assert_nothing_was_missed(page)
        assert second.gets, "the rest of it came from there"
    finally:
        places.pops[0].start()


def test_song_goes_on_from_the_other_pop_where_the_first_breaks_off_every_answer(page: Page, places: Places) -> None:
    """As one does whose disk is full: it says 200 or 206, and closes in the middle."""
    first, second = places.lines
    first.spoil(rate=RATE, cut_after=CUT)
    second.forget()
    play(page)
    began = page.evaluate("document.querySelector('#audio').currentTime")  # where another test left this song
    hear(page, began + CUT / BYTES + 2)
    assert_nothing_was_missed(page)
    assert second.gets, "the rest of it came from there"


def test_address_that_ends_in_the_middle_is_asked_for_again_once_and_not_heard(page: Page, places: Places) -> None:
    began, decisions = time.time(), shorten(page, places)
    there = play(page)
    page.wait_for_function(f"from => {THERE} > from + 20", arg=there, polling=50)
    hear(page, there + 2)
    assert_nothing_was_missed(page)
    first, *_ = decisions
    again = [song for song in decisions if song == first][1:]
    assert 1 <= len(again) <= (time.time() - began) / BRIEF, "once each time that it ended"


def test_listener_who_is_shut_out_hears_what_is_there_and_then_why_it_ends(page: Page, places: Places) -> None:
    decisions = shorten(page, places)
    play(page)
    tell(places, SHUT_OUT)
    before = len(decisions)
    try:
        assert page.evaluate("fetch('/api/v1/me/playback').then((answer) => answer.status)") == 401
        expect(page.locator("#toast p")).to_contain_text("signed out", timeout=30_000)
        there, heard = page.evaluate(f"[{THERE}, document.querySelector('#audio').currentTime]")
        assert heard == pytest.approx(there, abs=0.5), "what was fetched has sounded"
        assert len(decisions) - before <= 2, "who is refused does not ask again and again"
    finally:
        tell(places, LET_IN)


def shorten(page: Page, places: Places) -> list[str]:
    """Have the addresses of all decisions end soon, as the node would sign them then; return who was decided on."""
    decisions: list[str] = []

    def brief(route: Route) -> None:
        answer = route.fetch()
        decisions.append(route.request.url)
        exp = int(time.time()) + BRIEF
        text = SIGNED.sub(lambda found: places.pops[0].signed(found[1], exp=exp), answer.text())
        route.fulfill(response=answer, body=text)

    page.route("**/api/v1/tracks/*/play", brief)
    return decisions


def tell(places: Places, statement: str) -> None:
    """Change the listener's account beside the node, as its operators can."""
    with closing(sqlite3.connect(places.node.var / server.DATABASE, timeout=10)) as database, database:
        database.execute(statement, [NAME])
