"""The pages login, signup and logout: what becomes of the session, the guest and the address to go on to."""

import pytest
from django.test import Client, override_settings

from accounts.models import User

SIGN_UP = {"username": "newcomer", "password1": "a-long-secret-9", "password2": "a-long-secret-9"}
SIGN_IN = {"username": "listener", "password": "listener-secret-1"}


@pytest.fixture
def guest_browser(db: None, client: Client) -> Client:
    """Return a browser that has listened as a guest."""
    state = {
        "play_id": "00000000-0000-0000-0000-000000000001", "seq": 1, "at": "2026-01-02T03:04:05Z",
        "queue": [1, 2], "index": 0, "position_ms": 0, "playing": True,
    }  # fmt: skip
    assert client.put("/api/v1/me/playback", state, content_type="application/json").status_code == 200
    return client


def queue_of(client: Client) -> list[int]:
    return client.get("/api/v1/me/playback").json()["queue"]


def test_the_pages_show_their_forms(client: Client, db: None) -> None:
    for path in ("/login?next=/genres", "/signup?next=/genres"):
        page = client.get(path)
        assert page.status_code == 200
        assert b'name="csrfmiddlewaretoken"' in page.content
        assert b'name="next" value="/genres"' in page.content
        assert "no-store" in page["Cache-Control"]


def test_a_sign_up_turns_the_guest_into_the_account(guest_browser: Client) -> None:
    guest = User.objects.get()
    key = guest_browser.session.session_key
    answer = guest_browser.post("/signup", SIGN_UP)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    account = User.objects.get()
    assert (account.id, account.username, account.is_guest) == (guest.id, "newcomer", False)
    assert account.check_password("a-long-secret-9")
    assert guest_browser.session.session_key != key
    assert "guest_id" not in guest_browser.session
    assert guest_browser.get("/api/v1/me").json()["listener"] == {"username": "newcomer"}
    assert queue_of(guest_browser) == [1, 2]


def test_a_sign_up_without_a_guest_makes_an_account(client: Client, db: None) -> None:
    assert client.post("/signup", SIGN_UP).status_code == 302
    assert client.get("/api/v1/me").json()["listener"] == {"username": "newcomer"}


@pytest.mark.parametrize(
    "change",
    [{"username": "listener"}, {"username": "LISTENER"}, {"password2": "other"}, {"username": ""}, {"username": "a b"},
     {"password1": "12345678", "password2": "12345678"}, {"username": "<script>"}, {"username": "nul\0"}],
)  # fmt: skip
def test_a_sign_up_that_does_not_fit_leaves_the_guest(
    guest_browser: Client, listener: User, change: dict[str, str]
) -> None:
    answer = guest_browser.post("/signup", {**SIGN_UP, **change})
    assert answer.status_code == 200
    assert b"<script>" not in answer.content.replace(b'<script src="', b"").replace(b"<script type=", b"")
    assert User.objects.guests().count() == 1
    assert guest_browser.get("/api/v1/me").json()["guest"] is True


@override_settings(SIGN_UP=False)
def test_where_sign_up_is_off_it_is_not_there(client: Client, db: None) -> None:
    assert client.get("/signup").status_code == 404
    assert client.post("/signup", SIGN_UP).status_code == 404
    assert b"/signup" not in client.get("/login").content
    assert not User.objects.exists()


def test_a_login_merges_the_guest(guest_browser: Client, listener: User) -> None:
    key = guest_browser.session.session_key
    answer = guest_browser.post("/login", SIGN_IN)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert guest_browser.session.session_key != key
    assert "guest_id" not in guest_browser.session
    assert not User.objects.guests().exists()
    assert guest_browser.get("/api/v1/me").json()["listener"] == {"username": "listener"}
    assert queue_of(guest_browser) == [1, 2]


def test_a_wrong_password_merges_nothing(guest_browser: Client, listener: User) -> None:
    assert guest_browser.post("/login", {**SIGN_IN, "password": "wrong"}).status_code == 200
    assert User.objects.guests().count() == 1
    assert guest_browser.get("/api/v1/me").json()["guest"] is True


def test_logout_is_a_post_and_forgets_the_listener(client: Client, listener: User) -> None:
    client.force_login(listener)
    assert client.get("/logout").status_code == 405
    before = client.get("/api/v1/me").cookies["csrftoken"].value
    answer = client.post("/logout")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert answer.cookies["csrftoken"].value != before
    me = client.get("/api/v1/me").json()
    assert (me["listener"], me["guest"]) == (None, False)


def test_every_change_of_account_rotates_the_csrf_token(client: Client, listener: User) -> None:
    before = client.get("/api/v1/me").cookies["csrftoken"].value
    assert client.post("/login", SIGN_IN).cookies["csrftoken"].value != before


@pytest.mark.parametrize("path", ["/login", "/signup", "/logout"])
def test_forms_are_csrf_checked(listener: User, path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(path, {**SIGN_IN, **SIGN_UP}).status_code == 403


@pytest.mark.parametrize(
    ("onward", "to"),
    [("/albums/1?x=1", "/albums/1?x=1"), ("//evil.example", "/"), ("/\\evil.example", "/"),
     ("https://evil.example/", "/"),
     ("javascript:alert(1)", "/"), ("\n//evil.example", "/"), ("http:///evil.example", "/")],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/login", "/signup"])
def test_the_way_on_stays_here(client: Client, listener: User, path: str, onward: str, to: str) -> None:
    form = SIGN_IN if path == "/login" else SIGN_UP
    assert client.post(path, {**form, "next": onward})["Location"] == to


def test_who_signed_in_has_no_business_here(client: Client, listener: User) -> None:
    client.force_login(listener)
    assert client.get("/login")["Location"] == "/"
    assert client.get("/signup")["Location"] == "/"
