"""One listener, several devices: who has the player, where it goes on, and what waits for the network."""

import json
import re
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from spotify_lite.tests.e2e.conftest import PATIENCE
from spotify_lite.tests.e2e.playing import ALBUM_OF_MANY, ALL_IS_SENT, KEPT, STARTED, bar, wait_until
from spotify_lite.tests.e2e.test_accounts import PASSWORD, sign_in, sign_up
from spotify_lite.tests.rig.server import Server

EXACT = 0.25  # seconds between where it was left and where it goes on
SILENT_WITHIN = 3.0  # seconds
HERE = "Chrome on Linux"
# Note where the sound begins, and when: the page knows it before anybody can ask.
WATCHED = """addEventListener('DOMContentLoaded', () => {
  const audio = document.querySelector('#audio');
  audio?.addEventListener('playing', () => {
    window.sounded = Date.now();
    window.began ??= audio.currentTime;
  });
  audio?.addEventListener('pause', () => { window.silent = Date.now(); });
  addEventListener('click', () => { window.pressed = Date.now(); }, true);
})"""
SILENT = "() => document.querySelector('#audio').paused"
PLAYS_TOLD = f"""async (number) => {{
  const heard = (await ({KEPT})()).filter(({{ event }}) => event?.state === 'playing');
  return new Set(heard.map(({{ event }}) => event.play_id)).size === number;
}}"""
PLACE = "() => [Date.now() / 1000, document.querySelector('#audio').currentTime]"

Call = Callable[..., Any]


@pytest.fixture
def name() -> str:
    return f"listener-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def browsers(chromium: Browser, demo: Server) -> Iterator[Callable[[], Page]]:
    """Return a function that opens a page of one more browser."""
    contexts = []

    def another() -> Page:
        context = chromium.new_context(base_url=demo.url, viewport={"width": 1280, "height": 800})
        context.set_default_timeout(PATIENCE)
        context.add_init_script(WATCHED)
        contexts.append(context)
        return context.new_page()

    yield another
    for context in contexts:
        context.close()


@pytest.fixture
def client(demo: Server) -> Call:
    """Return a function that calls the API: with a token, once it has been given one."""
    known = {"token": ""}

    def call(method: str, path: str, body: dict[str, Any] | None = None, *, token: str = "") -> Any:
        known["token"] = token or known["token"]
        headers = {"Content-Type": "application/json"}
        if known["token"]:
            headers["Authorization"] = f"Token {known['token']}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{demo.url}/api/v1{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    return call


def enter(call: Call, name: str) -> None:
    made = call("POST", "/auth/tokens", {"username": name, "password": PASSWORD, "device": "Radio"})
    call("GET", "/me", token=made["token"])


def arrive(page: Page, name: str) -> None:
    """Sign in, and open an album of four songs or more."""
    sign_in(page, name, PASSWORD)
    page.wait_for_url(re.compile("/$"))
    open_songs(page)


def open_songs(page: Page) -> None:
    page.goto(f"/albums/{page.evaluate(ALBUM_OF_MANY)}")


def press_song(page: Page, number: int = 0) -> None:
    page.locator("main .row .hit").nth(number).click()
    page.wait_for_function(STARTED, polling=20)


def shown(page: Page) -> float:
    """Return the seconds that the bar is at."""
    return float(page.locator("#player [data-seek]").input_value()) / 1000


def seconds_until_silent(page: Page, *, since: float) -> float:
    """Return how long after that time, in Unix seconds, the sound ended."""
    page.wait_for_function(SILENT, polling=20)
    return float(page.evaluate("window.silent")) / 1000 - since


def moment() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def test_sound_goes_on_where_it_is_wanted(browsers: Callable[[], Page], client: Call, name: str) -> None:
    kitchen, desk = browsers(), browsers()
    sign_up(kitchen, name)
    open_songs(kitchen)
    press_song(kitchen)
    kitchen.keyboard.press("l")  # ten seconds on
    kitchen.wait_for_function("() => document.querySelector('#audio').currentTime > 11", polling=20)

    arrive(desk, name)
    expect(bar(desk)).to_contain_text(f"Playing on {HERE}")
    expect(bar(desk).locator("[data-title]")).to_have_text(bar(kitchen).locator("[data-title]").inner_text())
    first = shown(desk)
    desk.wait_for_function("at => document.querySelector('#player [data-seek]').value > at", arg=first * 1000 + 900)

    then, place = kitchen.evaluate(PLACE)
    bar(desk).get_by_role("button", name="Play here").click()
    desk.wait_for_function("() => window.began !== undefined", polling=20)
    # between the press and the sound the other goes on: where that is has two ends
    pressed, sounded = (place + desk.evaluate(name) / 1000 - then for name in ("window.pressed", "window.sounded"))
    assert pressed - EXACT < desk.evaluate("window.began") < sounded + EXACT
    assert seconds_until_silent(kitchen, since=desk.evaluate("window.sounded") / 1000) < SILENT_WITHIN
    expect(bar(kitchen)).to_contain_text(f"Playing on {HERE}")
    expect(bar(kitchen).get_by_role("button", name="Play here")).to_be_visible()
    assert kitchen.evaluate("navigator.mediaSession.playbackState") == "paused"

    bar(desk).get_by_role("button", name="Pause").click()
    left = desk.evaluate(PLACE)[1]
    wait_until(desk, ALL_IS_SENT)
    expect(bar(kitchen)).to_contain_text(f"Paused on {HERE}")
    assert abs(shown(kitchen) - left) < EXACT
    kitchen.evaluate("window.began = undefined")
    bar(kitchen).get_by_role("button", name="Play", exact=True).click()
    kitchen.wait_for_function("() => window.began !== undefined", polling=20)
    assert abs(kitchen.evaluate("window.began") - left) < EXACT
    wait_until(kitchen, ALL_IS_SENT)

    enter(client, name)
    stands = client("GET", "/me/playback")
    assert (stands["playing"], stands["device"]) == (True, HERE)
    taken = {"play_id": str(uuid.uuid4()), "seq": 0, "at": moment(), "queue": stands["queue"], "index": 1}
    took = time.time()
    client("PUT", "/me/playback", {**taken, "position_ms": 5_000, "playing": True, "device": "Radio"})
    assert seconds_until_silent(kitchen, since=took) < SILENT_WITHIN
    expect(bar(kitchen)).to_contain_text("Playing on Radio")
    wait_until(kitchen, ALL_IS_SENT)
    after = client("GET", "/me/playback")
    assert (after["play_id"], after["playing"], after["index"]) == (taken["play_id"], True, 1)


def test_what_both_heard_without_a_network_becomes_one_truth(
    browsers: Callable[[], Page], client: Call, name: str
) -> None:
    train, plane = browsers(), browsers()
    sign_up(train, name)
    open_songs(train)
    press_song(train, 0)
    train.keyboard.press(" ")
    wait_until(train, ALL_IS_SENT)
    arrive(plane, name)
    press_song(plane, 1)
    plane.keyboard.press(" ")
    wait_until(plane, ALL_IS_SENT)
    for page in (train, plane):
        page.context.set_offline(True)
    plane.keyboard.press(" ")
    plane.wait_for_timeout(900)
    train.keyboard.press(" ")  # the last press of all
    train.wait_for_timeout(900)
    plane.keyboard.press(" ")
    plane_left = plane.evaluate(PLACE)[1]
    train.keyboard.press(" ")
    train_left = train.evaluate(PLACE)[1]
    for page in (plane, train):
        page.context.set_offline(False)
        wait_until(page, ALL_IS_SENT)
    enter(client, name)
    ids = client("GET", "/me/playback")["queue"]
    places = {row["track"]["id"]: row["position_ms"] / 1000 for row in client("GET", "/me/continue")["results"]}
    assert places == {ids[0]: pytest.approx(train_left, abs=EXACT), ids[1]: pytest.approx(plane_left, abs=EXACT)}
    stands = client("GET", "/me/playback")
    assert (stands["index"], stands["playing"]) == (0, False)
    assert stands["position_ms"] / 1000 == pytest.approx(train_left, abs=EXACT)
    for page in (plane, train):
        page.reload()
        title = train.locator("main .row .hit").first.get_attribute("title") or ""
        expect(bar(page).locator("[data-title]")).to_have_text(title)
        assert abs(shown(page) - train_left) < EXACT
    assert client("GET", "/me/playback") == stands  # to look changes nothing


def test_what_one_listener_heard_is_never_told_as_anothers(
    browsers: Callable[[], Page], client: Call, name: str
) -> None:
    page = browsers()
    posted: list[tuple[str, set[str]]] = []  # (cookie, play ids)

    def note(request: Request) -> None:
        if request.url.endswith("/me/progress"):
            plays = {event["play_id"] for event in json.loads(request.post_data or "{}")["events"]}
            posted.append((request.all_headers().get("cookie", ""), plays))

    sign_up(page, name)
    open_songs(page)
    wait_until(page, ALL_IS_SENT)
    page.route("**/api/v1/me/p*", lambda route: route.abort())
    press_song(page)
    page.wait_for_timeout(1_000)
    page.keyboard.press(" ")
    left = page.evaluate(PLACE)[1]
    wait_until(page, f"async () => (await ({KEPT})()).length >= 3")
    kept = page.evaluate(KEPT)
    assert {entry["listener"] for entry in kept} == {name}
    page.goto("/settings")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url(lambda url: "/settings" not in url)
    page.unroute("**/api/v1/me/p*")
    page.on("requestfinished", note)
    other = f"{name}-other"
    sign_up(page, other)
    open_songs(page)
    press_song(page, 1)
    page.keyboard.press(" ")
    wait_until(page, f"async (name) => (await ({KEPT})()).every(({{ listener }}) => listener === name)", name)
    theirs = {entry["event"]["play_id"] for entry in kept if entry.get("event")}
    assert posted
    assert not any(plays & theirs for _, plays in posted)
    assert {entry["id"] for entry in page.evaluate(KEPT)} >= {entry["id"] for entry in kept if entry.get("event")}
    stands = page.evaluate("fetch('/api/v1/me/playback').then(answer => answer.json())")
    assert stands["index"] == 1

    page.goto("/settings")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url(lambda url: "/settings" not in url)
    sign_in(page, name, PASSWORD)
    page.wait_for_url(re.compile("/$"))
    wait_until(page, ALL_IS_SENT)
    enter(client, name)
    [row] = client("GET", "/me/continue")["results"]
    assert row["position_ms"] / 1000 == pytest.approx(left, abs=EXACT)


def test_reloads_without_a_server_lose_nothing(browsers: Callable[[], Page]) -> None:
    page = browsers()
    page.goto("/")
    open_songs(page)
    page.route("**/api/**", lambda route: route.abort())
    for number in range(2):
        page.locator("main .row .hit").first.click()
        wait_until(page, PLAYS_TOLD, number + 1)
        page.wait_for_timeout(300)
        page.reload()
        wait_until(page, f"async () => (await ({KEPT})()).length > 0")
    kept = page.evaluate(KEPT)
    told = [entry["event"] for entry in kept if entry.get("event")]
    assert len({event["play_id"] for event in told}) == 2
    assert [event["state"] for event in told][-1] == "paused"  # the sound ended with its page
    left = told[-1]["position_ms"]
    assert any(entry.get("state") for entry in kept)
    posted: list[dict[str, Any]] = []

    def let_through(route: Route) -> None:
        if route.request.url.endswith("/me/progress"):
            posted.extend(json.loads(route.request.post_data or "{}")["events"])
        route.continue_()

    page.unroute("**/api/**")
    page.route("**/api/**", let_through)
    page.reload()
    wait_until(page, ALL_IS_SENT)
    assert {(event["play_id"], event["seq"], event["at"]) for event in posted} == {
        (event["play_id"], event["seq"], event["at"]) for event in told
    }
    ask = "path => fetch(`/api/v1/me/${path}`).then(answer => answer.json())"
    assert page.evaluate(ask, "continue")["results"][0]["position_ms"] == left
    assert page.evaluate(ask, "playback")["position_ms"] == left


def test_press_that_fails_leaves_the_sound_where_it_is(browsers: Callable[[], Page], name: str) -> None:
    """One without a network took the player back with it, and nothing sounded anywhere."""
    kitchen, train = browsers(), browsers()
    sign_up(kitchen, name)
    open_songs(kitchen)
    press_song(kitchen)
    kitchen.keyboard.press("l")
    arrive(train, name)
    expect(bar(train)).to_contain_text(f"Playing on {HERE}")
    train.context.set_offline(True)
    bar(train).get_by_role("button", name="Play here").click()
    expect(train.locator("#toast")).to_be_visible()
    train.context.set_offline(False)
    wait_until(train, ALL_IS_SENT)
    stands = train.evaluate("fetch('/api/v1/me/playback').then(answer => answer.json())")
    assert stands["playing"]
    assert not kitchen.evaluate(SILENT)
    train.evaluate("window.began = undefined")
    train.keyboard.press("n")
    train.wait_for_function("() => !document.querySelector('#audio').paused && window.began !== undefined", polling=20)
    assert train.evaluate("window.began") < EXACT  # and not where the song was that did not come


def test_second_tab_takes_over_from_the_first(browsers: Callable[[], Page]) -> None:
    one = browsers()
    one.goto("/")
    open_songs(one)
    press_song(one)
    other = one.context.new_page()
    other.goto("/")
    expect(bar(other)).to_contain_text("Playing in another tab")
    bar(other).get_by_role("button", name="Play here").click()
    other.wait_for_function("() => window.sounded !== undefined", polling=20)
    assert seconds_until_silent(one, since=other.evaluate("window.sounded") / 1000) < SILENT_WITHIN
    expect(bar(one)).to_contain_text("Playing in another tab")
    other.close()
