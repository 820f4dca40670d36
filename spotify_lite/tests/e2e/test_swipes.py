"""Fingers: to the next song and back, the large view up and down, a row into the queue, and scrolling as ever."""

import pytest
from playwright.sync_api import Browser, Page, expect

from spotify_lite.tests.e2e.playing import QUEUE, STARTED, open_album, title, titles
from spotify_lite.tests.rig.finger import Finger
from spotify_lite.tests.rig.server import Server

LISTENING = "() => performance.getEntriesByType('resource').some(({ name }) => name.includes('rowswipes'))"


@pytest.fixture
def finger(phone: Page) -> Finger:
    return finger_on(phone)


def finger_on(phone: Page) -> Finger:
    """Return a finger on a phone that plays an album, with all that listens for it: that comes after the sound."""
    open_album(phone)
    phone.wait_for_function(LISTENING, polling=50)
    phone.wait_for_timeout(300)
    return Finger(phone)


def bar_of(phone: Page) -> float:
    """Return the height of the middle of the mini player."""
    box = phone.locator("#player").bounding_box()
    assert box
    return box["y"] + box["height"] / 2


def test_mini_player_is_swiped_to_the_next_song_and_back(phone: Page, finger: Finger) -> None:
    order, y = titles(phone), bar_of(phone)
    finger.stroke((150, y), (330, y))  # nothing is before the first song
    phone.wait_for_timeout(300)
    expect(title(phone)).to_have_text(order[0])
    finger.stroke((300, y), (270, y), lift=False)
    moved = phone.locator("#player .names").evaluate("names => names.style.transform")
    assert moved.startswith("translateX(-")
    finger.lift()  # not far enough
    expect(title(phone)).to_have_text(order[0])
    finger.stroke((300, y), (120, y))
    expect(title(phone)).to_have_text(order[1])
    phone.wait_for_function(STARTED, polling=20)
    finger.stroke((100, y), (280, y))
    expect(title(phone)).to_have_text(order[0])
    expect(phone.locator("#player .names")).to_have_css("transform", "none")
    assert not phone.locator("#now").is_visible()


def test_large_view_is_swiped_up_aside_and_down(phone: Page, finger: Finger) -> None:
    order, y = titles(phone), bar_of(phone)
    finger.stroke((120, y), (120, y - 180))
    view = phone.locator("#now")
    expect(view).to_be_visible()
    cover = view.locator("[data-cover]").bounding_box()
    assert cover
    x, y = cover["x"] + cover["width"] / 2, cover["y"] + cover["height"] / 2
    finger.stroke((x + 80, y), (x - 100, y + 10))
    expect(view.locator("[data-title]")).to_have_text(order[1])
    finger.stroke((x, y), (x + 10, y + 200))
    expect(view).to_be_hidden()
    expect(title(phone)).to_have_text(order[1])


def test_row_is_swiped_into_the_queue_and_taken_back(phone: Page, finger: Finger) -> None:
    order = titles(phone)
    row = phone.locator("main .row").nth(2)
    row.scroll_into_view_if_needed()
    box = row.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    finger.stroke((80, y), (130, y + 2))
    finger.stroke((200, y), (60, y))  # too little, and the wrong way
    assert [track["title"] for track in phone.evaluate(QUEUE)["tracks"]] == order
    finger.stroke((80, y), (200, y + 4))
    message = phone.get_by_role("region", name="Message")
    expect(message).to_contain_text(f"“{order[2]}” is in the queue.")
    assert [track["title"] for track in phone.evaluate(QUEUE)["tracks"]] == [order[0], order[2], *order[1:]]
    expect(title(phone)).to_have_text(order[0])  # the swipe was no press
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    message.get_by_role("button", name="Undo").click()
    assert [track["title"] for track in phone.evaluate(QUEUE)["tracks"]] == order


def test_finger_that_goes_down_over_a_row_scrolls(phone: Page, finger: Finger) -> None:
    order = titles(phone)
    phone.evaluate("document.querySelector('main').style.minHeight = '3000px'")
    box = phone.locator("main .row").nth(1).bounding_box()
    assert box
    finger.stroke((150, box["y"] + 20), (210, box["y"] - 180))
    phone.wait_for_function("() => scrollY > 100")
    assert [track["title"] for track in phone.evaluate(QUEUE)["tracks"]] == order
    expect(phone.locator("main .pulled")).to_have_count(0)


def test_nothing_moves_for_who_wants_no_motion_and_it_is_done_all_the_same(chromium: Browser, demo: Server) -> None:
    context = chromium.new_context(
        base_url=demo.url,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        reduced_motion="reduce",
    )
    phone = context.new_page()
    finger = finger_on(phone)
    order, y = titles(phone), bar_of(phone)
    finger.stroke((300, y), (120, y), lift=False)
    assert phone.locator("#player .names").evaluate("names => names.style.transform") == ""
    finger.lift()
    expect(title(phone)).to_have_text(order[1])
    context.close()
