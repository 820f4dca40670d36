"""A new password: the old one is asked for, this browser stays, everything else ends."""

from typing import Any

import pytest
from django.contrib.auth.hashers import identify_hasher, make_password
from django.test import Client, override_settings
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import ApiToken, Session, User
from spotify_lite import settings as configured

PAGE = "/settings/password"
FORM = {"password": "listener-secret-1", "new_password1": "quite-new-4-me", "new_password2": "quite-new-4-me"}


@pytest.fixture
def here(listener: User) -> Client:
    client = Client()
    client.force_login(listener)
    return client


def name(client: Any) -> str | None:
    return (client.get("/api/v1/me").json().get("listener") or {}).get("username")


def test_new_password_ends_everything_but_this_browser(here: Client, listener: User) -> None:
    there = Client()
    there.force_login(listener)
    phone = APIClient(
        HTTP_AUTHORIZATION=f"Token {tokens.create_token(listener, device='', at=listener.date_joined)[1]}"
    )
    before = here.cookies["sessionid"].value
    answer = here.post(PAGE, FORM, follow=True)
    assert answer.redirect_chain == [("/settings", 302)]
    assert "Your password was changed. You are still signed in here, and nowhere else." in answer.content.decode()
    assert name(here) == "listener"
    assert here.cookies["sessionid"].value != before
    assert name(there) is None
    assert phone.get("/api/v1/me").status_code == 401
    assert (Session.objects.filter(user=listener).count(), ApiToken.objects.count()) == (1, 0)
    listener.refresh_from_db()
    assert listener.check_password("quite-new-4-me")


def test_it_is_said_once(here: Client) -> None:
    here.post(PAGE, FORM)
    assert "was changed" in here.get("/settings").content.decode()
    assert "was changed" not in here.get("/settings").content.decode()


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"password": "a-guess-7"}, "password", "This is not your password."),
        ({"password": ""}, "password", "This field is required."),
        ({"new_password2": "other"}, "new_password2", "match"),
        ({"new_password1": "12345678", "new_password2": "12345678"}, "new_password1", "numeric"),
        ({"new_password1": "listener1", "new_password2": "listener1"}, "new_password1", "too similar"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    here: Client, listener: User, change: dict[str, str], field: str, words: str
) -> None:
    answer = here.post(PAGE, {**FORM, **change})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert words in page.partition(f'id="id_{field}_error"')[2].partition("</div>")[0]
    attributes = page.partition(f'name="{field}"')[2].partition(">")[0]
    assert f"id_{field}_error" in attributes
    assert 'aria-invalid="true"' in attributes
    listener.refresh_from_db()
    assert listener.check_password("listener-secret-1")
    for secret in ("quite-new-4-me", "a-guess-7"):
        assert secret not in page


def test_fields_tell_password_managers_what_they_are(here: Client) -> None:
    page = here.get(PAGE).content.decode()
    assert page.count('autocomplete="current-password"') == 1
    assert page.count('autocomplete="new-password"') == 2
    assert 'autocomplete="username"' in page


def test_wrong_old_passwords_are_counted_too(here: Client) -> None:
    """Whoever finds an open browser may not guess on in it."""
    for number in range(5):
        answer = here.post(PAGE, {**FORM, "password": f"guess-{number}"})
    assert answer.status_code == 429
    assert here.post(PAGE, FORM).status_code == 429


def test_strangers_and_guests_are_led_to_sign_in(client: Client, db: None) -> None:
    for answer in (client.get(PAGE), client.post(PAGE, FORM)):
        assert answer["Location"] == f"/login?next={PAGE}"


def test_form_is_csrf_checked(listener: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(listener)
    assert browser.post(PAGE, FORM).status_code == 403
    listener.refresh_from_db()
    assert listener.check_password("listener-secret-1")


@override_settings(PASSWORD_HASHERS=configured.PASSWORD_HASHERS)
def test_passwords_are_kept_as_argon2id(client: Client, db: None) -> None:
    secret = "a-long-secret-9"
    client.post("/signup", {"username": "newcomer", "password1": secret, "password2": secret})
    kept = User.objects.get().password
    assert kept.startswith("argon2$argon2id$")
    assert identify_hasher(kept).algorithm == "argon2"
    User.objects.update(password=make_password(secret, hasher="pbkdf2_sha256"))
    assert Client().post("/login", {"username": "newcomer", "password": secret}).status_code == 302
    assert User.objects.get().password.startswith("argon2$argon2id$"), "an older hash is made anew at sign-in"
