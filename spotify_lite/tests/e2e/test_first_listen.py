"""What a first listener does: find, play, look around, come back."""

import re
import time

from playwright.sync_api import Browser, Page, Route, expect

from spotify_lite.tests.e2e.playing import ALL_IS_SENT, KEPT, STORED_QUEUE_IS, wait_until
from spotify_lite.tests.rig.server import Server

SOUND_WITHIN = 2.0  # seconds from the press of play
RESUME_WITHIN = 1.0  # seconds around the place that was left


def position(page: Page) -> float:
    """Return the seconds into the track that is loaded."""
    seconds: float = page.evaluate("document.querySelector('#audio').currentTime")
    return seconds


def seconds_until_sound(page: Page, *, after: float = 0.0) -> float:
    """Return how long it took until the audio stood past `after`; fail after half a minute."""
    begin = time.monotonic()
    page.wait_for_function(
        "after => document.querySelector('#audio').currentTime > after", arg=after + 0.05, polling=20, timeout=30_000
    )
    return time.monotonic() - begin


def shown_title(page: Page) -> str:
    return page.locator("#player [data-title]").inner_text()


def shown_seconds(page: Page) -> int:
    """Return the seconds that the bar shows."""
    minutes, seconds = page.locator("#player [data-at]").inner_text().split(":")
    return 60 * int(minutes) + int(seconds)


def play_first_song(page: Page) -> str:
    """Press the first song of the page, wait until it sounds, and return its title."""
    song = page.locator("main .row .hit").first
    title = song.get_attribute("title") or ""
    song.click()
    seconds_until_sound(page)
    assert shown_title(page) == title
    return title


def test_guest_finds_plays_looks_around_and_continues(guest: Page) -> None:
    guest.goto("/")
    artist = guest.locator("main .row .sub a").first.inner_text()
    guest.keyboard.press("/")
    field = guest.get_by_role("searchbox")
    expect(field).to_be_focused()
    guest.keyboard.type(artist[: max(3, len(artist) // 2)], delay=30)
    found = guest.locator("#results a[href^='/artists/']", has_text=artist).first
    found.click()
    expect(guest.locator("h1")).to_have_text(artist)
    song = guest.locator("main .row .hit").first
    title = song.get_attribute("title")
    song.click()
    assert seconds_until_sound(guest) < SOUND_WITHIN
    assert shown_title(guest) == title
    expect(guest.locator(f'main .row[aria-current] .hit[title="{title}"]')).to_be_visible()

    before = position(guest)
    guest.locator("nav a", has_text="Genres").click()
    expect(guest.locator("h1")).to_have_text("Genres")
    assert shown_title(guest) == title
    seconds_until_sound(guest, after=before)
    assert not guest.evaluate("document.querySelector('#audio').paused")

    guest.wait_for_timeout(1500)
    left = position(guest)
    guest.goto("/")
    guest.wait_for_load_state()
    expect(guest.locator("#player [data-title]")).to_have_text(title or "")
    assert guest.evaluate("document.querySelector('#audio').paused")
    guest.get_by_role("button", name=f"Resume {title}").first.click()
    seconds_until_sound(guest)
    assert abs(position(guest) - left) < RESUME_WITHIN + 1.5  # with what has sounded since


def test_press_of_play_after_a_reload_goes_on_from_there(guest: Page) -> None:
    guest.goto("/")
    title = play_first_song(guest)
    guest.keyboard.press("l")  # ten seconds on
    seconds_until_sound(guest, after=10.0)
    left = position(guest)
    guest.reload()
    expect(guest.locator("#player [data-title]")).to_have_text(title)
    assert abs(shown_seconds(guest) - left) < RESUME_WITHIN + 1
    guest.locator("#player").get_by_role("button", name="Play", exact=True).click()
    guest.wait_for_function("() => document.querySelector('#audio').currentTime > 0", polling=20)
    assert abs(position(guest) - left) < RESUME_WITHIN


def test_another_browser_of_the_listener_finds_the_place(guest: Page) -> None:
    """What this browser remembers is gone; the server still knows."""
    guest.goto("/")
    title = play_first_song(guest)
    guest.keyboard.press("l")
    seconds_until_sound(guest, after=10.0)
    guest.keyboard.press(" ")
    left = position(guest)
    wait_until(guest, ALL_IS_SENT)
    guest.wait_for_timeout(300)
    guest.evaluate("addEventListener('pagehide', () => localStorage.clear())")
    guest.reload()
    expect(guest.locator("#player [data-title]")).to_have_text(title)
    assert abs(shown_seconds(guest) - left) < RESUME_WITHIN + 1


def test_queue_goes_on_and_back_and_can_be_changed(guest: Page) -> None:
    guest.goto("/")
    titles = [row.get_attribute("title") for row in guest.locator("main .row .hit").all()[:4]]
    play_first_song(guest)
    guest.keyboard.press("n")
    expect(guest.locator("#player [data-title]")).to_have_text(titles[1] or "")
    guest.locator("#player").get_by_role("button", name="Queue").click()
    panel = guest.locator("#queue")
    expect(panel.locator(".row")).to_have_count(9)
    panel.locator(".row").nth(1).hover()
    panel.get_by_role("button", name=f"Take {titles[2]} out").click()
    expect(panel.locator(".row")).to_have_count(8)
    panel.get_by_role("button", name=titles[3], exact=True).click()
    expect(guest.locator("#player [data-title]")).to_have_text(titles[3] or "")
    panel.get_by_role("button", name="Clear").click()
    expect(panel.locator(".row")).to_have_count(1)
    guest.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    kept = guest.evaluate("JSON.parse(localStorage.player).tracks.map(track => track.id)")
    assert len(kept) == 1
    wait_until(guest, STORED_QUEUE_IS, kept)


def test_menu_of_a_song_opens_where_it_is(guest: Page) -> None:
    """The dots are a link to the song where there are no scripts; with them they once opened the menu and went away."""
    guest.goto("/")
    play_first_song(guest)
    guest.locator("main [data-menu]").nth(3).click()
    menu = guest.get_by_role("menu")
    expect(menu).to_be_visible()
    assert guest.evaluate("location.pathname") == "/"
    title = guest.locator("main .row .hit").nth(3).get_attribute("title") or ""
    menu.get_by_role("menuitem", name="Play next").click()
    expect(menu).to_be_hidden()
    guest.get_by_role("button", name="Next", exact=True).click()
    expect(guest.locator("#player [data-title]")).to_have_text(title)
    guest.locator("main [data-menu]").nth(1).click()
    menu.get_by_role("menuitem", name="Go to album").click()
    guest.wait_for_url(re.compile(r"/albums/\d+"))
    seconds_until_sound(guest)


def test_song_that_ends_is_followed_by_the_next(guest: Page) -> None:
    guest.goto("/")
    second = guest.locator("main .row .hit").nth(1).get_attribute("title") or ""
    play_first_song(guest)
    guest.evaluate("(audio => { audio.currentTime = audio.duration - 0.4 })(document.querySelector('#audio'))")
    expect(guest.locator("#player [data-title]")).to_have_text(second)
    seconds_until_sound(guest)


def test_back_returns_to_the_same_place_of_the_same_page(guest: Page) -> None:
    guest.goto("/")
    guest.evaluate("scrollTo(0, 500)")
    guest.wait_for_timeout(300)
    card = guest.locator("main .card a").last
    card.scroll_into_view_if_needed()
    guest.wait_for_timeout(300)
    place = guest.evaluate("scrollY")
    assert place > 0
    card.click()
    expect(guest.locator("main.album h1")).to_be_focused()
    assert guest.evaluate("scrollY") == 0
    assert guest.evaluate("document.activeElement.tagName") == "H1"
    guest.go_back()
    expect(guest.locator("h1")).to_have_text("Home")
    guest.wait_for_function("place => Math.abs(scrollY - place) < 2", arg=place)
    guest.go_forward()
    guest.wait_for_url(re.compile(r"/albums/\d+"))


def test_audio_that_is_gone_is_said_in_words(guest: Page) -> None:
    guest.route("**/media/**", lambda route: route.fulfill(status=410, body="gone"))
    guest.goto("/")
    guest.locator("main .row .hit").first.click()
    toast = guest.locator("#toast")
    expect(toast).to_contain_text("cannot be played right now")
    expect(guest.locator("#player").get_by_role("button", name="Play", exact=True)).to_be_visible()
    toast.get_by_role("button", name="Close").click()
    expect(toast).to_be_hidden()


def test_address_that_has_expired_is_renewed_once(guest: Page) -> None:
    """A page that lay open for an hour still plays: the first address is refused, a new play brings another."""
    refused: list[str] = []

    def once(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append("410")
            route.fulfill(status=410, body="expired")

    guest.route("**/media/**", once)
    guest.goto("/")
    play_first_song(guest)
    assert refused == ["410"]


def test_progress_waits_for_a_server_that_is_away(guest: Page) -> None:
    guest.goto("/")
    guest.route("**/api/v1/me/progress", lambda route: route.abort())
    play_first_song(guest)
    guest.keyboard.press(" ")
    wait_until(guest, f"async () => (await ({KEPT})()).length >= 2")
    guest.unroute("**/api/v1/me/progress")
    guest.reload()
    wait_until(guest, ALL_IS_SENT)


def test_search_answers_while_typing_and_by_keys_alone(guest: Page) -> None:
    guest.goto("/search")
    field = guest.get_by_role("searchbox")
    expect(field).to_be_focused()
    guest.goto("/")
    artist = guest.locator("main .row .sub a").first.inner_text()
    guest.goto("/search")
    guest.keyboard.type(artist[:4], delay=20)
    expect(guest.locator("#results mark").first).to_be_visible()
    guest.keyboard.press("ArrowDown")
    guest.keyboard.press("Enter")
    expect(guest.locator("h1")).not_to_have_text("Search")


def test_pages_work_without_scripts(chromium: Browser, demo: Server) -> None:
    context = chromium.new_context(java_script_enabled=False, base_url=demo.url)
    page = context.new_page()
    page.goto("/")
    page.locator("main .card a").first.click()
    expect(page.locator("h1")).to_be_visible()
    page.goto("/search")
    page.get_by_role("searchbox").fill("a")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search\?q=a"))
    context.close()


def test_script_in_a_name_stays_text_in_the_player(guest: Page) -> None:
    """Names that come by the API are put into the page by script; none of them may become markup."""
    name = "<img src=x onerror=hacked=1><script>hacked=1</script>"
    guest.goto("/")
    song = guest.evaluate("fetch('/api/v1/tracks?limit=1').then(answer => answer.json())")["results"][0]
    song |= {"title": name, "artist": name, "album": None, "artists": [{"id": 1, "name": name, "role": "main"}]}
    entry = {"track": song, "position_ms": 5000, "updated_at": "2026-01-02T03:04:05.678Z", "device": ""}
    guest.route("**/api/v1/me/continue*", lambda route: route.fulfill(json={"next": None, "results": [entry, entry]}))
    guest.route("**/api/v1/tracks/*/play", lambda route: route.abort())
    guest.reload()
    expect(guest.locator(".lead h3")).to_have_text(name)
    guest.get_by_role("button", name=f"Resume {name}").first.click()
    expect(guest.locator("#player [data-title]")).to_have_text(name)
    guest.locator("#player").get_by_role("button", name="Queue").click()
    expect(guest.locator("#queue .hit").first).to_have_text(name)
    guest.locator("#player [data-title]").click()
    expect(guest.locator("#now h2").first).to_have_text(name)
    assert guest.evaluate("typeof hacked") == "undefined"
    assert guest.locator("img[src=x]").count() == 0
