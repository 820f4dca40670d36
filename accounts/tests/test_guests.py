"""Guests: made by the first thing that is accepted, never by a look, and known again by their session."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from accounts.models import User
from conftest import MakeTrack

STATE = {
    "play_id": "00000000-0000-0000-0000-000000000001", "seq": 1, "at": "2026-01-02T03:04:05Z",
    "queue": [], "index": 0, "position_ms": 0, "playing": False,
}  # fmt: skip


def event(track_id: int) -> dict[str, Any]:
    return {
        "play_id": STATE["play_id"], "seq": 1, "track_id": track_id, "position_ms": 5, "state": "playing",
        "at": STATE["at"],
    }  # fmt: skip


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(path, body or {}, content_type="application/json", headers=headers)


def test_looking_around_makes_no_guest(client: Client, db: None) -> None:
    me = client.get("/api/v1/me")
    assert me.status_code == 200
    assert me["Cache-Control"] == "no-store"
    body = me.json()
    assert set(body) == {"listener", "guest", "csrf_token", "server_time", "region"}
    assert (body["listener"], body["guest"], body["region"]) == (None, False, "local")
    assert abs(datetime.fromisoformat(body["server_time"]) - datetime.now(UTC)) < timedelta(seconds=5)
    assert "csrftoken" in me.cookies
    assert "sessionid" not in me.cookies
    for path in ("me/continue", "me/playback"):
        assert client.get(f"/api/v1/{path}").status_code == 200
    assert not User.objects.exists()


def test_the_first_play_makes_a_guest_who_is_known_again(client: Client, make_track: MakeTrack) -> None:
    track = make_track()
    for _ in range(2):
        assert post(client, f"/api/v1/tracks/{track.id}/play").status_code == 201
    guest = User.objects.get()
    assert guest.is_guest
    assert not guest.has_usable_password()
    me = client.get("/api/v1/me").json()
    assert (me["listener"], me["guest"]) == (None, True)


def test_the_first_accepted_progress_makes_a_guest(client: Client, make_track: MakeTrack) -> None:
    assert post(client, "/api/v1/me/progress", {"events": []}).status_code == 200
    assert post(client, "/api/v1/me/progress", {"events": [{}, event(999_999)]}).json()["accepted"] == 0
    assert not User.objects.exists(), "what is rejected leaves nothing behind"
    assert post(client, "/api/v1/me/progress", {"events": [event(make_track().id)]}).json()["accepted"] == 1
    assert User.objects.get().is_guest


def test_first_calls_side_by_side_are_one_guest(make_track: MakeTrack) -> None:
    """A press of play sends play, progress and the state at once, all of them without a session yet."""
    track, browser = make_track(), Client(enforce_csrf_checks=True)
    csrf = browser.get("/api/v1/me").json()["csrf_token"]
    sessions = []
    for send in (
        lambda: post(browser, f"/api/v1/tracks/{track.id}/play", None, **{"X-CSRFToken": csrf}),
        lambda: post(browser, "/api/v1/me/progress", {"events": [event(track.id)]}, **{"X-CSRFToken": csrf}),
    ):
        assert send().status_code in {200, 201}
        sessions.append(browser.cookies.pop("sessionid").value)  # the other call has not seen it
    assert sessions[0] != sessions[1]
    assert User.objects.count() == 1


def test_two_browsers_are_two_guests(make_track: MakeTrack) -> None:
    track = make_track()
    for _ in range(2):
        browser = Client(enforce_csrf_checks=True)
        csrf = browser.get("/api/v1/me").json()["csrf_token"]
        assert post(browser, f"/api/v1/tracks/{track.id}/play", None, **{"X-CSRFToken": csrf}).status_code == 201
    assert User.objects.guests().count() == 2


def test_making_a_guest_does_not_rotate_the_csrf_token(make_track: MakeTrack) -> None:
    browser, path = Client(enforce_csrf_checks=True), f"/api/v1/tracks/{make_track().id}/play"
    csrf = browser.get("/api/v1/me").json()["csrf_token"]
    before = browser.cookies["csrftoken"].value
    for _ in range(2):
        assert post(browser, path, None, **{"X-CSRFToken": csrf}).status_code == 201
    assert browser.cookies["csrftoken"].value == before


@pytest.mark.parametrize("path", ["tracks/{}/play", "me/progress"])
def test_a_first_call_is_csrf_checked_too(make_track: MakeTrack, path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    url = "/api/v1/" + path.format(make_track().id)
    answer = post(browser, url, {"events": []})
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    browser.get("/api/v1/me")
    assert post(browser, url, {"events": []}, **{"X-CSRFToken": "x" * 64}).status_code == 403
    assert browser.put("/api/v1/me/playback", STATE, content_type="application/json").status_code == 403
    assert not User.objects.exists()


def test_a_foreign_origin_is_refused(make_track: MakeTrack) -> None:
    browser = Client(enforce_csrf_checks=True)
    csrf = browser.get("/api/v1/me").json()["csrf_token"]
    headers = {"X-CSRFToken": csrf, "Origin": "https://evil.example"}
    assert post(browser, f"/api/v1/tracks/{make_track().id}/play", None, **headers).status_code == 403


def test_a_disabled_guest_is_nobody(client: Client, make_track: MakeTrack) -> None:
    track = make_track()
    post(client, f"/api/v1/tracks/{track.id}/play")
    User.objects.update(is_active=False)
    assert client.get("/api/v1/me").json()["guest"] is False


@override_settings(GUESTS=False)
def test_where_guests_may_not_listen_a_login_is_needed(client: Client, listener: User, make_track: MakeTrack) -> None:
    track = make_track()
    for answer in (
        client.get("/api/v1/me"),
        post(client, f"/api/v1/tracks/{track.id}/play"),
        post(client, "/api/v1/me/progress", {"events": [event(track.id)]}),
    ):
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Token"
    assert not User.objects.guests().exists()
    client.force_login(listener)
    assert post(client, f"/api/v1/tracks/{track.id}/play").status_code == 201


def test_being_here_is_noted_once_a_day(client: Client, listener: User, make_track: MakeTrack) -> None:
    track, before = make_track(), datetime.now(UTC) - timedelta(days=3)
    User.objects.update(last_seen_at=before)
    client.force_login(listener)
    client.get("/api/v1/me/playback")
    assert User.objects.get().last_seen_at == before, "a look is not listening"
    post(client, f"/api/v1/tracks/{track.id}/play")
    noted = User.objects.get().last_seen_at
    assert noted > before
    post(client, "/api/v1/me/progress", {"events": [event(track.id)]})
    assert User.objects.get().last_seen_at == noted
