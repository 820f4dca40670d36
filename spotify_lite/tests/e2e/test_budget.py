"""Scripts are few and small until something is played; what comes late loses no press."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from spotify_lite import bundles
from spotify_lite.tests import rig
from spotify_lite.tests.e2e import playing
from spotify_lite.tests.rig import server

pytestmark = pytest.mark.rig

MOST = 40_000  # bytes of scripts as they are sent, before anything is pressed
AT_ONCE = 5  # files of scripts that come before the page is complete
IDLE = 3_000  # milliseconds after which nothing more comes by itself
PAGES = {"home": "/", "album": "/albums/1", "search": "/search?q=the"}


@pytest.fixture(autouse=True)
def joined() -> None:
    if bundles.program() is None:
        rig.lack("esbuild of package-lock.json (npm)")


@pytest.fixture
def fresh(chromium: Browser, demo: server.Server) -> Iterator[Page]:
    context = chromium.new_context(base_url=demo.url, viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_scripts_before_the_first_play_are_few_and_small(fresh: Page, path: str) -> None:
    """All that a page loads while nobody presses anything counts, also what comes when it is idle."""
    scripts: list[Request] = []
    fresh.on("requestfinished", lambda sent: scripts.append(sent) if is_script(sent) else None)
    fresh.goto(path, wait_until="load")
    at_once = {name_of(sent) for sent in scripts}
    fresh.wait_for_load_state("networkidle")
    fresh.wait_for_timeout(IDLE)
    sizes = {name_of(sent): sent.sizes()["responseBodySize"] for sent in scripts}
    assert sum(sizes.values()) <= MOST, sizes
    assert len(at_once) <= AT_ONCE, at_once
    named = set(re.findall(r'/static/js/([^"]+\.js)"', fresh.content()))
    assert named <= at_once
    assert len(named) == 3, "early.js, main.js and what it imports: the page names them, none waits for another"


def test_press_that_comes_before_its_script_is_not_lost(fresh: Page) -> None:
    held: list[Route] = []
    fresh.route(re.compile(r"/js/extras-"), lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    playing.open_album(fresh)
    playing.bar(fresh).get_by_role("button", name="Queue").click()
    fresh.wait_for_timeout(100)
    expect(fresh.locator("#queue")).to_be_hidden()
    assert len(held) == 1, "it is asked for by the press"
    held[0].continue_()
    expect(fresh.locator("#queue")).to_be_visible()
    fresh.locator("#queue [data-queue=close]").click()
    expect(fresh.locator("#queue")).to_be_hidden()


def test_menu_of_a_row_opens_under_the_mouse_that_asked_before_its_script_was_there(fresh: Page) -> None:
    fresh.goto("/albums/1")
    row = fresh.locator("main .row .what").first
    row.click(button="right")
    menu = fresh.locator("#menu")
    expect(menu).to_be_visible()
    expect(menu.get_by_role("menuitem").first).to_be_focused()


def test_search_that_is_sent_before_its_script_waits_for_it(fresh: Page) -> None:
    held: list[Route] = []
    fresh.route(re.compile(r"/js/search-"), lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    fresh.goto("/search")
    fresh.evaluate("window.stays = true")
    fresh.get_by_role("searchbox").fill("marisol")
    fresh.get_by_role("searchbox").press("Enter")
    fresh.wait_for_timeout(100)
    assert (len(held), fresh.evaluate("location.search")) == (1, "")
    held[0].continue_()
    expect(fresh.locator("#results [data-first]")).to_be_focused()
    assert fresh.evaluate("[window.stays, location.search]") == [True, "?q=marisol"]


def is_script(sent: Request) -> bool:
    return sent.resource_type == "script" and "worker" not in sent.url  # a worker is not the page's


def name_of(sent: Request) -> str:
    return sent.url.rsplit("/", 1)[-1]
