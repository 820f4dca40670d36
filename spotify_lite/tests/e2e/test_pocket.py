"""Search in the pocket: names on the device answer before the server does, and alone where it is away."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from spotify_lite.tests.e2e import playing
from spotify_lite.tests.e2e.test_search import PARTIAL, best, hold
from spotify_lite.tests.rig import server

PACK = "from django.utils import timezone; from catalog import pocket; from catalog.models import Pocket, PocketPiece"
UNPACK = f"{PACK}; Pocket.objects.all().delete(); PocketPiece.objects.all().delete()"
HIDE = (
    f"{PACK}; from catalog import curation, search; from catalog.models import Track;"
    " tracks = Track.objects.filter(title__startswith='Radiator'); ids = list(tracks.values_list('id', flat=True));"
    " tracks.update(published={published}); curation.refresh(curation.reach_of_tracks(ids));"
    " [None for _ in iter(search.index_pending, 0)]; Pocket.objects.update(due_at=None);"
    " pocket.keep(at=timezone.now())"
)
# The index lies in IndexedDB once it is built.
KNOWN = """() => new Promise((resolve) => {
  const asked = indexedDB.open('pocket', 1);
  asked.onupgradeneeded = () => asked.transaction.abort();
  asked.onerror = () => resolve(null);
  asked.onsuccess = () => {
    const read = asked.result.transaction('kept').objectStore('kept').get('index');
    read.onsuccess = () => (asked.result.close(), resolve(read.result?.told.version ?? null));
  };
})"""
# What stands and where, without what only differs in how it is written.
STANDING = """() => [...document.querySelectorAll(
  '#results :is(.kinds a, h2, .best, .row, .hit, .sub, .time, .card, mark, img)'
)].map((part) => {
  const {x, y, width, height} = part.getBoundingClientRect();
  const said = part.textContent.replace(/\\s+/g, '');
  return [part.tagName, part.getAttribute('src'), said, ...[x, y, width, height].map(Math.round)].join('|');
})"""


@pytest.fixture(scope="module")
def packed(demo: server.Server) -> Iterator[None]:
    """Pack the demo's names, and unpack them: other tests search without."""
    variables = server.environment(demo.var, demo.port)
    server.manage(variables, "shell", "--command", f"{PACK}; pocket.keep(at=timezone.now())")
    yield
    server.manage(variables, "shell", "--command", UNPACK)


@pytest.fixture
def names(packed: None, guest: Page) -> Page:
    """Return a search page whose device knows the names."""
    guest.goto("/search")
    guest.get_by_role("searchbox").fill("casa")  # who does not search is sent them later
    playing.wait_until(guest, KNOWN)
    guest.goto("/search")  # and this page has opened them
    guest.wait_for_load_state("networkidle")
    return guest


def piece_requests(page: Page) -> list[str]:
    """Return the pieces of names that the page asks for from now on, as they come."""
    asked: list[str] = []
    names = re.compile(r"/api/v1/names(/\w+)?$")
    page.context.on("request", lambda request: names.search(request.url) and asked.append(request.url))
    return asked


def test_names_stand_before_the_server_answers_and_stay_where_it_says_the_same(names: Page) -> None:
    held = hold(names)
    names.get_by_role("searchbox").press_sequentially("nokturn")
    expect(names.locator("#results .row .hit").first).to_contain_text("Nokturn")
    expect(names.locator("#results .row mark").first).to_have_text("Nokturn")
    names.wait_for_function("document.images.length && [...document.images].every((image) => image.complete)")
    assert names.evaluate("location.search") == ""
    before = names.evaluate(STANDING)
    names.wait_for_timeout(200)  # what is asked for is asked 120 ms after the last key
    assert held
    held[-1].continue_()
    names.wait_for_url("**/search?q=nokturn")
    names.wait_for_load_state("networkidle")
    assert names.evaluate(STANDING) == before


def test_song_that_the_device_found_plays(names: Page) -> None:
    held = hold(names)
    names.get_by_role("searchbox").fill("casa de sal")
    names.locator("#results .row .hit").first.click()
    names.wait_for_function(playing.STARTED, polling=20)
    expect(playing.title(names)).to_have_text("Casa de sal")
    assert names.evaluate("location.search") == "?q=casa+de+sal"
    for route in held:
        route.abort()


def test_without_a_server_names_answer_alone_and_the_search_goes_on_with_it(names: Page) -> None:
    names.context.set_offline(True)
    names.get_by_role("searchbox").fill("radiatr")
    best(names, "Radiator Song (feat. Marisol Vântu)")
    line = names.locator("#results [data-away]")
    expect(line).to_contain_text("The server is away")
    expect(names.locator("#results .line").first).to_contain_text("Showing results for radiator")
    expect(names.locator("#toast")).to_be_hidden()
    names.get_by_role("searchbox").fill("xyzzyqwv")
    expect(names.locator("#results")).to_contain_text("Nothing found on this device for xyzzyqwv")
    names.get_by_role("searchbox").fill("radiator")
    best(names, "Radiator Song (feat. Marisol Vântu)")
    expect(line).to_be_visible()
    names.context.set_offline(False)
    expect(line).to_have_count(0)
    best(names, "Radiator Song (feat. Marisol Vântu)")


def test_what_is_hidden_leaves_the_device_by_one_small_piece(names: Page, demo: server.Server) -> None:
    version = names.evaluate(KNOWN)
    variables = server.environment(demo.var, demo.port)
    asked = piece_requests(names)
    server.manage(variables, "shell", "--command", HIDE.format(published=False))
    try:
        names.evaluate("localStorage.setItem('names', '1')")  # when it was last looked
        names.route("**/api/v1/names", lambda route: route.continue_(headers={"Cache-Control": "no-cache"}))
        names.reload()
        playing.wait_until(names, f"async (before) => await ({KNOWN})() !== before", version)
        assert len(asked) == 2  # what there is, and what has changed
        names.wait_for_load_state("networkidle")
        names.route(PARTIAL, lambda route: route.abort())
        names.get_by_role("searchbox").fill("radiator song")
        expect(names.locator("#results [data-away]")).to_be_visible()
        expect(names.locator("#results")).not_to_contain_text("Radiator Song")
    finally:
        server.manage(variables, "shell", "--command", HIDE.format(published=True))


@pytest.mark.parametrize("heard", [False, True], ids=["stays", "listens"])
def test_names_come_once_to_who_never_searched(packed: None, guest: Page, heard: bool) -> None:
    asked = piece_requests(guest)
    guest.clock.install()
    if heard:
        playing.open_album(guest)
    else:
        guest.goto("/")
    guest.wait_for_load_state("networkidle")
    assert (asked, guest.evaluate(KNOWN)) == ([], None)
    guest.clock.fast_forward(10_000 if heard else 30_000)
    playing.wait_until(guest, KNOWN)
    guest.clock.fast_forward(60_000)
    guest.wait_for_load_state("networkidle")
    assert len(asked) == len(set(asked)) >= 3  # what there is, and its pieces


def test_who_saves_data_or_wants_no_names_is_sent_none(packed: None, chromium: Browser, demo: server.Server) -> None:
    saving = "Object.defineProperty(navigator.connection, 'saveData', {get: () => true})"
    cellular = "Object.defineProperty(navigator.connection, 'type', {get: () => 'cellular'})"
    unwanted = "localStorage.setItem('switches', '{\"names\": false}')"
    for script in (saving, cellular, unwanted):
        context = chromium.new_context(base_url=demo.url)
        context.add_init_script(script)
        page = context.new_page()
        page.clock.install()
        asked = piece_requests(page)
        page.goto("/search")
        page.get_by_role("searchbox").fill("casa")
        best(page, "Casa de sal")
        page.clock.fast_forward(60_000)
        page.wait_for_timeout(300)
        assert (asked, page.evaluate(KNOWN)) == ([], None), script
        context.close()
