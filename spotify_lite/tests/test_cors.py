"""Other origins: pages and calls may be read by none of them, media by the player's own."""

import pytest
from django.test import Client

from accounts.models import User
from conftest import MakeTrack
from spotify_lite.tests.node import Node

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("node")]

ORIGINS = ["null", "https://evil.example", "http://127.0.0.1", "http://127.0.0.1.evil.example", "file://", "*", ""]
TARGETS = ["/", "/login", "/api/v1/me", "/api/v1/tracks", "/api/schema/", "/healthz", "/admin/login/", "/words/en.json",
           "/static/css/app.css", "/media/ab/x.mp3", "/covers/ab/x/64.webp", "/nothing", "/api/v1/nothing"]  # fmt: skip


@pytest.mark.parametrize("origin", ORIGINS)
def test_no_answer_is_opened_to_another_origin(node: Node, origin: str) -> None:
    headers = f"Origin: {origin}\r\nCookie: sessionid=x\r\n".encode()
    for target in TARGETS:
        for method in ("GET", "OPTIONS"):
            preflight = b"Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: authorization\r\n"
            answer = node.ask(target, method, headers=headers + preflight)
            assert answer.status < 500
            assert not [name for name in answer.headers if name.startswith("access-control-")], target


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "https://testserver", "http://testserver.evil"])
def test_a_foreign_origin_changes_nothing(listener: User, make_track: MakeTrack, origin: str) -> None:
    """The token of the CSRF check alone is not enough where the browser says who sends."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(listener)
    track = make_track()
    token = browser.get("/api/v1/me").json()["csrf_token"]
    path, kind = f"/api/v1/tracks/{track.id}/play", "application/json"
    answer = browser.post(path, {}, kind, headers={"X-CSRFToken": token, "Origin": origin})
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    form = {"csrfmiddlewaretoken": token}
    assert browser.post("/logout", form, headers={"Origin": origin}).status_code == 403
    assert browser.get("/api/v1/me").json()["listener"] == {"username": "listener"}
    assert (
        browser.post(path, {}, kind, headers={"X-CSRFToken": token, "Origin": "http://testserver"}).status_code == 201
    )
