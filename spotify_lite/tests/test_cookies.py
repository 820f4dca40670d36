"""Cookies: whose session it is, what a form must bring, and what is refused of strange ones."""

import pytest
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.test import Client

from accounts.models import User
from conftest import MakeTrack
from spotify_lite.tests.node import Node

SIGN_IN = {"username": "listener", "password": "listener-secret-1"}
on_node = [pytest.mark.rig, pytest.mark.xdist_group("node")]
STRANGE = [
    b"a" * 8192,
    b"..%2f..%2fetc%2fpasswd",
    b'"a\\000b"',
    b"\xff\xfe",
    b"a" * 32 + b"; sessionid=" + b"b" * 32,
    b"\\x80\\x03cposix",
    b"=;=;=",
    b"1 OR 1=1",
]


def named(client: Client, name: str) -> str:
    return client.cookies[name].value


def test_a_session_key_from_outside_is_not_taken_over(client: Client, listener: User) -> None:
    """Session fixation: whoever plants a key in a browser does not hold the session that it signs in to."""
    planted = VALID_KEY_CHARS[:32]
    client.cookies["sessionid"] = planted
    assert client.post("/login", SIGN_IN).status_code == 302
    assert named(client, "sessionid") != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get("/api/v1/me").json()["listener"] is None


def test_a_guests_key_does_not_become_the_listeners(client: Client, listener: User, make_track: MakeTrack) -> None:
    client.post(f"/api/v1/tracks/{make_track().id}/play", content_type="application/json")
    before = named(client, "sessionid")
    client.post("/login", SIGN_IN)
    thief = Client()
    thief.cookies["sessionid"] = before
    assert thief.get("/api/v1/me").json()["listener"] is None


def test_the_key_of_a_session_that_ended_opens_nothing(client: Client, listener: User) -> None:
    client.force_login(listener)
    key = named(client, "sessionid")
    client.post("/logout")
    late = Client()
    late.cookies["sessionid"] = key
    assert late.get("/api/v1/me").json()["listener"] is None


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: Client, listener: User) -> None:
    client.post("/login", SIGN_IN)
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["domain"], cookie["path"]) == (True, "Lax", "", "/")
    client.get("/api/v1/me")
    assert client.cookies["csrftoken"]["samesite"] == "Lax"


@pytest.mark.parametrize("path", ["/", "/search?q=a", "/genres", "/api/v1/tracks", "/api/v1/search?q=a", "/healthz"])
def test_reading_sets_no_cookie(client: Client, make_track: MakeTrack, path: str) -> None:
    make_track()
    assert not client.get(path).cookies


@pytest.mark.parametrize("token", [None, "", "x", "a" * 32, "a" * 64, "é" * 32, "\0" * 32])
@pytest.mark.parametrize("path", ["/login", "/logout", "/signup", "/admin/login/"])
def test_a_form_without_its_token_is_refused_in_words(listener: User, path: str, token: str | None) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get("/login")
    form = SIGN_IN if token is None else {**SIGN_IN, "csrfmiddlewaretoken": token}
    answer = browser.post(path, form)
    assert answer.status_code == 403
    assert answer["Cache-Control"] == "no-store"
    assert b"open for too long" in answer.content
    assert b"<style" not in answer.content
    assert browser.get("/api/v1/me").json()["listener"] is None


def test_a_call_without_its_token_is_a_problem(listener: User, make_track: MakeTrack) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(listener)
    for method, path in (
        ("POST", f"/api/v1/tracks/{make_track().id}/play"),
        ("POST", "/api/v1/me/progress"),
        ("PUT", "/api/v1/me/playback"),
        ("DELETE", "/api/v1/auth/tokens/AAAAAAAA"),
    ):
        answer = browser.generic(method, path, b"{}", "application/json")
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")


class TestOnTheNode:
    pytestmark = on_node

    @pytest.mark.parametrize("value", STRANGE)
    @pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages", "django_language", "theme"])
    def test_a_strange_cookie_is_nobodys(self, node: Node, name: str, value: bytes) -> None:
        headers = b"Cookie: " + name.encode() + b"=" + value + b"\r\n"
        for target in ("/", "/api/v1/me", "/login", "/admin/login/"):
            answer = node.ask(target, headers=headers)
            assert (target, answer.status) == (target, 200)
            assert b"Sign out" not in answer.body
        assert node.ask("/login", "POST", headers=headers).status == 403

    def test_a_cookie_of_a_megabyte_is_too_large(self, node: Node) -> None:
        assert node.ask("/", headers=b"Cookie: a=" + b"a" * 1_000_000 + b"\r\n").status == 431
