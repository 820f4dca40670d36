"""The keyboard alone reaches and works everything: nothing is skipped or holds the focus, and one sees where it is."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from spotify_lite.tests.rig.pages import PAGES, View
from spotify_lite.tests.rig.stage import Stage

FARTHEST = 250  # presses of Tab from one thing to another

# What Tab should stop at, told by the page itself: shown, enabled, and of a group of radio buttons the one that stands
# for it. `walked` is what it did stop at. What has no name is told by its markup.
RECORD = """() => {
    const tell = (element) => element.outerHTML.slice(0, 160).replace(/\\s+/g, " ");
    const ringed = (element, part) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element, part);
        return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
    };
    const marked = (element) => [null, "::before", "::after"].some((part) => ringed(element, part)) ||
        [...element.labels ?? []].some((label) => ringed(label, null)) ||
        ringed(element.parentElement, null) || ringed(element.parentElement.parentElement, null);
    const standsFor = (radio) => {
        const group = [...document.querySelectorAll("input[type=radio]")]
            .filter((other) => other.name === radio.name && other.form === radio.form);
        return (group.find((other) => other.checked) ?? group[0]) === radio;
    };
    const reachable = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
        .filter((element) => element.tabIndex >= 0 && !element.disabled && !element.closest("[inert]"))
        .filter((element) => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: false }))
        .filter((element) => element.type !== "radio" || standsFor(element));
    window.reachable = new Set(reachable);
    window.walked = new Set();
    window.unmarked = new Set();
    document.addEventListener("focusin", ({ target }) => {
        window.walked.add(target);
        if (!marked(target)) window.unmarked.add(tell(target));
    });
    window.report = () => ({
        missed: [...window.reachable].filter((element) => !window.walked.has(element)).map(tell),
        unmarked: [...window.unmarked],
    });
    return reachable.length;
}"""
WALKED = [view for view in PAGES if view.act is None and view.everywhere]


@pytest.mark.parametrize("view", WALKED, ids=lambda view: view.name)
def test_tab_walks_everything_and_shows_where_it_is(looking: Stage, view: View) -> None:
    page = looking.look(view)
    page.evaluate("document.activeElement.blur()")
    count: int = page.evaluate(RECORD)
    assert count > 0
    report: dict[str, Any] = {"missed": True}
    presses = count + 5  # what scrolls may be a stop of its own, and the window's end is one
    while report["missed"] and presses < 3 * count + 30:  # a field for a date has several stops
        for _ in range(presses):
            page.keyboard.press("Tab")
        report = page.evaluate("report()")
        presses += 20
    assert report["missed"] == [], "Tab does not stop there"
    assert report["unmarked"] == [], "one does not see that the focus is there"


def test_skip_link_is_first_and_leads_past_the_navigation(looking: Stage) -> None:
    page = fresh(looking, "/")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_song_is_played_paused_and_left_by_keys_alone(looking: Stage) -> None:
    page = fresh(looking, "/", who="player")
    song = page.locator("main .row .hit").first
    tab_to(page, song)
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#audio').currentTime > 0")
    knob = page.locator("#player [data-do=toggle]")
    tab_to(page, knob)
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#audio').paused")
    page.keyboard.press("Space")
    page.wait_for_function("() => !document.querySelector('#audio').paused")
    volume = page.locator("#player [data-volume]")
    tab_to(page, volume)
    before = int(volume.input_value())
    page.keyboard.press("ArrowLeft")
    assert int(volume.input_value()) < before
    page.keyboard.press("ArrowRight")


def test_menu_opens_moves_closes_and_gives_the_focus_back(looking: Stage) -> None:
    page = fresh(looking, "/", who="player")
    dots = page.locator("main [data-menu]").first
    tab_to(page, dots)
    page.keyboard.press("Enter")
    menu = page.locator("#menu")
    expect(menu).to_be_visible()
    first = focused(page)
    page.keyboard.press("ArrowDown")
    assert focused(page) != first
    assert page.evaluate("document.activeElement.closest('#menu') !== null")
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(dots).to_be_focused()


def listening(looking: Stage) -> Page:
    """Return home, where a song plays that the keys have started."""
    page = fresh(looking, "/", who="player")
    tab_to(page, page.locator("main .row .hit").first)
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#audio').currentTime > 0")
    return page


def test_large_view_keeps_the_focus_and_gives_it_back(looking: Stage) -> None:
    page = listening(looking)
    title = page.locator("#player [data-title]")
    tab_to(page, title)
    page.keyboard.press("Enter")
    view = page.locator("#now")
    expect(view).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('#now')")
    page.keyboard.press("Escape")
    expect(view).to_be_hidden()
    expect(title).to_be_focused()


def test_queue_is_opened_used_and_closed_by_keys_alone(looking: Stage) -> None:
    page = listening(looking)
    button = page.locator("#player [data-do=queue]")
    tab_to(page, button)
    page.keyboard.press("Enter")
    panel = page.locator("#queue")
    expect(panel).to_be_visible()
    third = panel.locator(".row .hit").nth(2)
    title = third.get_attribute("title") or ""
    tab_to(page, third)
    page.keyboard.press("Enter")
    expect(page.locator("#player [data-title]")).to_have_text(title)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert page.evaluate("document.activeElement !== document.body"), "the focus is lost"


def test_key_map_is_shown_by_a_key_and_closed_by_another(looking: Stage) -> None:
    page = fresh(looking, "/")
    page.keyboard.press("?")
    shown = page.locator("dialog[open]")
    expect(shown).to_be_visible()
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)


def test_theme_is_chosen_by_arrows(looking: Stage) -> None:
    page = fresh(looking, "/settings")
    chosen = page.locator("[data-theme-choice] input:checked")
    tab_to(page, chosen)
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    page.keyboard.press("ArrowUp")
    page.wait_for_function("() => !document.documentElement.dataset.theme")


def test_page_that_was_followed_to_takes_the_focus(looking: Stage) -> None:
    page = fresh(looking, "/")
    tab_to(page, page.locator("nav.nav a[href='/genres']"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/genres$"))
    page.wait_for_function("() => document.activeElement.closest('main') !== null")


def test_file_is_sent_to_the_desk_by_keys_alone(looking: Stage) -> None:
    """All but the system's own window for choosing it, which no page can reach."""
    page = fresh(looking, "/admin/catalog/upload/add/", who="curator")
    field = page.locator("input[type=file][name=files]")
    tab_to(page, field)
    field.set_input_files({"name": "notes.mp3", "mimeType": "audio/mpeg", "buffer": b"no music" * 64})
    publish = page.locator("#publish")
    tab_to(page, publish)
    page.keyboard.press("Space")
    expect(publish).not_to_be_checked()


def fresh(looking: Stage, path: str, *, who: str = "guest") -> Page:
    """Return somebody's page, just loaded, with the focus at its begin."""
    return looking.look(View("keyboard", path, who=who))


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(FARTHEST):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {wanted}; the focus is on {focused(page)}")


def focused(page: Page) -> str:
    told: str = page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    return told
