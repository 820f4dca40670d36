"""The admin's front door: a session that was not used there for an hour gives its password again."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Session, User
from conftest import MakeTrack

SIGN_IN = {"username": "superuser", "password": "superuser-secret-1", "next": "/admin/accounts/user/"}


@pytest.fixture
def desk(superuser: User) -> Client:
    client = Client()
    client.force_login(superuser)
    return client


def age(client: Client, **span: float) -> None:
    """Make the session, and its last use of the desk, older."""
    session = client.session
    if "desk_seen_at" in session:
        session["desk_seen_at"] -= timedelta(**span).total_seconds()
        session.save()
    row = Session.objects.get(user__username="superuser")
    Session.objects.filter(session_key=row.session_key).update(created_at=row.created_at - timedelta(**span))


def test_fresh_sign_in_opens_the_desk(desk: Client) -> None:
    assert desk.get("/admin/").status_code == 200


def test_idle_hour_closes_the_desk_and_nothing_else(desk: Client) -> None:
    desk.get("/admin/")
    age(desk, minutes=61)
    assert desk.get("/admin/accounts/user/")["Location"] == "/admin/login/?next=/admin/accounts/user/"
    assert desk.post("/admin/accounts/user/add/", {"username": "x"}).status_code == 302
    assert not User.objects.filter(username="x").exists()
    assert desk.get("/api/v1/me").json()["listener"] == {"username": "superuser"}
    assert desk.get("/settings").status_code == 200


def test_session_that_was_never_at_the_desk_gives_the_password_too(desk: Client) -> None:
    """It lives for a year, in the player of an unlocked laptop."""
    age(desk, hours=2)
    assert desk.get("/admin/").status_code == 302


def test_work_keeps_the_desk_open(desk: Client) -> None:
    for _ in range(4):
        assert desk.get("/admin/").status_code == 200
        age(desk, minutes=40)


def test_work_is_noted_once_a_minute(desk: Client) -> None:
    age(desk, minutes=2)
    desk.get("/admin/")
    noted = desk.session["desk_seen_at"]
    desk.get("/admin/")
    assert desk.session["desk_seen_at"] == noted
    assert timezone.now().timestamp() - noted < 60


def test_password_opens_it_again_at_the_same_page(desk: Client) -> None:
    age(desk, hours=2)
    page = desk.get("/admin/login/?next=/admin/accounts/user/")
    assert page.status_code == 200
    assert b'name="password"' in page.content
    before = desk.cookies["sessionid"].value
    answer = desk.post("/admin/login/", SIGN_IN)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/accounts/user/")
    assert desk.cookies["sessionid"].value != before
    assert desk.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    "onward", ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)"]
)
def test_way_on_stays_here(superuser: User, onward: str) -> None:
    assert Client().post("/admin/login/", {**SIGN_IN, "next": onward})["Location"] == "/"


def test_listener_does_not_pass(client: Client, listener: User) -> None:
    client.post("/admin/login/", {"username": "listener", "password": "listener-secret-1"})
    assert client.get("/admin/").status_code == 302
    assert client.get("/api/v1/me").json()["listener"] is None


def test_curator_who_listened_as_a_guest_loses_nothing(client: Client, curator: User, make_track: MakeTrack) -> None:
    track = make_track()
    state = {
        "play_id": "00000000-0000-0000-0000-000000000001", "seq": 1, "at": "2026-01-02T03:04:05Z",
        "queue": [track.id], "index": 0, "position_ms": 0, "playing": True,
    }  # fmt: skip
    client.put("/api/v1/me/playback", state, "application/json")
    assert client.post("/admin/login/", {"username": "curator", "password": "curator-secret-1"}).status_code == 302
    assert not User.objects.guests().exists()
    assert client.get("/api/v1/me/playback").json()["queue"] == [track.id]


def test_page_says_who_may_not_and_why(desk: Client, client: Client, listener: User) -> None:
    age(desk, hours=2)
    assert "Nothing was done here for an hour." in desk.get("/admin/login/").content.decode()
    client.force_login(listener)
    assert "who may not work here" in client.get("/admin/login/").content.decode()


def test_right_password_of_a_listener_sounds_like_a_wrong_one(listener: User, superuser: User) -> None:
    answers = [
        Client().post("/admin/login/", {"username": name, "password": password}).content.decode()
        for name, password in (("listener", "listener-secret-1"), ("superuser", "wrong"), ("nobody", "wrong"))
    ]
    for page in answers:
        assert "The name or the password is wrong, or this account may not work here." in page


def test_login_page_speaks_the_language(client: Client, db: None) -> None:
    page = client.get("/admin/login/", headers={"Accept-Language": "de"}).content.decode()
    assert '<html lang="de"' in page
    assert "Passwort" in page


def test_sign_out_ends_the_session_and_the_csrf_token(desk: Client) -> None:
    desk.get("/admin/")
    before = desk.cookies["csrftoken"].value
    assert desk.get("/admin/logout/").status_code == 405
    assert desk.cookies["csrftoken"].value == before
    desk.post("/admin/logout/")
    assert desk.cookies["csrftoken"].value != before
    assert desk.get("/admin/").status_code == 302
