"""The journeys of a person: a guest who becomes a listener and goes again, and a phone that the web follows."""

import json
import re
import urllib.request
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from spotify_lite.tests.e2e.playing import ALL_IS_SENT, wait_until
from spotify_lite.tests.e2e.test_first_listen import play_first_song, position, seconds_until_sound
from spotify_lite.tests.rig.server import Server

PASSWORD = "a-long-secret-9"
ANOTHER = "another-secret-10"


@pytest.fixture
def name() -> str:
    return f"listener-{uuid.uuid4().hex[:8]}"


def sign_up(page: Page, name: str) -> None:
    page.goto("/signup")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url(re.compile("/$"))


def sign_in(page: Page, name: str, password: str) -> None:
    page.goto("/login")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def who(page: Page) -> str | None:
    """Return the listener whom the page's server knows."""
    asked: dict[str, Any] = page.evaluate("fetch('/api/v1/me').then(answer => answer.json())")
    return asked["listener"]["username"] if asked["listener"] else None


def shown_position(page: Page) -> int:
    minutes, seconds = page.locator("#player [data-at]").inner_text().split(":")
    return 60 * int(minutes) + int(seconds)


def test_guest_becomes_a_listener_and_goes_again(guest: Page, chromium: Browser, demo: Server, name: str) -> None:
    guest.goto("/")
    title = play_first_song(guest)
    guest.keyboard.press("l")
    seconds_until_sound(guest, after=10.0)
    guest.keyboard.press(" ")
    left = position(guest)
    wait_until(guest, ALL_IS_SENT)

    sign_up(guest, name)
    assert who(guest) == name
    expect(guest.locator("#player [data-title]")).to_have_text(title)
    assert abs(shown_position(guest) - left) < 2
    going_on = guest.evaluate("fetch('/api/v1/me/continue').then(answer => answer.json())")["results"]
    assert [row["track"]["title"] for row in going_on] == [title]

    elsewhere = chromium.new_context(base_url=demo.url)
    other = elsewhere.new_page()
    sign_in(other, name, PASSWORD)
    expect(other.locator("#player [data-title]")).to_have_text(title)

    guest.goto("/settings")
    guest.get_by_role("link", name="Change password").click()
    guest.get_by_label("Your password").fill(PASSWORD)
    guest.get_by_label("New password", exact=True).fill(ANOTHER)
    guest.get_by_label("New password again").fill(ANOTHER)
    guest.locator("main button[type=submit]").click()
    expect(guest.get_by_text("You are still signed in here, and nowhere else.")).to_be_visible()
    assert (who(guest), who(other)) == (name, None)

    sign_in(other, name, ANOTHER)
    other.wait_for_url(re.compile("/$"))
    guest.goto("/")
    guest.locator("#player").get_by_role("button", name="Play", exact=True).click()
    seconds_until_sound(guest, after=left)
    guest.get_by_role("link", name="Settings").first.click()
    places = guest.locator(".places li")
    expect(places).to_have_count(2)
    before = position(guest)
    places.nth(1).get_by_role("button").click()
    expect(places).to_have_count(1)
    assert who(other) is None
    seconds_until_sound(guest, after=before + 0.3)  # the sound went on

    guest.get_by_role("link", name="Delete account").click()
    guest.get_by_label("Your password").fill(ANOTHER)
    guest.locator("main button[type=submit]").click()
    expect(guest.get_by_text(f"The account {name} and everything that was its own is deleted.")).to_be_visible()
    assert who(guest) is None
    sign_in(other, name, ANOTHER)
    expect(other.get_by_text("The name or the password is wrong.")).to_be_visible()
    elsewhere.close()


def test_token_is_made_copied_and_revoked(guest: Page, name: str) -> None:
    sign_up(guest, name)
    guest.goto("/settings")
    guest.get_by_label("What is it for?").fill("<img src=x onerror=hacked=1>")
    guest.get_by_role("button", name="Make a token").click()
    token = guest.locator("[data-token]").inner_text()
    guest.context.grant_permissions(["clipboard-read", "clipboard-write"])
    guest.get_by_role("button", name="Copy").click()
    expect(guest.locator("#toast")).to_contain_text("Copied.")
    assert guest.evaluate("navigator.clipboard.readText()") == token
    guest.get_by_role("link", name="Done").click()
    row = guest.locator(".places li", has_text="<img src=x onerror=hacked=1>")
    expect(row).to_have_count(1)
    assert guest.evaluate("typeof hacked") == "undefined"
    row.get_by_role("button").click()
    expect(row).to_have_count(0)
    status = guest.evaluate(
        "token => fetch('/api/v1/me', {headers: {Authorization: `Token ${token}`}}).then(answer => answer.status)",
        token,
    )
    assert status == 401


def test_password_can_be_looked_at(guest: Page, name: str) -> None:
    guest.goto("/signup")
    field = guest.get_by_label("Password", exact=True)
    field.fill("123")
    guest.get_by_role("button", name="Show").first.click()
    expect(field).to_have_attribute("type", "text")
    guest.get_by_role("button", name="Hide").click()
    expect(field).to_have_attribute("type", "password")
    guest.get_by_label("Name", exact=True).fill(name)
    guest.get_by_label("Password again").fill("123")
    guest.keyboard.press("Enter")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("too short"))


def test_phone_listens_by_token_and_the_web_goes_on_there(guest: Page, demo: Server, name: str) -> None:
    sign_up(guest, name)
    token = ""

    def call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Content-Type": "application/json", "User-Agent": "Phone/1"}
        if token:
            headers["Authorization"] = f"Token {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{demo.url}/api/v1{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    token = call("POST", "/auth/tokens", {"username": name, "password": PASSWORD, "device": "Phone"})["token"]
    assert call("GET", "/me")["listener"] == {"username": name}
    wanted = call("GET", "/tracks?limit=5")["results"][3]
    found = call("GET", f"/search?q={urllib.request.quote(wanted['title'])}")["tracks"][0]
    assert found["id"] == wanted["id"]

    play = call("POST", f"/tracks/{found['id']}/play", {"device": "Phone"})
    with urllib.request.urlopen(play["sources"][0]["url"], timeout=20) as audio:
        assert len(audio.read(65536)) == 65536
    heard = {"play_id": play["play_id"], "track_id": found["id"]}
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    events = [{**heard, "seq": 1, "position_ms": 21_000, "state": "paused", "at": now}]
    assert call("POST", "/me/progress", {"events": events})["accepted"] == 1
    state = {"play_id": play["play_id"], "seq": 2, "at": now, "queue": [found["id"]], "index": 0}
    call("PUT", "/me/playback", {**state, "position_ms": 21_000, "playing": False, "device": "Phone"})

    guest.evaluate("addEventListener('pagehide', () => localStorage.clear())")
    guest.goto("/")
    expect(guest.locator("#player [data-title]")).to_have_text(found["title"])
    assert shown_position(guest) == 21
    guest.locator("#player").get_by_role("button", name="Play", exact=True).click()
    seconds_until_sound(guest, after=21.0)
    guest.keyboard.press(" ")
    guest.goto("/settings")
    row = guest.locator(".places li", has_text="Phone")
    expect(row).to_contain_text("used today")


def test_too_many_attempts_are_refused_in_words(guest: Page, name: str) -> None:
    for _ in range(5):
        sign_in(guest, name, "wrong")
        guest.wait_for_load_state()
    expect(guest.get_by_role("heading", level=1)).to_have_text("Too many attempts")
    expect(guest.get_by_text("Try again in 15 minutes")).to_be_visible()


def test_language_follows_the_listener(guest: Page, chromium: Browser, demo: Server, name: str) -> None:
    sign_up(guest, name)
    guest.goto("/settings")
    guest.get_by_label("Deutsch").check()
    guest.get_by_role("button", name="Change", exact=True).click()
    expect(guest.locator("html")).to_have_attribute("lang", "de")
    elsewhere = chromium.new_context(base_url=demo.url, locale="en-GB")
    other = elsewhere.new_page()
    sign_in(other, name, PASSWORD)
    expect(other.locator("html")).to_have_attribute("lang", "de")
    elsewhere.close()


def test_sound_goes_on_in_another_language_and_stands_still_after_a_reload(guest: Page) -> None:
    """The browser asks for a press before there is sound; those that led from page to page count."""
    guest.goto("/")
    title = play_first_song(guest)
    guest.keyboard.press("l")
    seconds_until_sound(guest, after=5.0)
    guest.locator("nav.nav a[href='/settings']").first.click()
    guest.get_by_label("Deutsch").check()
    guest.get_by_role("button", name="Change", exact=True).click()
    expect(guest.locator("html")).to_have_attribute("lang", "de")
    seconds_until_sound(guest, after=5.0)
    expect(guest.locator("#player [data-title]")).to_have_text(title)
    expect(guest.locator("#player").get_by_role("button", name="Pause")).to_be_visible()
    guest.reload()
    expect(guest.locator("#player").get_by_role("button", name="Abspielen")).to_be_visible()
    assert guest.evaluate("document.querySelector('#audio').paused")


def test_account_can_be_managed_without_scripts(chromium: Browser, demo: Server, name: str) -> None:
    context = chromium.new_context(java_script_enabled=False, base_url=demo.url)
    page = context.new_page()
    sign_up(page, name)
    page.goto("/settings")
    expect(page.get_by_role("button", name="Keyboard")).to_be_hidden()
    page.get_by_label("What is it for?").fill("Radio")
    page.get_by_role("button", name="Make a token").click()
    page.get_by_role("link", name="Done").click()
    page.locator(".places li", has_text="Radio").get_by_role("button").click()
    expect(page.get_by_text("The token was revoked.")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(re.compile("/$"))
    context.close()
