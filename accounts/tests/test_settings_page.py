"""The settings page: what it shows to whom, and the language, of a browser and of an account."""

import pytest
from django.test import Client, override_settings

from accounts.models import User

SIGN_IN = {"username": "listener", "password": "listener-secret-1"}


def shown(client: Client, **headers: str) -> str:
    return client.get("/settings", headers=headers).content.decode()


def test_guest_sees_how_to_become_a_listener_and_no_devices(client: Client, db: None) -> None:
    page = shown(client)
    assert 'href="/login"' in page
    assert 'href="/signup"' in page
    assert "Where you are signed in" not in page
    for control in ("data-theme-choice", 'data-setting="loudness"', 'data-do="keys"', 'href="/api/docs/"'):
        assert control in page
    assert "Curators’ desk" not in page


def test_listener_sees_the_account(client: Client, listener: User) -> None:
    client.force_login(listener)
    page = shown(client)
    for part in ("Where you are signed in", "/settings/password", "/settings/delete", "/settings/tokens", "/logout"):
        assert part in page
    assert "Curators’ desk" not in page


def test_curator_finds_the_desk(client: Client, curator: User) -> None:
    client.force_login(curator)
    assert 'href="/admin/"' in shown(client)


@override_settings(GUESTS=False)
def test_where_guests_may_not_listen_a_login_is_needed(client: Client, db: None) -> None:
    assert client.get("/settings")["Location"] == "/login?next=/settings"


def test_nobody_stores_the_page(client: Client, listener: User) -> None:
    client.force_login(listener)
    assert client.get("/settings")["Cache-Control"] == "private, no-cache"


def test_language_is_chosen_for_a_browser(client: Client, db: None) -> None:
    answer = client.post("/settings/language", {"language": "de"})
    assert (answer.status_code, answer["Location"]) == (302, "/settings")
    cookie = answer.cookies["django_language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("de", True, "Lax")
    assert '<html lang="de"' in shown(client)
    assert 'value="de" checked' in shown(client)
    client.post("/settings/language", {"language": ""})
    assert '<html lang="en"' in shown(client)
    assert '<html lang="de"' in shown(client, **{"Accept-Language": "de"})
    assert not User.objects.exists()


def test_language_of_an_account_comes_along_to_the_next_browser(listener: User) -> None:
    first, second = Client(), Client()
    first.force_login(listener)
    first.post("/settings/language", {"language": "de"})
    listener.refresh_from_db()
    assert listener.language == "de"
    assert '<html lang="en"' in shown(second)
    second.post("/login", SIGN_IN)
    assert '<html lang="de"' in shown(second)


def test_language_of_a_guest_becomes_the_accounts(client: Client, db: None) -> None:
    client.post("/settings/language", {"language": "de"})
    secret = "a-long-secret-9"
    client.post("/signup", {"username": "newcomer", "password1": secret, "password2": secret})
    assert User.objects.get().language == "de"


def test_sign_in_leaves_the_browsers_language_where_the_account_has_none(client: Client, listener: User) -> None:
    client.post("/settings/language", {"language": "de"})
    client.post("/login", SIGN_IN)
    assert '<html lang="de"' in shown(client)


@pytest.mark.parametrize("wish", ["fr", "xx", "../de", "<script>", "de\r\nSet-Cookie: a=b", "x" * 5000])
def test_language_that_there_is_not_changes_nothing(client: Client, listener: User, wish: str) -> None:
    client.force_login(listener)
    answer = client.post("/settings/language", {"language": wish})
    assert answer.status_code == 302
    assert "django_language" not in answer.cookies
    listener.refresh_from_db()
    assert listener.language == ""


def test_cookie_of_a_language_that_there_is_not_is_ignored(client: Client, db: None) -> None:
    client.cookies["django_language"] = "../../etc"
    assert '<html lang="en"' in shown(client)


def test_api_speaks_english_whatever_was_chosen(client: Client, listener: User) -> None:
    client.post("/settings/language", {"language": "de"})
    client.cookies["sessionid"] = ""
    wrong = client.post("/api/v1/auth/tokens", {"username": "x", "password": "y"}, "application/json")
    assert wrong.json()["detail"] == "The username or the password is wrong."


def test_language_is_csrf_checked_and_posted(listener: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(listener)
    assert browser.post("/settings/language", {"language": "de"}).status_code == 403
    assert browser.get("/settings/language").status_code == 405
