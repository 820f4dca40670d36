"""Moving through the pages: back to the exact place, failures said in words, nothing that shifts, sound throughout."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from spotify_lite.tests.e2e.test_first_listen import play_first_song, position, seconds_until_sound
from spotify_lite.tests.rig.pages import PAGES
from spotify_lite.tests.rig.server import Server
from spotify_lite.tests.rig.stage import Stage

SHIFTED = """
    window.shifted = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""
SETTLED = 300  # milliseconds in which what comes late would have come
LATER = "/artists/1"


def follow(page: Page, address: str) -> None:
    """Follow a link to an address, as one in the page would be."""
    page.evaluate(
        """address => {
            const link = document.createElement("a");
            link.href = address;
            document.querySelector("main").append(link);
            link.click();
            link.remove();
        }""",
        address,
    )


def stand_on_last_card(page: Page) -> tuple[float, str]:
    """Put the focus on the last album of home; return how far down that is, and what has the focus."""
    page.goto("/")
    page.wait_for_load_state("networkidle")
    page.locator("main .card a").last.focus()
    return page.evaluate("scrollY"), focused(page)


def focused(page: Page) -> str:
    name: str = page.evaluate("document.activeElement.getAttribute('href') ?? document.activeElement.tagName")
    return name


def wait_for_place(page: Page, place: tuple[float, str]) -> None:
    expect(page.locator("h1")).to_have_text("Home")
    page.wait_for_function("y => Math.abs(scrollY - y) < 1", arg=place[0])
    assert focused(page) == place[1]


def test_back_finds_place_and_focus(guest: Page) -> None:
    place = stand_on_last_card(guest)
    assert place[0] > 0
    guest.keyboard.press("Enter")
    expect(guest.locator("main.album h1")).to_be_focused()
    assert guest.evaluate("scrollY") == 0
    guest.go_back()
    wait_for_place(guest, place)


def test_back_finds_place_and_focus_after_a_reload(guest: Page) -> None:
    place = stand_on_last_card(guest)
    guest.keyboard.press("Enter")
    expect(guest.locator("main.album h1")).to_be_focused()
    guest.reload()
    guest.go_back()
    wait_for_place(guest, place)
    guest.reload()
    wait_for_place(guest, place)


def test_reload_rings_nothing_for_those_who_use_no_keys(guest: Page) -> None:
    guest.goto("/")
    play_first_song(guest)
    guest.reload()
    guest.wait_for_load_state("networkidle")
    assert guest.locator(":focus-visible").count() == 0


def test_back_finds_place_and_focus_of_a_page_that_is_no_longer_kept(guest: Page) -> None:
    place = stand_on_last_card(guest)
    for step in range(14):
        follow(guest, f"/search?q=a{step}")
        expect(guest.get_by_role("searchbox")).to_have_value(f"a{step}")
    guest.evaluate("history.go(-14)")
    wait_for_place(guest, place)


def test_new_page_is_announced_by_its_title(guest: Page) -> None:
    guest.goto("/")
    guest.locator("nav.nav a", has_text="Genres").click()
    expect(guest.locator("[data-announce]")).to_have_text("Genres · Spotify Lite")
    expect(guest).to_have_title("Genres · Spotify Lite")


def test_focus_on_the_player_stays_there_when_pages_change(guest: Page) -> None:
    guest.goto("/")
    play_first_song(guest)
    pause = guest.locator("#player").get_by_role("button", name="Pause", exact=True)
    follow(guest, "/genres")
    expect(guest.locator("h1")).to_have_text("Genres")
    pause.focus()
    guest.go_back()
    expect(guest.locator("h1")).to_have_text("Home")
    expect(pause).to_be_focused()


@pytest.mark.parametrize(("status", "said"), [(500, "went wrong on our side"), (503, "is busy"), (429, "is busy")])
def test_page_that_fails_says_so_and_the_sound_goes_on(guest: Page, status: int, said: str) -> None:
    guest.goto("/")
    play_first_song(guest)
    guest.route("**/genres", lambda route: route.fulfill(status=status, body="{}"))
    guest.locator("nav.nav a", has_text="Genres").click()
    expect(guest.locator("main h1")).to_have_text("This page did not come through")
    expect(guest.locator("main p").first).to_contain_text(said)
    seconds_until_sound(guest, after=position(guest))
    assert guest.evaluate("location.pathname") == "/genres"
    guest.unroute("**/genres")
    guest.get_by_role("button", name="Try again").click()
    expect(guest.locator("main h1")).to_have_text("Genres")
    assert not guest.evaluate("document.querySelector('#audio').paused")


def test_page_comes_by_itself_once_the_device_is_online_again(guest: Page) -> None:
    guest.goto("/")
    guest.context.set_offline(True)
    guest.locator("nav.nav a", has_text="Genres").click()
    expect(guest.locator("main p").first).to_contain_text("check whether this device is online")
    guest.context.set_offline(False)
    expect(guest.locator("main h1")).to_have_text("Genres")


def test_page_that_takes_its_time_has_its_shape_at_once_and_can_be_left(guest: Page) -> None:
    held: list[Route] = []
    guest.goto("/")
    guest.route("**/artists/1", lambda route: held.append(route))  # noqa: PLW0108 - Playwright asks for its arguments
    follow(guest, LATER)
    bones = guest.locator("main[data-bones]")
    expect(bones).to_be_visible()
    assert guest.locator(".bone.sleeve").bounding_box() == {"x": 252.0, "y": 32.0, "width": 240.0, "height": 240.0}
    guest.go_back()
    expect(guest.locator("h1")).to_have_text("Home")
    held[0].abort()
    follow(guest, LATER)
    expect(bones).to_be_visible()
    held[1].continue_()
    expect(bones).to_have_count(0)
    picture = guest.locator("main .head img").bounding_box()
    assert picture == {"x": 252.0, "y": 32.0, "width": 240.0, "height": 240.0}


@pytest.mark.parametrize(
    ("path", "bone", "real"),
    [("/search", ".tile", ".weave"), ("/genres", ".tile", ".weave"), ("/", ".bone.sq", ".grid img")],
)
def test_page_stands_where_its_shape_stood(guest: Page, path: str, bone: str, real: str) -> None:
    held: list[Route] = []
    guest.goto("/songs")
    pattern = re.compile(f"[0-9]{path}$")  # after the port
    guest.route(pattern, lambda route: held.append(route))  # noqa: PLW0108 - Playwright asks for its arguments
    follow(guest, path)
    shape = guest.locator(f"main[data-bones] {bone}").first
    expect(shape).to_be_visible()
    stood = shape.bounding_box()
    held[0].continue_()
    expect(guest.locator("main[data-bones]")).to_have_count(0)
    assert guest.locator(f"main {real}").first.bounding_box() == stood


def test_searches_that_led_somewhere_are_remembered_and_can_be_forgotten(guest: Page) -> None:
    guest.goto("/search")
    expect(guest.get_by_text("Recent searches")).to_be_hidden()
    for query in ("radi", "casa"):
        guest.get_by_role("searchbox").fill(query)
        guest.locator("#results .best h3 a").click()
        expect(guest.locator("main .head")).to_be_visible()
        guest.go_back()
        expect(guest.locator("#results .best")).to_be_visible()
    guest.get_by_role("searchbox").fill("zzzz")
    guest.get_by_role("button", name="Clear", exact=True).click()
    recent = guest.locator(".recent li a")
    expect(recent).to_have_text(["casa", "radi"])

    guest.get_by_role("button", name="Forget casa").click()
    expect(recent).to_have_text(["radi"])
    guest.get_by_role("button", name="Undo").click()
    expect(recent).to_have_text(["casa", "radi"])
    guest.locator("[data-forget-all]").click()
    expect(guest.get_by_text("Recent searches")).to_be_hidden()
    guest.get_by_role("button", name="Undo").click()
    guest.reload()
    expect(recent).to_have_text(["casa", "radi"])
    recent.first.click()
    expect(guest.get_by_role("searchbox")).to_have_value("casa")
    expect(guest.locator("#results .best")).to_be_visible()


def test_search_that_fails_keeps_what_was_found(guest: Page) -> None:
    guest.goto("/search?q=casa")
    guest.route("**/search?*partial*", lambda route: route.abort())
    guest.get_by_role("searchbox").fill("radi")
    expect(guest.locator("#toast")).to_contain_text("The search did not come through")
    expect(guest.locator("#results .best")).to_contain_text("Casa")
    guest.unroute("**/search?*partial*")
    guest.get_by_role("button", name="Try again").click()
    expect(guest.locator("#results .best")).to_contain_text("Radi")


def test_what_is_found_is_said_and_one_kind_can_be_shown_alone(guest: Page) -> None:
    guest.goto("/search")
    guest.keyboard.type("casa", delay=20)
    expect(guest.locator("[data-said]")).to_contain_text(re.compile(r"\d+ songs?"))
    guest.get_by_role("navigation", name="Show").get_by_role("link", name="Albums").click()
    expect(guest.get_by_role("heading", name="Songs", exact=True)).to_have_count(0)
    expect(guest.get_by_role("heading", name="Albums", exact=True)).to_be_visible()
    guest.get_by_role("searchbox").fill("night")
    guest.wait_for_url("**/search?q=night&kind=albums")
    expect(guest.get_by_role("heading", name="Songs", exact=True)).to_have_count(0)


@pytest.fixture(params=[390, 1280])
def measured(request: pytest.FixtureRequest, chromium: Browser, demo: Server) -> Iterator[Page]:
    """Return a page that adds up what shifts on it, of somebody who has listened and searched before."""
    height = 844 if request.param == 390 else 800
    context = chromium.new_context(base_url=demo.url, viewport={"width": request.param, "height": height})
    page = context.new_page()
    page.goto("/")
    play_first_song(page)
    page.wait_for_timeout(SETTLED)
    page.evaluate("localStorage.searches = JSON.stringify(['casa', 'radi', 'night', 'tide'])")
    page.goto("/")
    expect(page.locator(".lead h3")).to_be_visible()
    context.add_init_script(SHIFTED)
    yield page
    context.close()


def test_nothing_shifts(measured: Page) -> None:
    for address in (
        "/",
        "/search",
        "/search?q=casa",
        "/songs",
        "/albums",
        "/albums/3",
        LATER,
        "/genres",
        "/genres/jazz",
    ):
        measured.goto(address)
        measured.wait_for_load_state("networkidle")
        measured.mouse.wheel(0, 3000)
        measured.wait_for_timeout(SETTLED)
        assert measured.evaluate("shifted") < 0.001, address
        assert measured.evaluate("document.documentElement.scrollWidth") <= measured.evaluate("innerWidth"), address


def test_album_of_a_thousand_songs_plays_as_a_whole_and_keeps_its_place(looking: Stage) -> None:
    page = looking.page_of("guest")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"/albums/{looking.showcase.albums['thousand']}")
    songs = page.locator("main .row")
    expect(songs).to_have_count(1000)
    songs.nth(900).locator(".hit").focus()
    place = page.evaluate("scrollY")
    assert place > 30_000
    follow(page, "/genres")
    expect(page.locator("h1")).to_have_text("Genres")
    page.reload()
    page.go_back()
    expect(songs).to_have_count(1000)
    page.wait_for_function("y => Math.abs(scrollY - y) < 1", arg=place)
    expect(songs.nth(900)).to_be_in_viewport()
    page.get_by_role("button", name="Play", exact=True).first.click()
    page.wait_for_function("() => JSON.parse(localStorage.player ?? '{}').tracks?.length === 1000")


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_long_names_widen_no_view(looking: Stage, width: int) -> None:
    """The large view was once as wide as the name of the album that it plays from."""
    for name in ("now-long", "album-long", "track-long", "artist-long"):
        view = next(view for view in PAGES if view.name == name)
        page = looking.look(view, width=width)
        wide = "root => root.scrollWidth > root.clientWidth"
        assert not page.evaluate(f"({wide})(document.querySelector('dialog[open]') ?? document.documentElement)"), name
