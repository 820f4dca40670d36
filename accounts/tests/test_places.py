"""Where a listener is signed in: browsers and tokens in one list, each of which can be ended."""

from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts import sessions, tokens
from accounts.models import ApiToken, Session, User

HOSTILE = "<img src=x onerror=alert(1)>"
SIGN_IN = {"username": "listener", "password": "listener-secret-1"}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def here(listener: User) -> Client:
    client = Client(headers={"User-Agent": FIREFOX})
    client.post("/login", SIGN_IN)
    return client


@pytest.fixture
def there(listener: User) -> Client:
    client = Client(headers={"User-Agent": "Mozilla/5.0 (iPhone) Version/17.0 Safari/604.1"})
    client.post("/login", SIGN_IN)
    return client


def name(client: Any) -> str | None:
    return (client.get("/api/v1/me").json().get("listener") or {}).get("username")


def shown(client: Client) -> str:
    return client.get("/settings").content.decode()


def handle(client: Client) -> str:
    return sessions.digest(client.cookies["sessionid"].value)[: sessions.HANDLE_LENGTH]


def test_page_lists_browsers_and_tokens(here: Client, there: Client, listener: User, stranger: User) -> None:
    row, token = tokens.create_token(listener, device="Kitchen radio", at=datetime.now(UTC))
    tokens.create_token(stranger, device="Not yours", at=datetime.now(UTC))
    page = shown(here)
    assert page.index("Firefox on Linux") < page.index("This browser") < page.index("Safari on iPhone")
    assert "Kitchen radio" in page
    assert row.prefix in page
    assert "never used" in page
    assert "Not yours" not in page
    for secret in (token, here.cookies["sessionid"].value, there.cookies["sessionid"].value):
        assert secret not in page


@pytest.mark.parametrize("places", [3, 10])
def test_list_costs_the_same_for_few_and_many(
    here: Client, listener: User, places: int, django_assert_num_queries: Any
) -> None:
    for number in range(places):
        Client().post("/login", SIGN_IN)
        tokens.create_token(listener, device=str(number), at=datetime.now(UTC))
    with django_assert_num_queries(4):  # session, user, browsers, tokens
        shown(here)


def test_another_browser_is_signed_out_at_once(here: Client, there: Client) -> None:
    answer = here.post(f"/settings/browsers/{handle(there)}/end", follow=True)
    assert answer.redirect_chain == [("/settings#places", 302)]
    assert "Signed out there." in answer.content.decode()
    assert (name(there), name(here)) == (None, "listener")
    assert Session.objects.filter(user__isnull=False).count() == 1


def test_token_is_revoked_at_once(here: Client, listener: User) -> None:
    row, token = tokens.create_token(listener, device="", at=datetime.now(UTC))
    phone = APIClient(HTTP_AUTHORIZATION=f"Token {token}")
    assert phone.get("/api/v1/me").status_code == 200
    assert here.post(f"/settings/tokens/{row.prefix}/end").status_code == 302
    assert phone.get("/api/v1/me").status_code == 401
    assert not ApiToken.objects.exists()


def test_everywhere_else_is_ended_at_once(here: Client, there: Client, listener: User, stranger: User) -> None:
    for owner in (listener, stranger):
        tokens.create_token(owner, device="", at=datetime.now(UTC))
    assert here.post("/settings/others/end").status_code == 302
    assert (name(there), name(here)) == (None, "listener")
    assert ApiToken.objects.get().user == stranger


def test_somebody_elses_place_looks_like_none(here: Client, stranger: User) -> None:
    other = Client()
    other.force_login(stranger)
    row, _ = tokens.create_token(stranger, device="", at=datetime.now(UTC))
    for path in (
        f"/settings/browsers/{handle(other)}/end", "/settings/browsers/0123456789abcdef/end",
        "/settings/browsers/0/end",        f"/settings/tokens/{row.prefix}/end", "/settings/tokens/AAAAAAAA/end",
    ):  # fmt: skip
        assert here.post(path).status_code == 404, path
    assert name(other) == "stranger"
    assert ApiToken.objects.exists()


def test_twice_is_not_there(here: Client, there: Client) -> None:
    path = f"/settings/browsers/{handle(there)}/end"
    assert [here.post(path).status_code for _ in range(2)] == [302, 404]


def test_nothing_is_ended_by_a_link(here: Client, there: Client) -> None:
    for path in (f"/settings/browsers/{handle(there)}/end", "/settings/others/end", "/settings/tokens"):
        assert here.get(path).status_code == 405
    assert name(there) == "listener"


def test_strangers_are_led_to_sign_in(client: Client, there: Client) -> None:
    for path in (f"/settings/browsers/{handle(there)}/end", "/settings/others/end", "/settings/tokens"):
        assert client.post(path)["Location"].startswith("/login?next=")
    assert name(there) == "listener"


def test_forms_are_csrf_checked(there: Client, listener: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(listener)
    for path in (f"/settings/browsers/{handle(there)}/end", "/settings/others/end", "/settings/tokens"):
        assert browser.post(path, {"device": "x"}).status_code == 403
    assert name(there) == "listener"
    assert not ApiToken.objects.exists()


def test_token_is_made_and_shown_once(here: Client, listener: User) -> None:
    answer = here.post("/settings/tokens", {"device": "Kitchen radio"})
    assert "no-store" in answer["Cache-Control"]
    row = ApiToken.objects.get()
    assert (row.user, row.device) == (listener, "Kitchen radio")
    token = answer.content.decode().partition("data-token>")[2].partition("<")[0]
    assert name(APIClient(HTTP_AUTHORIZATION=f"Token {token}")) == "listener"
    assert token not in shown(here)


@pytest.mark.parametrize("device", ["", " ", "x" * 101, "nul\0"])
def test_token_needs_a_name_that_fits(here: Client, device: str) -> None:
    answer = here.post("/settings/tokens", {"device": device})
    assert answer.status_code == 200
    assert b"id_device_error" in answer.content
    assert not ApiToken.objects.exists()


def test_hostile_names_stay_text_in_page_and_admin(here: Client, listener: User, superuser: User) -> None:
    """A device's name is written by whoever holds the device."""
    Client(headers={"User-Agent": HOSTILE}).post("/login", SIGN_IN)
    assert not Session.objects.filter(device__contains="<").exists()
    Session.objects.filter(device="").update(device=HOSTILE)  # as if it had come in by another door
    phone = {"username": "listener", "password": "listener-secret-1", "device": HOSTILE}
    assert Client().post("/api/v1/auth/tokens", phone, "application/json").status_code == 201
    desk = Client()
    desk.force_login(superuser)
    token, session = ApiToken.objects.get(), Session.objects.get(device=HOSTILE)
    pages = [
        shown(here),
        here.post("/settings/tokens", {"device": HOSTILE}).content.decode(),
        *(
            desk.get(f"/admin/accounts/{path}").content.decode()
            for path in ("apitoken/", "session/", f"apitoken/{token.pk}/change/", f"session/{session.pk}/change/")
        ),
    ]
    for page in pages:
        assert HOSTILE not in page
        assert escape(HOSTILE) in page


def test_admin_shows_no_secret_and_signs_out(there: Client, listener: User, superuser: User) -> None:
    desk = Client()
    desk.force_login(superuser)
    row = Session.objects.get(user=listener)
    page = desk.get(f"/admin/accounts/session/{row.pk}/change/").content.decode()
    assert row.session_data not in page
    assert there.cookies["sessionid"].value not in page
    desk.post(f"/admin/accounts/session/{row.pk}/delete/", {"post": "yes"})
    assert name(there) is None


def test_days_are_said_in_words(here: Client, listener: User) -> None:
    now = datetime.now(UTC)
    for device, seen in (("Today", now), ("Before", now - timedelta(days=1)), ("Long", now - timedelta(days=40))):
        row, _ = tokens.create_token(listener, device=device, at=now)
        ApiToken.objects.filter(id=row.id).update(last_used_at=seen)
    page = shown(here)
    for words in ("used today", "used yesterday", "last used on "):
        assert words in page
