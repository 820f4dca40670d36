"""Lists of any length: few rows in the page, every song reached and played, the place kept, the focus never lost."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from spotify_lite.tests.e2e import playing
from spotify_lite.tests.e2e.test_pages import follow
from spotify_lite.tests.rig.stage import Stage

SONGS = 1000  # of the artist
PAGES = 10  # of 100 songs behind the 50 that come with the page
LISTED = re.compile(r"/api/v1/tracks\?")
# Note which songs were in the page, at which place of the list, and how many rows at once.
WATCH = """() => {
    const list = document.querySelector("main .rows");
    window.most = 0;
    window.places = new Map();
    const note = () => {
        window.most = Math.max(window.most, list.children.length);
        for (const row of list.children) window.places.set(Number(row.ariaPosInSet), row.dataset.id);
    };
    new MutationObserver(note).observe(list, { childList: true });
    note();
}"""
# A screen at a time, each once its rows are there: bones stand for those that are still on their way.
SCROLL_THROUGH = """async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const list = document.querySelector("main .rows");
    for (let frames = 0; !window.places.has(%d) && frames < 1200; frames += 1) {
        if (!("waits" in list.dataset)) scrollBy(0, innerHeight);
        await frame();
    }
}"""
SCROLL_UNTIL = """async (row) => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    for (let frames = 0; !document.querySelector(row) && frames < 1200; frames += 1) {
        scrollBy(0, innerHeight);
        await frame();
    }
}"""
IN_SIGHT = """() => [...document.querySelectorAll("main .row")].filter((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
}).map((row) => [row.dataset.id, Math.round(row.getBoundingClientRect().top)])"""
SLOWLY = """document.querySelectorAll("audio").forEach((audio) => {
    audio.defaultPlaybackRate = audio.playbackRate = 0.0625; // each of these songs is a second long
})"""
TAKEN = "count => JSON.parse(localStorage.player ?? '{}').tracks?.length === count"
FOCUSED_PLACE = "Number(document.activeElement.closest('.row')?.ariaPosInSet)"


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def songs(looking: Stage, asked: list[str]) -> Iterator[Page]:
    """Return a guest's page of all songs of an artist who has a thousand; `asked` has what it asks of the list."""
    page = looking.page_of("guest")
    page.unroute_all()
    page.set_viewport_size({"width": 1280, "height": 800})
    listen = lambda request: asked.append(request.url) if LISTED.search(request.url) else None  # noqa: E731
    page.on("request", listen)
    page.goto("about:blank")  # to come anew: the same address again is a reload, which stands where one was
    page.goto(f"/artists/{looking.showcase.artists['thousand']}/songs")
    expect(page.locator("main .rows.long")).to_be_visible()
    page.evaluate(SLOWLY)
    yield page
    page.remove_listener("request", listen)


def row(page: Page, place: int) -> Any:
    return page.locator(f'main .row[aria-posinset="{place}"]')


def scroll_to(page: Page, place: int) -> None:
    """Scroll down as far as a row."""
    page.evaluate(SCROLL_UNTIL, f'main .row[aria-posinset="{place}"]')
    row(page, place).scroll_into_view_if_needed()


def test_all_songs_pass_by_with_few_rows_in_the_page_and_each_page_asked_for_once(
    songs: Page, asked: list[str]
) -> None:
    songs.evaluate(WATCH)
    songs.evaluate(SCROLL_THROUGH % SONGS)
    assert songs.evaluate("window.most") <= 160
    assert len(asked) == len(set(asked)) == PAGES
    seen = dict(songs.evaluate("[...window.places]"))
    assert sorted(seen) == list(range(1, SONGS + 1))
    assert len(set(seen.values())) == SONGS
    assert songs.locator("main .row").first.get_attribute("aria-setsize") == str(SONGS)
    assert songs.locator("main .row").count() <= 160
    expect(songs.locator("main .row img[src]")).to_have_count(songs.locator("main .row").count())  # covers come last
    expect(songs.get_by_role("link", name="Show more")).to_be_hidden()


def test_place_and_rows_are_there_again_after_back_and_after_a_reload(songs: Page) -> None:
    scroll_to(songs, 700)
    songs.wait_for_timeout(100)
    stood = songs.evaluate(IN_SIGHT)
    assert stood
    follow(songs, "/genres")
    expect(songs.locator("h1")).to_have_text("Genres")
    songs.go_back()
    expect(row(songs, 700)).to_be_in_viewport()
    assert songs.evaluate(IN_SIGHT) == stood
    songs.reload()
    songs.evaluate(SLOWLY)
    expect(row(songs, 700)).to_be_in_viewport()
    songs.wait_for_function(f"stood => JSON.stringify(({IN_SIGHT})()) === JSON.stringify(stood)", arg=stood)


def test_focus_is_never_lost_and_keys_walk_the_list(songs: Page) -> None:
    songs.locator("main .row .hit").nth(2).focus()
    songs.keyboard.press("ArrowDown")
    assert songs.evaluate(FOCUSED_PLACE) == 4
    songs.mouse.move(600, 400)
    for _ in range(8):
        songs.mouse.wheel(0, 1500)
        songs.wait_for_timeout(30)
    assert songs.evaluate("scrollY") > 5000
    assert songs.evaluate(FOCUSED_PLACE) == 4  # its row stays
    songs.keyboard.press("ArrowDown")
    assert songs.evaluate(FOCUSED_PLACE) == 5
    expect(row(songs, 5)).to_be_in_viewport()
    songs.keyboard.press("PageDown")
    songs.keyboard.press("PageDown")
    down = songs.evaluate(FOCUSED_PLACE)
    assert 15 < down < 50
    expect(row(songs, down)).to_be_in_viewport()
    songs.keyboard.press("End")
    end = songs.evaluate(FOCUSED_PLACE)
    assert end >= 150
    expect(row(songs, end + 1)).to_be_attached()
    songs.keyboard.press("Tab")
    songs.keyboard.press("Tab")
    songs.keyboard.press("Tab")
    assert songs.evaluate(FOCUSED_PLACE) == end + 1
    songs.keyboard.press("Home")
    assert songs.evaluate(FOCUSED_PLACE) == 1
    expect(row(songs, 1)).to_be_in_viewport()


def test_any_row_plays_the_list_from_there_on_and_is_marked_when_it_comes_back(songs: Page) -> None:
    scroll_to(songs, 300)
    pressed = row(songs, 300)
    name = pressed.locator(".hit").get_attribute("title")
    before, after = (row(songs, place).get_attribute("data-id") for place in (299, 301))
    pressed.locator(".hit").click()
    expect(pressed).to_have_attribute("aria-current", "true")
    expect(playing.title(songs)).to_have_text(name or "")
    songs.wait_for_function(TAKEN, arg=801)  # from the 200th to the end
    queue = songs.evaluate(
        f"(({{tracks, index}}) => tracks.slice(index - 1, index + 2).map(({{id}}) => `${{id}}`))({playing.QUEUE})"
    )
    assert queue == [before, pressed.get_attribute("data-id"), after]
    songs.evaluate("scrollTo(0, 0)")
    expect(row(songs, 1)).to_be_in_viewport()
    expect(row(songs, 301)).to_have_count(0)
    playing.bar(songs).get_by_role("button", name="Next").click()
    expect(playing.title(songs)).not_to_have_text(name or "")
    scroll_to(songs, 301)
    expect(row(songs, 301)).to_have_attribute("aria-current", "true")
    expect(row(songs, 301).locator(".bars")).to_have_count(1)
    expect(pressed).not_to_have_attribute("aria-current", "true")
    row(songs, 301).locator(".hit").click()  # pressing what sounds pauses it
    expect(playing.bar(songs).get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_menu_of_a_row_that_came_late_is_its_own_and_gives_the_focus_back(songs: Page) -> None:
    scroll_to(songs, 400)
    dots = row(songs, 400).locator("[data-menu]")
    name = row(songs, 400).locator(".hit").get_attribute("title")
    dots.click()
    menu = songs.get_by_role("menu")
    expect(menu).to_have_attribute("aria-label", name or "")
    songs.evaluate("scrollTo(0, 0)")
    expect(row(songs, 1)).to_be_in_viewport()
    songs.keyboard.press("Escape")
    expect(dots).to_be_focused()
    row(songs, 2).locator(".hit").click(button="right")
    expect(menu).to_have_attribute("aria-label", row(songs, 2).locator(".hit").get_attribute("title") or "")


def test_list_that_breaks_off_says_so_and_goes_on_when_asked(songs: Page) -> None:
    held: list[str] = []

    def lose(route: Route) -> None:
        held.append(route.request.url)
        route.abort()

    songs.route(LISTED, lose)
    songs.evaluate("scrollTo(0, 1e6)")
    more = songs.get_by_role("link", name="Show more")
    expect(more).to_be_visible()
    count = len(held)
    songs.wait_for_timeout(300)
    assert len(held) == count, "it asks again by itself"
    songs.unroute(LISTED)
    songs.evaluate("dispatchEvent(new Event('online'))")
    expect(more).to_be_hidden()
    songs.route(LISTED, lose)
    songs.goto("about:blank")
    songs.go_back()
    songs.evaluate("scrollTo(0, 1e6)")
    expect(more).to_be_visible()
    songs.unroute(LISTED)
    more.click()
    expect(row(songs, SONGS)).to_be_attached()
    expect(more).to_be_hidden()


def test_list_can_be_ordered_and_begin_at_a_letter(songs: Page, looking: Stage) -> None:
    songs.goto("/songs")
    songs.get_by_role("navigation", name="Order").get_by_role("link", name="By title").click()
    songs.wait_for_url("**/songs?order=title")
    songs.get_by_role("navigation", name="Begin at").get_by_role("link", name="T", exact=True).click()
    songs.wait_for_url("**/songs?order=title&from=t")
    first = songs.locator("main .row .hit").first
    expect(first).to_have_attribute("title", re.compile("^(The |A )?[TtȚ]"))  # accents are off, articles are none
    letter = songs.get_by_role("link", name="T", exact=True)
    expect(letter).to_have_attribute("aria-current", "true")
    expect(letter).to_be_in_viewport()


def test_list_goes_on_without_scripts(chromium: Browser, looking: Stage) -> None:
    context = chromium.new_context(base_url=looking.full.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/songs?order=title")
    first = playing.titles(page)
    page.get_by_role("link", name="Show more").click()
    second = playing.titles(page)
    assert len(first) == len(second) == 50
    assert not set(first) & set(second)
    assert page.get_by_role("link", name="By title").get_attribute("aria-current") == "page"
    context.close()


def test_queue_of_a_thousand_songs_has_few_rows_and_moves_them_by_hand_and_by_keys(songs: Page) -> None:
    songs.get_by_role("button", name="Play", exact=True).first.click()
    songs.wait_for_function(TAKEN, arg=SONGS)
    panel = playing.open_queue(songs)
    expect(panel.locator(".row")).not_to_have_count(0)
    songs.evaluate("document.querySelector('#queue').scrollTop = 500 * 56")
    target = panel.locator('.row[data-place="505"]')
    expect(target).to_be_visible()
    assert panel.locator(".row").count() <= 165
    held = target.get_attribute("data-id")
    grip = target.locator("[data-grip]")
    start, end = (panel.locator(f'.row[data-place="{place}"] [data-grip]').bounding_box() for place in (505, 508))
    assert start
    assert end
    songs.mouse.move(start["x"] + 20, start["y"] + 20)
    songs.mouse.down()
    songs.mouse.move(end["x"] + 20, end["y"] + 26, steps=4)
    songs.mouse.up()
    assert songs.evaluate(f"{playing.QUEUE}.tracks[508].id") == int(held or 0)
    moved = panel.locator(f'.row[data-id="{held}"] [data-grip]')
    moved.focus()
    for _ in range(3):
        songs.keyboard.press("ArrowUp")
    expect(moved).to_be_focused()
    assert songs.evaluate(f"{playing.QUEUE}.tracks[505].id") == int(held or 0)
    target.locator("[data-take]").focus()
    songs.keyboard.press("Enter")
    assert held not in panel.locator(".row").evaluate_all("rows => rows.map(row => row.dataset.id)")
    expect(panel.locator('.row[data-place="505"] [data-take]')).to_be_focused()
    assert songs.evaluate("document.querySelector('#queue').scrollTop") == pytest.approx(500 * 56, abs=400)
    assert grip is not None
