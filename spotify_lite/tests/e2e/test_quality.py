"""A song is heard in Chromium, and what the desk knows afterwards is how soon it sounded, and from where."""

import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

from playwright.sync_api import Page, Route, expect

from spotify_lite.tests.e2e import playing
from spotify_lite.tests.rig import server
from spotify_lite.tests.rig.scrape import scrape

AFTER = re.compile(r"/js/after[-.]")  # the module that listens; it comes with the first sound
HEARD = 500  # milliseconds after which a song that sounds has been heard to move
PATIENCE = 20.0  # seconds until a page that went away is in a row: the node writes every five


def counted(demo: server.Server) -> dict[str, tuple[int, int]]:
    """Return plays and milliseconds of each figure, wherever the sound came from."""
    with closing(sqlite3.connect(demo.var / server.DATABASE, timeout=10)) as database:
        found = database.execute("SELECT figure, SUM(plays), SUM(total_ms) FROM playback_quality GROUP BY figure")
        return {"play": (0, 0), "first": (0, 0)} | {figure: (plays, ms) for figure, plays, ms in found}


def of_source(demo: server.Server, source: str, figure: str) -> int:
    """Return plays of a figure whose sound came from there."""
    with closing(sqlite3.connect(demo.var / server.DATABASE, timeout=10)) as database:
        wanted = "SELECT COALESCE(SUM(plays), 0) FROM playback_quality WHERE source = ? AND figure LIKE ?"
        return int(database.execute(wanted, (source, figure)).fetchone()[0])


def tellings(demo: server.Server) -> float:
    """Return how often the node was told; of what a page sends as it goes the browser's own log knows nothing."""
    return scrape(f"{demo.url}/metrics").value("request_seconds_count", route="api/v1/beacons")


def test_a_page_that_goes_away_has_told_how_its_plays_went(guest: Page, demo: server.Server) -> None:
    before, told = counted(demo), tellings(demo)
    with guest.expect_response(lambda answer: AFTER.search(answer.url) is not None):
        playing.open_album(guest)
    guest.wait_for_timeout(HEARD)
    rows = guest.locator("main .row")
    rows.nth(1).locator(".hit").click()
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    guest.wait_for_function(playing.STARTED, polling=20)
    guest.wait_for_timeout(HEARD)
    assert tellings(demo) == told, "nobody is disturbed while somebody listens"
    guest.goto("about:blank")
    wait_until(lambda: counted(demo)["play"][0] - before["play"][0] >= 2)
    after = counted(demo)
    plays, ms = after["first"][0] - before["first"][0], after["first"][1] - before["first"][1]
    assert plays == 2
    assert 0 < ms < 2 * PATIENCE * 1000
    assert tellings(demo) - told == 1, "both at once"


def test_the_first_song_is_told_where_it_does_not_sound(guest: Page, demo: server.Server) -> None:
    before = of_source(demo, "web", "error:%")
    guest.goto("/")
    guest.route("**/media/**", lambda route: route.fulfill(status=404))
    guest.goto(f"/albums/{guest.evaluate(playing.ALBUM_OF_MANY)}")
    with guest.expect_response(lambda answer: AFTER.search(answer.url) is not None):
        guest.locator("main .row .hit").first.click()
    guest.wait_for_timeout(300)
    guest.goto("about:blank")
    wait_until(lambda: of_source(demo, "web", "error:%") > before)


def test_where_it_is_switched_off_nothing_is_told(guest: Page, demo: server.Server) -> None:
    told = tellings(demo)

    def without(route: Route) -> None:
        """Answer the page as it is with BEACONS=0."""
        page = route.fetch()
        route.fulfill(response=page, body=page.text().replace(" data-beacons=", " data-nothing="))

    guest.route(lambda address: "/albums/" in address and "/api/" not in address, without)
    with guest.expect_response(lambda answer: AFTER.search(answer.url) is not None):
        playing.open_album(guest)
    guest.wait_for_timeout(300)
    guest.goto("about:blank")
    guest.wait_for_timeout(1_000)
    assert tellings(demo) == told


def wait_until(told: Callable[[], bool]) -> None:
    """Wait until what was told is in its row."""
    until = time.monotonic() + PATIENCE
    while not told():
        assert time.monotonic() < until
        time.sleep(0.2)
