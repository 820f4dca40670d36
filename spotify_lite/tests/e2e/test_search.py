"""Search as one types: few requests, at once what was typed before, all of it by keys, and back to where one was."""

import re

from playwright.sync_api import Page, Route, expect

from spotify_lite.tests.rig.stage import Stage

PARTIAL = re.compile(r"/search\?.*partial")
WAITING = "#results [data-apart]"
# Count how often the keys stood still for so long that one may have stopped typing.
PAUSES = """() => {
    window.pauses = 0;
    let last = Infinity;
    addEventListener("input", () => {
        const now = performance.now();
        if (now - last >= 110) window.pauses += 1;
        last = now;
    }, { capture: true });
}"""


def searches(page: Page) -> list[str]:
    """Return the queries that the page asks the server from now on, as they come."""
    asked: list[str] = []

    def note(address: str) -> None:
        if PARTIAL.search(address):
            asked.append(re.sub(r".*[?&]q=([^&]*).*", r"\1", address))

    page.on("request", lambda request: note(request.url))
    return asked


def held_back(page: Page, held: list[Route], place: int) -> Route:
    """Return one of the answers that are kept back, once it was asked for."""
    for _ in range(500):
        if len(held) > place:
            return held[place]
        page.wait_for_timeout(20)
    raise AssertionError(f"{len(held)} searches were made")


def hold(page: Page) -> list[Route]:
    """Keep the answers to searches back, in the order that they were asked for."""
    held: list[Route] = []
    page.route(PARTIAL, lambda route: held.append(route))  # noqa: PLW0108 - Playwright asks for its arguments
    return held


def best(page: Page, name: str) -> None:
    expect(page.locator("#results .best h3")).to_have_text(name)


def active(page: Page) -> str:
    """Return what has the focus: the field, or the words of a result."""
    told: str = page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
    return told


def test_word_typed_fast_is_asked_for_once_and_what_was_typed_before_never(guest: Page) -> None:
    guest.goto("/search")
    guest.evaluate(PAUSES)
    asked = searches(guest)
    guest.get_by_role("searchbox").press_sequentially("casa de sal")
    best(guest, "Casa de sal")
    guest.wait_for_url("**/search?q=casa+de+sal")
    assert len(asked) <= 1 + guest.evaluate("window.pauses")  # none, but where the machine is slower than fingers
    guest.get_by_role("searchbox").fill("radiator")
    best(guest, "Radiator Song (feat. Marisol Vântu)")
    asked.clear()
    held = hold(guest)
    guest.get_by_role("searchbox").fill("Casa  de sal")
    best(guest, "Casa de sal")
    guest.get_by_role("searchbox").fill("")
    expect(guest.get_by_role("heading", name="Browse genres")).to_be_visible()
    assert guest.evaluate("location.search") == ""
    guest.get_by_role("searchbox").fill("radiator")
    best(guest, "Radiator Song (feat. Marisol Vântu)")
    for route in held:  # those that were shown, and are asked for again since they are old by now
        route.abort()
    assert set(asked) <= {"Casa++de+sal", "radiator", ""}
    expect(guest.locator("#toast")).to_be_hidden()


def test_answer_that_comes_too_late_does_not_win(guest: Page) -> None:
    guest.goto("/search?q=casa")
    held = hold(guest)
    field = guest.get_by_role("searchbox")
    field.fill("radiator")
    late = held_back(guest, held, 0)
    field.fill("nokturn")
    held_back(guest, held, 1).continue_()
    expect(guest.locator("#results .row .hit").first).to_contain_text("Nokturn")
    late.continue_()
    guest.unroute(PARTIAL)
    guest.wait_for_load_state("networkidle")
    expect(guest.locator("#results .row .hit").first).to_contain_text("Nokturn")
    assert guest.evaluate("location.search") == "?q=nokturn"


def test_slow_answer_leaves_what_stands_and_shows_that_it_comes(guest: Page) -> None:
    guest.goto("/search?q=nok")
    rows = guest.locator("#results .row")
    held = hold(guest)
    standing = rows.first.bounding_box()
    guest.get_by_role("searchbox").fill("nokturn iii")
    late = held_back(guest, held, 0)
    expect(guest.locator(".field[data-waiting]")).to_be_visible()
    expect(guest.locator("#results")).to_have_attribute("aria-busy", "true")
    bright = guest.locator("#results .row:not([data-apart]) .hit")
    expect(bright).to_have_text([re.compile("Nokturn III")])  # the others step back, and nothing moves
    assert rows.first.bounding_box() == standing
    late.continue_()
    best(guest, "Nokturn III: Deszcz")
    expect(guest.locator(".field[data-waiting]")).to_have_count(0)
    expect(guest.locator(WAITING)).to_have_count(0)


def test_search_goes_on_by_itself_once_the_device_is_online_again(guest: Page) -> None:
    guest.goto("/search?q=casa")
    guest.context.set_offline(True)
    guest.get_by_role("searchbox").fill("radiator")
    expect(guest.locator("#toast")).to_contain_text("This device is offline")
    best(guest, "Casa de sal")
    guest.context.set_offline(False)
    best(guest, "Radiator Song (feat. Marisol Vântu)")


def test_results_are_walked_by_keys_and_escape_leads_back(guest: Page) -> None:
    guest.goto("/")
    guest.keyboard.press("/")
    field = guest.get_by_role("searchbox")
    expect(field).to_be_focused()
    guest.keyboard.type("nokturn")
    hits = guest.locator("#results .row .hit")
    expect(hits.first).to_contain_text("Nokturn")
    guest.keyboard.press("ArrowDown")
    expect(guest.locator("#results [data-first]")).to_be_focused()
    guest.keyboard.press("ArrowDown")
    expect(hits.first).to_be_focused()
    guest.keyboard.press("End")
    assert active(guest) == guest.locator("#results .card h3 a").last.inner_text()
    guest.keyboard.press("Home")
    expect(guest.locator("#results [data-first]")).to_be_focused()
    guest.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    guest.keyboard.press("ArrowDown")
    guest.keyboard.press("Escape")
    expect(field).to_be_focused()
    guest.keyboard.press("Escape")
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    guest.keyboard.press("Escape")
    expect(field).not_to_be_focused()


def test_enter_opens_what_one_sees_and_shows_what_one_does_not_see_yet(guest: Page) -> None:
    guest.goto("/search")
    field = guest.get_by_role("searchbox")
    held = hold(guest)
    field.fill("marisol")
    field.press("Enter")
    held_back(guest, held, 0).continue_()
    first = guest.locator("#results [data-first]")
    expect(first).to_be_focused()
    guest.unroute(PARTIAL)
    field.focus()
    guest.keyboard.press("Enter")
    expect(guest.locator("main h1")).to_have_text("Marisol Vântu")
    guest.go_back()
    field.fill("radiator")
    best(guest, "Radiator Song (feat. Marisol Vântu)")
    guest.keyboard.press("Enter")
    expect(guest.locator("#player [data-title]")).to_have_text("Radiator Song (feat. Marisol Vântu)")


def test_back_and_forward_restore_searches_that_were_meant(guest: Page) -> None:
    guest.goto("/")
    guest.locator("nav.nav a[href='/search']").click()
    field = guest.get_by_role("searchbox")
    field.fill("cas")
    best(guest, "Casa de sal")
    field.fill("casa")
    guest.wait_for_url("**/search?q=casa")
    guest.locator("#results .best h3 a").click()
    expect(guest.locator("main.album h1, main h1")).to_have_text("Casa de sal")
    guest.go_back()
    expect(field).to_have_value("casa")
    field.fill("radiator")
    best(guest, "Radiator Song (feat. Marisol Vântu)")
    guest.go_back()
    expect(field).to_have_value("casa")
    best(guest, "Casa de sal")
    guest.go_forward()
    expect(field).to_have_value("radiator")
    best(guest, "Radiator Song (feat. Marisol Vântu)")
    guest.reload()
    expect(field).to_have_value("radiator")
    guest.go_back()
    expect(field).to_have_value("casa")
    best(guest, "Casa de sal")


def test_nothing_is_asked_for_while_a_word_is_being_composed(guest: Page) -> None:
    """Kana that wait for a choice are no search; a Korean syllable is one, for it stays open until one goes on."""
    guest.goto("/search")
    asked = searches(guest)
    guest.get_by_role("searchbox").focus()
    keys = guest.context.new_cdp_session(guest)

    def compose(text: str) -> None:
        keys.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})

    for text in ("y", "よ", "よr", "よる"):
        compose(text)
    guest.evaluate("() => new Promise(done => setTimeout(done, 250))")  # twice the pause
    assert asked == []
    keys.send("Input.insertText", {"text": "夜"})
    best(guest, "夜のプール")
    guest.get_by_role("searchbox").fill("")
    guest.get_by_role("searchbox").focus()
    with guest.expect_request(PARTIAL):
        compose("바")


def test_misspelt_word_is_mended_and_what_was_typed_can_be_asked_for(guest: Page) -> None:
    guest.goto("/search?q=radiattor+song")
    line = guest.locator("#results .line").first
    expect(line).to_contain_text("Showing results for radiator song")
    expect(guest.locator("#results .row mark").first).to_have_text("Radiator")
    line.get_by_role("link", name="Search for radiattor song instead").click()
    expect(guest.get_by_role("searchbox")).to_have_value('"radiattor" song')
    expect(guest.locator("#results")).not_to_contain_text("Showing results for")


def test_fields_of_a_search_are_said_as_what_they_are(guest: Page) -> None:
    guest.goto("/search")
    guest.get_by_role("searchbox").fill('artist:"marisol vantu" year:2019')
    expect(guest.locator(".only li")).to_have_text(["Artist: marisol vantu", "Year: 2019"])
    expect(guest.locator("#results .row .hit").first).to_be_visible()
    expect(guest.locator("#results .row .sub mark").first).to_have_text("Marisol")


def test_list_of_one_kind_grows_where_it_is(looking: Stage) -> None:
    page = looking.page_of("guest")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/search?q=hour&kind=songs")
    songs = page.locator("#results .row")
    expect(songs).to_have_count(50)
    page.get_by_role("link", name="Show more").focus()
    place = page.evaluate("scrollY")
    assert place > 0
    page.keyboard.press("Enter")
    expect(songs).to_have_count(200)
    expect(songs.nth(50).locator(".hit")).to_be_focused()
    assert abs(page.evaluate("scrollY") - place) < 1
    expect(page.locator("#results")).to_contain_text("Add a word to find others.")
    page.go_back()
    expect(songs).to_have_count(50)
