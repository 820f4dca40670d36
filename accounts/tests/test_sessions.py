"""Sessions: rows with an owner, found by one query, whose keys a stolen database does not hold."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import sessions, tasks
from accounts.models import Session, User
from conftest import MakeTrack

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SIGN_IN = {"username": "listener", "password": "listener-secret-1"}


def test_sign_in_makes_a_row_that_says_whose_and_what_it_is(client: Client, listener: User) -> None:
    client.post("/login", SIGN_IN, headers={"User-Agent": FIREFOX})
    row = Session.objects.get()
    assert (row.user, row.device) == (listener, "Firefox on Linux")
    assert timezone.now() - row.created_at < timedelta(seconds=10)


def test_database_holds_no_key_that_opens_a_session(client: Client, listener: User) -> None:
    client.force_login(listener)
    key = client.cookies["sessionid"].value
    assert key not in str(list(Session.objects.values()))
    thief = Client()
    for stolen in (Session.objects.get().session_key, sessions.handle_of(Session.objects.get())):
        thief.cookies["sessionid"] = stolen
        assert thief.get("/api/v1/me").json()["listener"] is None


def test_key_is_another_one_after_the_sign_in(client: Client, listener: User, make_track: MakeTrack) -> None:
    """A key that somebody has planted before is worth nothing after."""
    client.post(f"/api/v1/tracks/{make_track().id}/play", content_type="application/json")
    planted = client.cookies["sessionid"].value
    client.post("/login", SIGN_IN)
    assert client.cookies["sessionid"].value != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get("/api/v1/me").json() | {"csrf_token": "", "server_time": ""} == {
        "listener": None, "guest": False, "csrf_token": "", "server_time": "", "region": "local",
    }  # fmt: skip
    thief.cookies["sessionid"] = "a" * 32  # a key that we never gave out is not taken up
    thief.post("/login", SIGN_IN)
    assert thief.cookies["sessionid"].value != "a" * 32


def test_guests_session_goes_with_the_guest(client: Client, make_track: MakeTrack) -> None:
    client.post(f"/api/v1/tracks/{make_track().id}/play", content_type="application/json")
    guest = User.objects.get()
    assert Session.objects.get().user == guest
    guest.delete()
    assert not Session.objects.exists()
    assert client.get("/api/v1/me").json()["guest"] is False


def test_session_is_one_query(client: Client, listener: User, django_assert_num_queries: Any) -> None:
    client.force_login(listener)
    with django_assert_num_queries(2):  # the session and its user
        client.get("/api/v1/me")


def test_being_here_is_noted_once_a_day(client: Client, listener: User) -> None:
    client.force_login(listener)
    born = Session.objects.get().created_at
    Session.objects.update(last_seen_at=born - timedelta(days=2))
    client.get("/api/v1/me")
    seen = Session.objects.get().last_seen_at
    assert seen >= born
    client.get("/api/v1/me")
    row = Session.objects.get()
    assert (row.last_seen_at, row.created_at) == (seen, born)


def test_age_stays_when_the_data_change(client: Client, listener: User) -> None:
    client.force_login(listener)
    Session.objects.update(created_at=timezone.now() - timedelta(days=3))
    born = Session.objects.get().created_at
    session = client.session
    session["anything"] = 1
    session.save()
    row = Session.objects.get()
    assert (row.created_at, row.user) == (born, listener)


@pytest.mark.parametrize("value", ["", "x", "é", "x" * 8192, "' OR 1=1--", "%00"])
def test_odd_cookie_is_nobody(client: Client, db: None, value: str) -> None:
    client.cookies["sessionid"] = value
    assert client.get("/api/v1/me").json()["listener"] is None


def test_expired_session_is_nobody_and_is_swept(client: Client, listener: User) -> None:
    client.force_login(listener)
    other = Client()
    other.force_login(listener)
    key = sessions.digest(client.cookies["sessionid"].value)
    Session.objects.filter(session_key=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/v1/me").json()["listener"] is None
    tasks.sweep_sessions()
    assert Session.objects.count() == 1
    assert other.get("/api/v1/me").json()["listener"] is not None


def test_sign_out_deletes_the_row(client: Client, listener: User) -> None:
    client.force_login(listener)
    client.post("/logout")
    assert not Session.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone()[0] == 0
