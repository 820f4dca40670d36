"""Who may call what: every address, every method, every kind of person, where guests may listen and where not.

An address that has no row fails, and so does a row whose address is gone. One more page is one more line.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from accounts.models import User
from catalog.models import Track
from conftest import MakeTrack
from spotify_lite.tests.people import People
from spotify_lite.tests.permissions import DESK, METHODS, MODES, ROWS, WHO, expectations, generic_addresses, methods_of


@pytest.fixture
def people(make_track: MakeTrack, listener: User, stranger: User) -> People:
    return People(make_track(), listener, stranger)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    listed = {address for address, *_ in ROWS} | set(generic_addresses())
    found = set(addresses(get_resolver()))
    assert sorted(found - listed) == [], "addresses without a row"
    assert sorted(listed - found) == [], "rows without an address"


def test_every_kind_of_row_in_the_admin_is_listed() -> None:
    assert sorted(DESK) == sorted(model._meta.label_lower for model in admin.site._registry)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("who", WHO)
def test_everyone_gets_what_the_table_says(who: str, mode: str, people: People, settings: Any) -> None:
    for name, value in MODES[mode].items():
        setattr(settings, name, value)
    wrong = []
    for address, method, expected in expectations(who, mode):
        answer = people.ask(who, method, people.at(address))
        leads_in = answer.status_code == 302 and answer["Location"].partition("?")[0] in {"/login", "/admin/login/"}
        seen = "login" if leads_in else str(answer.status_code)
        if seen != expected:
            wrong.append(f"{method} /{address}: {seen}, not {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", ["anonymous", "phone", "superuser", "revoked"])
def test_any_other_method_is_refused_with_the_right_ones(who: str, people: People) -> None:
    """The methods are told before anything else is looked at, the CSRF token and the login too."""
    wrong = []
    for address in sorted({address for address, *_ in ROWS} | set(generic_addresses())):
        taken = methods_of(address)
        for method in METHODS:
            if method in taken:
                continue
            answer = people.ask(who, method, people.at(address), enforce_csrf_checks=True)
            allowed = {word.strip() for word in answer.get("Allow", "").split(",")} - {"HEAD", "OPTIONS"}
            if (answer.status_code, allowed) != (405, taken):
                wrong.append(f"{method} /{address}: {answer.status_code}, Allow: {answer.get('Allow')}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("mode", MODES)
def test_what_is_somebody_elses_looks_like_what_is_not_there(mode: str, people: People, settings: Any) -> None:
    for name, value in MODES[mode].items():
        setattr(settings, name, value)
    theirs = people.ask("stranger", "DELETE", people.at("api/v1/auth/tokens/<str:prefix>"))
    absent = people.ask("stranger", "DELETE", "/api/v1/auth/tokens/AAAAAAAA")
    assert (theirs.status_code, theirs.content) == (absent.status_code, absent.content) == (404, absent.content)
    for who, seen in (("listener", 1), ("phone", 1), ("stranger", 0), ("superuser", 0)):
        assert len(people.ask(who, "GET", "/api/v1/me/continue").json()["results"]) == seen
        assert len(people.ask(who, "GET", "/api/v1/me/playback").json()["queue"]) == seen
        assert len(people.ask(who, "GET", "/api/v1/auth/tokens").json()["results"]) == seen


@pytest.mark.parametrize("hidden", ["unpublished", "scheduled", "deleted"])
def test_what_may_not_be_heard_looks_like_what_is_not_there(hidden: str, people: People) -> None:
    """The same for a curator: the desk shows it, the player does not."""
    track_id = people.track.id
    if hidden == "deleted":
        people.track.delete()
    else:
        fields = {"published": False} if hidden == "unpublished" else {"release_at": timezone.now() + timedelta(1)}
        Track.objects.filter(id=track_id).update(**fields)
    for who in ("anonymous", "listener", "superuser"):
        for method, path in (
            ("GET", "/api/v1/tracks/{}"),
            ("POST", "/api/v1/tracks/{}/play"),
            ("GET", "/api/v1/tracks/{}/audio"),
            ("GET", "/tracks/{}"),
            ("GET", "/drawn/track/{}.svg"),
        ):
            here = people.ask(who, method, path.format(track_id))
            nowhere = people.ask(who, method, path.format((1 << 34) - 1))
            assert (path, here.status_code) == (path, 404)
            if path.startswith("/api/"):
                assert here.content == nowhere.content


def addresses(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Return the addresses of the URL table, those of the admin's rows and of drawings in one spelling."""
    for pattern in resolver.url_patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, here)
            continue
        yield spelled(here)


def spelled(address: str) -> str:
    """Return the address as the table has it."""
    address = re.sub(r"(admin/\w+/\w+/)<(?:path:object_id|int:object_id|id)>", r"\1<id>", address)
    address = re.sub(r"(drawn/(\w+)/)<id:row_id>", r"\1<id:\2_id>", address)
    return re.sub(r"\(\?P<app_label>[\w|]+\)", "(?P<app_label>APPS)", address)
