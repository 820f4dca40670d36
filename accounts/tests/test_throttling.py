"""How often a password may be tried: five times an account, twenty an address, at every door alike."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings as configured
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from accounts.models import User

TOKENS = "/api/v1/auth/tokens"
RIGHT = "listener-secret-1"
Door = Callable[..., Any]


def at_pages(client: Client, name: str, password: str, **more: Any) -> Any:
    return client.post("/login", {"username": name, "password": password}, **more)


def at_admin(client: Client, name: str, password: str, **more: Any) -> Any:
    return client.post("/admin/login/", {"username": name, "password": password}, **more)


def at_tokens(client: Client, name: str, password: str, **more: Any) -> Any:
    return client.post(TOKENS, {"username": name, "password": password}, content_type="application/json", **more)


def fail(
    times: int, *, name: str = "listener", door: Door = at_pages, client: Client | None = None, **more: Any
) -> Any:
    for number in range(times):
        answer = door(client or Client(), name, f"wrong-{number}", **more)
    return answer


def pass_time(**span: float) -> None:
    """Make what was counted older."""
    for attempt in AccessAttempt.objects.all():
        AccessAttempt.objects.filter(id=attempt.id).update(attempt_time=attempt.attempt_time - timedelta(**span))


@pytest.mark.parametrize("door", [at_pages, at_admin, at_tokens])
def test_fifth_failure_closes_the_account_to_strangers_at_every_door(listener: User, door: Door) -> None:
    assert fail(4, door=door).status_code in {200, 401}
    answer = door(Client(), "listener", "wrong")
    assert answer.status_code == 429
    assert 890 <= int(answer["Retry-After"]) <= 900
    for other in (at_pages, at_admin, at_tokens):
        assert other(Client(), "listener", RIGHT).status_code == 429, "the right password is not even looked at"


def test_page_says_in_words_how_long(listener: User) -> None:
    answer = fail(5)
    assert "no-store" in answer["Cache-Control"]
    assert "Try again in 15 minutes" in answer.content.decode()


def test_api_says_it_as_a_problem(listener: User) -> None:
    answer = fail(5, door=at_tokens)
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["title"]) == (429, "Too Many Requests")
    assert answer["Retry-After"] in body["detail"]


def test_others_go_on_while_an_account_is_closed(listener: User, stranger: User) -> None:
    fail(5, REMOTE_ADDR="192.0.2.1")
    assert at_pages(Client(), "stranger", "stranger-secret-1").status_code == 302


def test_right_password_forgets_the_failures(listener: User) -> None:
    fail(4)
    assert at_pages(Client(), "listener", RIGHT).status_code == 302
    assert not AccessAttempt.objects.exists()
    assert fail(4).status_code == 200


def test_twentieth_failure_closes_an_address(listener: User) -> None:
    """One password tried on many names is guessing too."""
    for number in range(19):
        assert fail(1, name=f"name-{number}", REMOTE_ADDR="192.0.2.1").status_code == 200
    assert fail(1, name="name-19", REMOTE_ADDR="192.0.2.1").status_code == 429
    assert at_pages(Client(), "listener", RIGHT, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert at_pages(Client(), "listener", RIGHT, REMOTE_ADDR="192.0.2.2").status_code == 302


def test_somebodys_own_success_does_not_clear_their_address(listener: User, stranger: User) -> None:
    for number in range(19):
        fail(1, name=f"name-{number}")
    assert at_pages(Client(), "stranger", "stranger-secret-1").status_code == 302
    assert fail(1, name="one-more").status_code == 429


def test_an_ipv6_line_is_one_address(listener: User) -> None:
    for number in range(20):
        answer = fail(1, name=f"name-{number}", REMOTE_ADDR=f"2001:db8::{number + 1:x}")
    assert answer.status_code == 429


def test_trying_on_does_not_prolong_it(listener: User) -> None:
    fail(5)
    pass_time(minutes=10)
    answer = fail(3)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) <= 300
    pass_time(minutes=5, seconds=1)
    assert at_pages(Client(), "listener", RIGHT).status_code == 302


def test_known_browser_is_not_closed_out_by_strangers(listener: User) -> None:
    """Else whoever knows a name could keep its owner out for ever."""
    home = Client()
    assert at_pages(home, "listener", RIGHT).status_code == 302
    home.post("/logout")
    assert fail(5, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert at_pages(Client(), "listener", RIGHT).status_code == 429
    assert at_pages(home, "listener", RIGHT).status_code == 302


def test_known_browser_has_a_counter_of_its_own(listener: User) -> None:
    home = Client()
    at_pages(home, "listener", RIGHT)
    home.post("/logout")
    assert fail(4, client=home).status_code == 200
    assert fail(1, client=home).status_code == 429
    assert at_pages(home, "listener", RIGHT).status_code == 429
    assert at_pages(Client(), "listener", RIGHT).status_code == 302, "elsewhere the account is open"


def test_known_browser_is_known_for_its_own_names_only(listener: User, stranger: User) -> None:
    home = Client()
    at_pages(home, "listener", RIGHT)
    home.post("/logout")
    assert fail(5, name="stranger", client=home).status_code == 429
    assert fail(1, name="stranger").status_code == 429, "it counted as everybody's"


@pytest.mark.parametrize("forged", ["", "x", "WyJhIixbImIiXV0:1abcde:xxxxxxxx", "known browser x"])
def test_forged_cookie_is_no_known_browser(listener: User, forged: str) -> None:
    thief = Client()
    thief.cookies[configured.BROWSER_COOKIE_NAME] = forged
    fail(5, HTTP_USER_AGENT="known browser x")
    assert at_pages(thief, "listener", RIGHT, HTTP_USER_AGENT="known browser x").status_code == 429


def test_cookie_of_a_known_browser_is_closed_to_scripts_and_names_nobody(listener: User) -> None:
    cookie = at_pages(Client(), "listener", RIGHT).cookies[configured.BROWSER_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert "listener" not in cookie.value


@pytest.mark.parametrize("door", [at_pages, at_admin, at_tokens])
def test_unknown_name_is_answered_and_closed_like_a_known_one(listener: User, curator: User, door: Door) -> None:
    for _ in range(5):
        known = door(Client(), "listener", "wrong")
        unknown = door(Client(), "nobody-here", "wrong")
        assert known.status_code == unknown.status_code
        if known["Content-Type"].startswith("application"):
            assert known.content == unknown.content
    assert known.status_code == 429


class CountingHasher(MD5PasswordHasher):
    """MD5 that counts: how long an answer takes is how often it hashed."""

    hashed = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.hashed += 1
        return super().encode(password, salt)


def test_unknown_name_costs_as_much_time_as_a_known_one(settings: Any, db: None) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    User.objects.create_user("listener", password=RIGHT)
    User.objects.create_user("disabled", password=RIGHT, is_active=False)
    User.objects.create(username="guest-x", is_guest=True, password="!unusable")
    spent = {}
    for name in ("listener", "disabled", "guest-x", "nobody"):
        CountingHasher.hashed = 0
        at_tokens(Client(), name, "wrong")
        spent[name] = CountingHasher.hashed
    assert set(spent.values()) == {1}, spent


def test_count_survives_a_flushed_cache(listener: User) -> None:
    fail(4)
    cache.clear()
    assert fail(1).status_code == 429


def test_operator_opens_an_account_by_command(listener: User) -> None:
    fail(5)
    call_command("axes_reset_username", "listener")
    assert at_pages(Client(), "listener", RIGHT).status_code == 302


def test_operator_opens_an_account_in_the_admin(listener: User, superuser: User) -> None:
    fail(5)
    desk = Client()
    desk.force_login(superuser)
    listed = desk.get("/admin/axes/accessattempt/").content.decode()
    assert "listener" in listed
    row = AccessAttempt.objects.get()
    assert desk.get(f"/admin/axes/accessattempt/{row.id}/change/").status_code == 200
    desk.post(f"/admin/axes/accessattempt/{row.id}/delete/", {"post": "yes"})
    assert at_pages(Client(), "listener", RIGHT).status_code == 302


def test_no_password_is_kept_or_logged(listener: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    guesses = {"a": "guess-at-pages", "b": "guess-in-query", "c": "guess-at-tokens", "d": "guess-of-old", "e": "new-1"}
    Client().post(f"/login?password={guesses['b']}", {"username": "listener", "password": guesses["a"]})
    at_tokens(Client(), "listener", guesses["c"])
    inside = Client()
    inside.force_login(listener)
    form = {"password": guesses["d"], "new_password1": guesses["e"], "new_password2": guesses["e"]}
    inside.post("/settings/password", form)
    kept = str(list(AccessAttempt.objects.values()))
    assert AccessAttempt.objects.count()
    for guess in guesses.values():
        assert guess not in kept
        assert guess not in caplog.text


@pytest.mark.parametrize("path", ["/", "/login", "/api/v1/me"])
def test_ordinary_calls_ask_nothing(path: str, client: Client, db: None, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(10) as asked:
        assert client.get(path).status_code == 200
    assert not [query for query in asked.captured_queries if "axes" in query["sql"]]


def test_what_is_old_is_cleared_away(listener: User) -> None:
    fail(3, name="old")
    pass_time(minutes=16)
    fail(1, name="new")
    assert [row.username for row in AccessAttempt.objects.all()] == ["new"]
    assert datetime.now(UTC) - AccessAttempt.objects.get().attempt_time < timedelta(minutes=1)
