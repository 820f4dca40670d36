"""auth/tokens: how a mobile client signs in, and how its key dies."""

import hashlib
from datetime import UTC, datetime

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import ApiToken, User
from conftest import MakeTrack

URL = "/api/v1/auth/tokens"
CREDENTIALS = {"username": "listener", "password": "listener-secret-1", "device": "Phone"}


def holding(token: str) -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=f"Token {token}")


def fresh(user: User, device: str = "Phone") -> str:
    return tokens.create_token(user, device=device, at=datetime.now(UTC))[1]


def test_a_password_buys_a_token_which_is_shown_once(listener: User) -> None:
    answer = APIClient(enforce_csrf_checks=True).post(URL, CREDENTIALS, format="json")
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert set(body) == {"token", "prefix", "device", "created_at"}
    assert len(body["token"]) == 43
    row = ApiToken.objects.get()
    assert (row.user, row.prefix, row.device) == (listener, body["token"][:8], "Phone")
    assert row.digest == hashlib.sha256(body["token"].encode()).hexdigest()
    me = holding(body["token"]).get("/api/v1/me").json()
    assert (me["listener"], me["guest"]) == ({"username": "listener"}, False)
    row.refresh_from_db()
    assert row.last_used_at is not None


def test_a_wrong_name_and_a_wrong_password_sound_alike(listener: User) -> None:
    wrong = APIClient().post(URL, {**CREDENTIALS, "password": "x"}, format="json")
    unknown = APIClient().post(URL, {**CREDENTIALS, "username": "nobody"}, format="json")
    User.objects.filter(id=listener.id).update(is_active=False)
    disabled = APIClient().post(URL, CREDENTIALS, format="json")
    assert wrong.status_code == unknown.status_code == disabled.status_code == 401
    assert wrong.content == unknown.content == disabled.content
    assert wrong["WWW-Authenticate"] == "Token"
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "change",
    [{"username": None}, {"username": 5}, {"username": "\0"}, {"password": ["x"]}, {"password": ""},
     {"device": "x" * 101}, {"device": 5}, {"username": "x" * 151}, {"password": "x" * 1025}],
)  # fmt: skip
def test_credentials_that_do_not_fit_are_400(listener: User, change: dict[str, object]) -> None:
    answer = APIClient().post(URL, {**CREDENTIALS, **change}, format="json")
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == set(change)


def test_tokens_are_listed_to_their_owner_only(listener: User, stranger: User) -> None:
    mine = [fresh(listener, f"Device {number}") for number in range(3)]
    fresh(stranger)
    client = holding(mine[0])
    first = client.get(f"{URL}?limit=2").json()
    assert [row["device"] for row in first["results"]] == ["Device 2", "Device 1"]
    assert set(first["results"][0]) == {"prefix", "device", "created_at"}
    rest = client.get(first["next"]).json()
    assert ([row["prefix"] for row in rest["results"]], rest["next"]) == ([mine[0][:8]], None)


def test_a_revoked_token_is_dead_at_once(listener: User) -> None:
    token = fresh(listener)
    client = holding(token)
    assert client.delete(f"{URL}/{token[:8]}").status_code == 204
    assert client.get("/api/v1/me").status_code == 401
    assert not ApiToken.objects.exists()


def test_somebody_elses_token_looks_like_none(listener: User, stranger: User) -> None:
    client, theirs = holding(fresh(listener)), fresh(stranger)
    foreign, absent = client.delete(f"{URL}/{theirs[:8]}"), client.delete(f"{URL}/AAAAAAAA")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
    assert client.delete(f"{URL}/%00").status_code == 404
    assert holding(theirs).get("/api/v1/me").status_code == 200


def test_a_changed_password_ends_every_token(listener: User) -> None:
    client = holding(fresh(listener))
    listener.set_password("another-secret-2")
    listener.save()
    assert client.get("/api/v1/me").status_code == 401
    assert holding(fresh(listener)).get("/api/v1/me").status_code == 200


def test_a_disabled_account_is_out_at_once(listener: User, client: Client) -> None:
    phone = holding(fresh(listener))
    client.force_login(listener)
    assert client.get("/api/v1/me").json()["listener"] == {"username": "listener"}
    User.objects.filter(id=listener.id).update(is_active=False)
    assert phone.get("/api/v1/me").status_code == 401
    assert client.get("/api/v1/me").json()["listener"] is None


@pytest.mark.parametrize("value", ["", "x", "x" * 43, "x" * 10_000, "é" * 43, "Bearer x"])
def test_an_odd_token_is_one_and_the_same_401(db: None, value: str) -> None:
    answer = APIClient(HTTP_AUTHORIZATION=f"Token {value}".encode().decode("latin-1")).get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.json()["detail"] == "The token is not valid."


def test_another_scheme_is_no_token(db: None) -> None:
    assert APIClient(HTTP_AUTHORIZATION="Basic bGlzdGVuZXI6eA==").get("/api/v1/me").json()["listener"] is None


def test_guests_and_nobody_have_no_tokens(db: None) -> None:
    assert APIClient().get(URL).status_code == 401
    assert APIClient().delete(f"{URL}/AAAAAAAA").status_code == 401


def test_a_guest_is_told_to_sign_in(make_track: MakeTrack) -> None:
    """A guest is somebody, and yet nobody who signed in: 401 and not 403."""
    browser = Client()
    assert browser.post(f"/api/v1/tracks/{make_track().id}/play", content_type="application/json").status_code == 201
    assert browser.get(URL).status_code == 401


def test_the_cookie_needs_the_csrf_token_to_revoke(listener: User) -> None:
    token = fresh(listener)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(listener)
    assert browser.get(URL).status_code == 200
    assert browser.delete(f"{URL}/{token[:8]}").status_code == 403
    csrf = browser.get("/api/v1/me").json()["csrf_token"]
    assert browser.delete(f"{URL}/{token[:8]}", headers={"X-CSRFToken": csrf}).status_code == 204
