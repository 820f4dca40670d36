"""What the player does beside playing: order, loudness, menus, undo, keys, and what it says when something fails."""

import re

import mutagen
import pytest
from playwright.sync_api import Page, expect

from spotify_lite.tests.e2e.playing import (
    ALBUM_OF_MANY,
    QUEUE,
    STARTED,
    STORED_QUEUE_IS,
    bar,
    near_its_end,
    open_album,
    open_queue,
    title,
    titles,
    volume,
    wait_until,
)
from spotify_lite.tests.rig.server import Server


def test_shuffle_and_repeat_survive_a_reload_and_reach_the_server(album: Page) -> None:
    order = titles(album)
    album.keyboard.press("s")
    album.keyboard.press("r")
    for name in ("Shuffle", "Repeat all"):
        expect(bar(album).get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
    mixed = album.evaluate(QUEUE)
    assert [mixed["tracks"][0]["title"], len(mixed["tracks"])] == [order[0], len(order)]
    album.reload()
    for name in ("Shuffle", "Repeat all"):
        expect(bar(album).get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
    ids = [track["id"] for track in mixed["tracks"]]
    wait_until(album, STORED_QUEUE_IS, ids)
    bar(album).get_by_role("button", name="Shuffle").click()
    assert [track["title"] for track in album.evaluate(QUEUE)["tracks"]] == order


def test_repeating_goes_round_the_list_or_stays_with_one_song(album: Page) -> None:
    order = titles(album)
    album.keyboard.press("r")
    album.locator("main .row .hit").last.click()
    expect(title(album)).to_have_text(order[-1])
    album.wait_for_function(STARTED, polling=20)
    near_its_end(album)
    expect(title(album)).to_have_text(order[0])
    album.wait_for_function(STARTED, polling=20)
    album.keyboard.press("r")
    expect(bar(album).get_by_role("button", name="Repeat this song")).to_be_visible()
    near_its_end(album)
    album.wait_for_function("() => document.querySelector('#audio').currentTime < 5", polling=20)
    album.wait_for_function(STARTED, polling=20)
    expect(title(album)).to_have_text(order[0])
    assert not album.evaluate("document.querySelector('#audio').paused")


def test_sleep_timer_ends_with_the_song_and_the_next_press_goes_on(album: Page) -> None:
    order = titles(album)
    album.keyboard.press("f")
    view = album.get_by_role("dialog", name="Now playing")
    view.get_by_role("button", name="Sleep timer").click()
    album.get_by_role("menuitemradio", name="End of this song").click()
    expect(view.get_by_role("button", name="Sleep timer")).to_contain_text("End of song")
    near_its_end(album)
    expect(title(album)).to_have_text(order[1])
    expect(view.get_by_role("button", name="Play", exact=True)).to_be_visible()
    album.wait_for_timeout(500)
    assert album.evaluate("document.querySelector('#audio').getAttribute('src')") is None
    view.get_by_role("button", name="Play", exact=True).click()
    album.wait_for_function(STARTED, polling=20)
    expect(view.get_by_role("button", name="Sleep timer")).not_to_contain_text("End of song")


def test_sleep_timer_survives_other_pages_and_fades_the_sound(album: Page) -> None:
    album.evaluate("localStorage.sleep = JSON.stringify(Date.now() + 15 * 60_000)")
    album.clock.install()
    album.reload()
    bar(album).get_by_role("button", name="Play", exact=True).click()
    album.locator("nav a", has_text="Genres").click()
    album.wait_for_function(STARTED, polling=20)
    album.clock.fast_forward(album.evaluate("JSON.parse(localStorage.sleep) - Date.now() - 4000"))
    album.wait_for_function("() => document.querySelector('#audio').volume < 0.3", polling=20)
    expect(bar(album).get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert album.evaluate("document.querySelector('#audio').paused")
    assert volume(album) == 1  # the next press of play is heard


def test_loud_song_is_turned_down_to_the_others_unless_that_is_off(guest: Page, demo: Server) -> None:
    file = next((demo.var.parent / "demo").rglob("*.flac"))
    tags = mutagen.File(file)
    tags["REPLAYGAIN_TRACK_GAIN"] = "-6.02 dB"
    tags.save()
    demo.manage("import_music", str(demo.var.parent / "demo"), "--in-place")
    guest.goto("/")
    name = tags["title"][0]
    found = guest.evaluate("q => fetch(`/api/v1/search?q=${encodeURIComponent(q)}`).then(a => a.json())", name)
    track = next(track for track in found["tracks"] if track["title"] == name)
    assert track["audio"]["gain_db"] == -6.02
    guest.goto(f"/tracks/{track['id']}")
    guest.locator("main .row .hit").first.click()
    guest.wait_for_function(STARTED, polling=20)
    assert volume(guest) == pytest.approx(0.5, abs=0.001)
    bar(guest).get_by_role("slider", name="Volume").fill("50")
    assert volume(guest) == pytest.approx(0.25, abs=0.001)
    guest.locator("nav a", has_text="Settings").click()
    loudness = guest.get_by_role("group", name="Even loudness")
    expect(loudness.get_by_label("Album-aware")).to_be_checked()
    loudness.get_by_label("Off").check()
    assert volume(guest) == 0.5
    guest.reload()
    expect(loudness.get_by_label("Off")).to_be_checked()


def test_volume_and_silence_are_kept_on_this_device(album: Page) -> None:
    slider = bar(album).get_by_role("slider", name="Volume")
    slider.fill("40")
    album.keyboard.press("Escape")
    bar(album).get_by_role("button", name="Mute").click()
    expect(slider).to_have_value("0")
    album.reload()
    expect(slider).to_have_value("0")
    assert album.evaluate("document.querySelector('#audio').muted")
    bar(album).get_by_role("button", name="Sound on").click()
    expect(slider).to_have_value("40")


def test_menu_is_worked_by_keys_alone(album: Page) -> None:
    dots = album.locator("main [data-menu]").nth(2)
    dots.focus()
    album.keyboard.press("Enter")
    menu = album.get_by_role("menu")
    focused = menu.locator(":focus")
    expect(focused).to_have_text("Play next")
    album.keyboard.press("ArrowDown")
    expect(focused).to_have_text("Add to queue")
    album.keyboard.press("End")
    expect(focused).to_have_text("Copy link")
    album.keyboard.press("ArrowDown")
    expect(focused).to_have_text("Play next")
    album.keyboard.type("go to al", delay=20)
    expect(focused).to_have_text("Go to album")
    album.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(dots).to_be_focused()
    assert album.locator("#now").is_hidden()  # the letters were not keys of the player


def test_right_click_on_an_album_offers_what_is_on_it(album: Page) -> None:
    album.goto("/albums")
    name = "Live at the Print Shop"
    album.locator("main .grid .card", has_text=name).click(button="right")
    album.get_by_role("menu", name=name).get_by_role("menuitem", name="Play", exact=True).click()
    panel = open_queue(album)
    expect(panel).to_contain_text(f"Next from {name}")


def test_long_press_opens_the_menu_and_a_scroll_does_not(phone: Page) -> None:
    phone.goto("/")
    row = phone.locator("main .row").nth(1)
    box = row.bounding_box()
    assert box
    touch = phone.context.new_cdp_session(phone)
    place = {"x": box["x"] + 120, "y": box["y"] + 20}

    def send(kind: str, *points: dict[str, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    send("touchStart", place)
    send("touchMove", place | {"y": place["y"] - 60})
    phone.wait_for_timeout(700)
    send("touchEnd")
    expect(phone.get_by_role("menu")).to_be_hidden()

    phone.evaluate("scrollTo(0, 0)")
    send("touchStart", place)
    expect(phone.get_by_role("menu")).to_be_visible()
    send("touchEnd")
    phone.wait_for_timeout(100)
    expect(phone.get_by_role("menuitem", name="Play next")).to_be_visible()
    assert phone.evaluate("getSelection().toString()") == ""
    phone.touchscreen.tap(200, 60)  # beside it
    expect(phone.get_by_role("menu")).to_be_hidden()
    expect(bar(phone)).to_be_hidden()  # neither the press nor the tap played anything


def test_question_mark_shows_the_keys_and_fields_keep_theirs(album: Page) -> None:
    album.keyboard.press("?")
    dialog = album.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_contain_text("Play or pause")
    album.keyboard.press("n")  # not while the list is open
    album.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(title(album)).to_have_text(titles(album)[0])
    album.keyboard.press("/")
    expect(album.get_by_role("searchbox")).to_be_focused()
    album.keyboard.type("q?ms")
    expect(album.get_by_role("searchbox")).to_have_value("q?ms")
    expect(album.locator("#queue")).to_be_hidden()
    expect(dialog).to_be_hidden()


def test_keys_can_be_turned_off(album: Page) -> None:
    album.goto("/settings")
    album.get_by_role("button", name="Keyboard").click()
    dialog = album.get_by_role("dialog", name="Keyboard")
    dialog.get_by_role("checkbox").uncheck()
    dialog.get_by_role("button", name="Close").click()
    album.keyboard.press("q")
    album.keyboard.press("?")
    expect(album.locator("#queue")).to_be_hidden()
    expect(dialog).to_be_hidden()


def test_back_closes_what_is_open_and_stays_on_the_page(album: Page) -> None:
    address = album.url
    view = album.locator("#now")
    title(album).click()
    expect(view).to_be_visible()
    album.go_back()
    expect(view).to_be_hidden()
    assert album.url == address
    title(album).click()
    album.keyboard.press("Escape")
    expect(view).to_be_hidden()
    title(album).click()
    view.locator("[data-people] a").first.click()
    album.wait_for_url(re.compile(r"/artists/\d+"))
    expect(view).to_be_hidden()
    album.go_back()
    album.wait_for_url(address)
    expect(album.locator("main .row .hit").first).to_be_visible()


def test_back_closes_the_sheet_of_a_phone_and_a_finger_does(phone: Page) -> None:
    open_album(phone)
    address = phone.url
    title(phone).click()
    view, sheet = phone.locator("#now"), phone.locator("#queue")
    view.get_by_role("button", name="Queue").first.click()
    expect(sheet).to_be_visible()
    expect(view).to_be_hidden()
    phone.go_back()
    expect(sheet).to_be_hidden()
    title(phone).click()
    expect(view).to_be_visible()
    touch = phone.context.new_cdp_session(phone)
    for kind, y in (("touchStart", 200), ("touchMove", 260), ("touchMove", 420)):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": 200, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(view).to_be_hidden()
    assert phone.url == address


def test_system_controls_know_the_song_its_covers_and_where_it_is(guest: Page, demo: Server) -> None:
    demo.manage("package", "--verbosity=0")  # cuts the covers
    open_album(guest)
    told = guest.evaluate(
        """() => {
            const { metadata, playbackState } = navigator.mediaSession;
            const { title, artist, album, artwork } = metadata;
            return { title, artist, album, artwork, playbackState };
        }"""
    )
    assert [told["title"], told["playbackState"]] == [titles(guest)[0], "playing"]
    assert told["album"] == guest.locator("h1").inner_text()
    assert told["artist"]
    sizes = [picture["sizes"] for picture in told["artwork"]]
    assert sizes == ["160x160", "320x320", "640x640"]
    for picture in told["artwork"]:
        assert picture["src"].startswith(demo.url)
        assert guest.request.get(picture["src"]).headers["content-type"] == "image/webp"
    guest.keyboard.press(" ")
    assert guest.evaluate("navigator.mediaSession.playbackState") == "paused"


def test_song_that_cannot_be_played_is_named_and_the_next_one_plays(guest: Page) -> None:
    guest.goto("/")
    guest.goto(f"/albums/{guest.evaluate(ALBUM_OF_MANY)}")
    order = titles(guest)
    first = guest.evaluate(
        "new URL(JSON.parse(document.querySelector('[data-track]').dataset.track).audio_url).pathname"
    )
    guest.route(f"**{first}*", lambda route: route.fulfill(status=404))
    guest.locator("main .row .hit").first.click()
    expect(guest.locator("#toast")).to_contain_text(
        f"“{order[0]}” cannot be played right now. Going on with “{order[1]}”."
    )
    guest.wait_for_function(STARTED, polling=20)
    expect(title(guest)).to_have_text(order[1])


def test_server_that_is_away_is_said_calmly_and_tried_again(album: Page) -> None:
    order = titles(album)
    album.route("**/media/**", lambda route: route.abort())
    album.route("**/api/**", lambda route: route.abort())
    album.keyboard.press("n")
    message = album.get_by_role("region", name="Message")
    expect(message).to_contain_text(f"The server was not reached. Your place in “{order[1]}” is kept.")
    album.unroute("**/media/**")
    album.unroute("**/api/**")
    message.get_by_role("button", name="Try again").click()
    album.wait_for_function(STARTED, polling=20)
    expect(title(album)).to_have_text(order[1])
