"""Who may call what: every address, every method, every kind of person, where guests may listen and where not.

An address that has no row fails, and so does a row whose address is gone. One more page is one more line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from accounts import sessions, tokens
from accounts.models import ApiToken, Session, User
from catalog.models import Change, Genre, Library, LibraryFile, Track, Upload, Work
from conftest import MakeTrack

WHO = ("anonymous", "guest", "listener", "phone", "stranger", "curator", "superuser", "revoked", "disabled")
MODES = {"open": {"GUESTS": True, "SIGN_UP": True}, "closed": {"GUESTS": False, "SIGN_UP": False}}


@dataclass(frozen=True)
class Rule:
    """The status for each of WHO; `ok` is the row's own, and `login` the way to a page to sign in on."""

    open: str  # guests may listen, sign-up is open: a laptop
    closed: str  # neither: production's default


def same(statuses: str) -> Rule:
    return Rule(statuses, statuses)


# fmt: off
#                   anonymous guest  listener phone  stranger curator superuser revoked disabled
ANYONE = same(         "ok     ok     ok       ok     ok       ok      ok        ok      ok")
PAGE = Rule(           "ok     ok     ok       ok     ok       ok      ok        ok      ok",
                       "login  login  ok       login  ok       ok      ok        login   login")
LISTENING = Rule(      "ok     ok     ok       ok     ok       ok      ok        401     401",
                       "401    401    ok       ok     ok       ok      ok        401     401")
WHOEVER = same(        "ok     ok     ok       ok     ok       ok      ok        401     401")
ACCOUNT = same(        "401    401    ok       ok     ok       ok      ok        401     401")
OWNER = same(          "401    401    ok       ok     404      404     404       401     401")
NEWCOMER = same(       "ok     ok     302      ok     302      302     302       ok      ok")
SIGN_UP = Rule(        "ok     ok     302      ok     302      302     302       ok      ok",
                       "404    404    404      404    404      404     404       404     404")
MEMBER = same(         "login  login  ok       login  ok       ok      ok        login   login")
MINE = same(           "login  login  ok       login  404      404     404       login   login")
STAFF = same(          "login  login  login    login  login    ok      ok        login   login")
SUPERUSER = same(      "login  login  login    login  login    403     ok        login   login")
UPLOADER = same(       "login  login  login    login  login    ok      404       login   login")
STAFF_OUT = same(      "302    302    302      302    302      ok      ok        302     302")
NOT_STAFF = same(      "ok     ok     ok       ok     ok       302     302       ok      ok")

ROWS = [
    # address                                              method    rule       ok
    ("healthz",                                            "GET",    ANYONE,    200),
    ("readyz",                                             "GET",    ANYONE,    200),
    ("words/<word:language>.json",                         "GET",    ANYONE,    200),
    ("api/schema/",                                        "GET",    ANYONE,    200),
    ("api/docs/",                                          "GET",    ANYONE,    200),
    ("api/v1/me",                                          "GET",    LISTENING, 200),
    ("api/v1/auth/tokens",                                 "GET",    ACCOUNT,   200),
    ("api/v1/auth/tokens",                                 "POST",   WHOEVER,   400),  # no name and no password
    ("api/v1/auth/tokens/<word:prefix>",                   "DELETE", OWNER,     204),
    ("api/v1/search",                                      "GET",    LISTENING, 200),
    ("api/v1/tracks",                                      "GET",    LISTENING, 200),
    ("api/v1/tracks/<id:track_id>",                        "GET",    LISTENING, 200),
    ("api/v1/artists",                                     "GET",    LISTENING, 200),
    ("api/v1/artists/<id:artist_id>",                      "GET",    LISTENING, 200),
    ("api/v1/albums",                                      "GET",    LISTENING, 200),
    ("api/v1/albums/<id:album_id>",                        "GET",    LISTENING, 200),
    ("api/v1/genres",                                      "GET",    LISTENING, 200),
    ("api/v1/tracks/<id:track_id>/play",                   "POST",   LISTENING, 201),
    ("api/v1/tracks/<id:track_id>/audio",                  "GET",    LISTENING, 302),
    ("api/v1/me/progress",                                 "POST",   LISTENING, 400),  # no events
    ("api/v1/me/continue",                                 "GET",    LISTENING, 200),
    ("api/v1/me/playback",                                 "GET",    LISTENING, 200),
    ("api/v1/me/playback",                                 "PUT",    LISTENING, 400),  # no state
    ("login",                                              "GET",    NEWCOMER,  200),
    ("login",                                              "POST",   NEWCOMER,  200),  # a form with errors
    ("signup",                                             "GET",    SIGN_UP,   200),
    ("signup",                                             "POST",   SIGN_UP,   200),
    ("logout",                                             "POST",   ANYONE,    302),
    ("",                                                   "GET",    PAGE,      200),
    ("search",                                             "GET",    PAGE,      200),
    ("artists/<id:artist_id>",                             "GET",    PAGE,      200),
    ("artists/<id:artist_id>/songs",                       "GET",    PAGE,      200),
    ("artists/<id:artist_id>/albums",                      "GET",    PAGE,      200),
    ("songs",                                              "GET",    PAGE,      200),
    ("albums",                                             "GET",    PAGE,      200),
    ("albums/<id:album_id>",                               "GET",    PAGE,      200),
    ("tracks/<id:track_id>",                               "GET",    PAGE,      200),
    ("genres",                                             "GET",    PAGE,      200),
    ("genres/<word:slug>",                                 "GET",    PAGE,      200),
    ("settings",                                           "GET",    PAGE,      200),
    ("settings/language",                                  "POST",   ANYONE,    302),
    ("settings/password",                                  "GET",    MEMBER,    200),
    ("settings/password",                                  "POST",   MEMBER,    200),  # a form with errors
    ("settings/delete",                                    "GET",    MEMBER,    200),
    ("settings/delete",                                    "POST",   MEMBER,    200),  # a form with errors
    ("settings/tokens",                                    "POST",   MEMBER,    200),  # a form with errors
    ("settings/tokens/<slug:prefix>/end",                  "POST",   MINE,      302),
    ("settings/browsers/<slug:handle>/end",                "POST",   MINE,      302),
    ("settings/others/end",                                "POST",   MEMBER,    302),
    ("drawn/genre/<word:slug>.svg",                        "GET",    ANYONE,    200),
    ("drawn/album/<id:album_id>.svg",                      "GET",    ANYONE,    200),
    ("drawn/artist/<id:artist_id>.svg",                    "GET",    ANYONE,    200),
    ("drawn/track/<id:track_id>.svg",                      "GET",    ANYONE,    200),
    # the curators' desk; what it has for every kind of row is in DESK
    ("admin/",                                             "GET",    STAFF,     200),
    ("admin/login/",                                       "GET",    NOT_STAFF, 200),
    ("admin/login/",                                       "POST",   ANYONE,    200),
    ("admin/logout/",                                      "GET",    STAFF_OUT, 405),
    ("admin/logout/",                                      "POST",   ANYONE,    302),
    ("admin/password_change/",                             "GET",    STAFF,     200),
    ("admin/password_change/",                             "POST",   STAFF,     200),
    ("admin/password_change/done/",                        "GET",    STAFF,     200),
    ("admin/autocomplete/",                                "GET",    STAFF,     403),  # asked for no field
    ("admin/jsi18n/",                                      "GET",    STAFF,     200),
    ("admin/r/<path:content_type_id>/<path:object_id>/",   "GET",    STAFF,     404),  # no row has such an address
    ("admin/^(?P<app_label>APPS)/$",                       "GET",    STAFF,     200),
    ("admin/(?P<url>.*)$",                                 "GET",    STAFF,     404),
    ("admin/accounts/user/<id>/password/",                 "GET",    SUPERUSER, 200),
    ("admin/accounts/user/<id>/password/",                 "POST",   SUPERUSER, 200),
    ("admin/catalog/album/merge/",                         "GET",    STAFF,     302),  # nothing is chosen
    ("admin/catalog/album/merge/",                         "POST",   STAFF,     302),
    ("admin/catalog/artist/merge/",                        "GET",    STAFF,     302),
    ("admin/catalog/artist/merge/",                        "POST",   STAFF,     302),
    ("admin/catalog/artist/duplicates/",                   "GET",    STAFF,     200),
    ("admin/catalog/artist/duplicates/",                   "POST",   STAFF,     302),
    ("admin/catalog/album/together/<str:what>/",           "GET",    STAFF,     302),
    ("admin/catalog/album/together/<str:what>/",           "POST",   STAFF,     302),
    ("admin/catalog/track/together/<str:what>/",           "GET",    STAFF,     302),
    ("admin/catalog/track/together/<str:what>/",           "POST",   STAFF,     302),
    ("admin/catalog/album/<id>/preview/",                  "POST",   STAFF,     200),
    ("admin/catalog/track/<id>/preview/",                  "POST",   STAFF,     200),
    ("admin/catalog/change/act/<uuid:act_id>/",            "GET",    STAFF,     200),
    ("admin/catalog/change/act/<uuid:act_id>/",            "POST",   STAFF,     302),
    ("admin/catalog/change/<int:change_id>/revert/",       "GET",    STAFF,     200),
    ("admin/catalog/change/<int:change_id>/revert/",       "POST",   STAFF,     302),
    ("admin/catalog/change/<id>/change/",                  "GET",    STAFF,     302),  # to its act
    ("admin/catalog/change/<id>/change/",                  "POST",   STAFF,     302),
    ("admin/catalog/change/deleted/",                      "GET",    STAFF,     200),
    ("admin/catalog/upload/state/",                        "GET",    STAFF,     200),
    ("admin/catalog/upload/<int:upload_id>/retry/",        "POST",   UPLOADER,  302),
]

# Every kind of row in the admin: may a curator and may a superuser view, add, change, delete?
DESK = {
    #                           curator  superuser
    "accounts.apitoken":       ("----",  "v--d"),
    "accounts.session":        ("----",  "v--d"),
    "accounts.user":           ("----",  "vacd"),
    "auth.group":              ("----",  "vacd"),
    "axes.accessattempt":      ("----",  "v--d"),
    "catalog.album":           ("vacd",  "vacd"),
    "catalog.artist":          ("vacd",  "vacd"),
    "catalog.change":          ("v---",  "v---"),
    "catalog.genre":           ("vacd",  "vacd"),
    "catalog.library":         ("v---",  "v--d"),
    "catalog.libraryfile":     ("v---",  "v--d"),
    "catalog.master":          ("v---",  "v--d"),
    "catalog.rendition":       ("v---",  "v--d"),
    "catalog.track":           ("v-c-",  "v-c-"),
    "catalog.upload":          ("va--",  "va-d"),
    "catalog.work":            ("v---",  "v--d"),
    "playback.play":           ("----",  "v--d"),
}
# fmt: on

# What Django's admin has for every kind of row: the letter of DESK that opens it.
GENERIC = [("", "v"), ("add/", "a"), ("<id>/history/", "v"), ("<id>/delete/", "d"), ("<id>/change/", "v")]
OLD_ADDRESS = "<id>/"  # redirects staff to change/, whoever they are
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    listed = {address for address, *_ in ROWS} | set(generic_addresses())
    found = set(addresses(get_resolver()))
    assert sorted(found - listed) == [], "addresses without a row"
    assert sorted(listed - found) == [], "rows without an address"


def test_every_kind_of_row_in_the_admin_is_listed() -> None:
    assert sorted(DESK) == sorted(model._meta.label_lower for model in admin.site._registry)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("who", WHO)
def test_everyone_gets_what_the_table_says(who: str, mode: str, people: "People", settings: Any) -> None:
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
def test_any_other_method_is_refused_with_the_right_ones(who: str, people: "People") -> None:
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
def test_what_is_somebody_elses_looks_like_what_is_not_there(mode: str, people: "People", settings: Any) -> None:
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
def test_what_may_not_be_heard_looks_like_what_is_not_there(hidden: str, people: "People") -> None:
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


def expectations(who: str, mode: str) -> Iterator[tuple[str, str, str]]:
    """Yield address, method and status for one person; a row of its own goes before what DESK says of its kind."""
    place = WHO.index(who)
    for address, method, rule, ok in ROWS:
        status = getattr(rule, mode).split()[place]
        yield address, method, str(ok) if status == "ok" else status
    own = {(address, method) for address, method, *_ in ROWS}
    for label, (curator, superuser) in DESK.items():
        letters = {"curator": curator, "superuser": superuser}.get(who)
        for end, method, status in generic_expectations(letters):
            address = f"admin/{label.replace('.', '/')}/{end}"
            if (address, method) not in own:
                yield address, method, status


def generic_expectations(letters: str | None) -> Iterator[tuple[str, str, str]]:
    """Yield end of the address, method and status for who has these letters, None for who is no staff."""
    for end, letter in GENERIC:
        yield end, "GET", "login" if letters is None else "200" if letter in letters else "403"
    yield OLD_ADDRESS, "GET", "login" if letters is None else "302"
    for end, letter in (("<id>/change/", "c"), ("<id>/delete/", "d")):
        if letters is None or letter not in letters:
            yield end, "POST", "login" if letters is None else "403"


def generic_addresses() -> Iterator[str]:
    for label in DESK:
        for end in (*(end for end, _ in GENERIC), OLD_ADDRESS):
            yield f"admin/{label.replace('.', '/')}/{end}"


def methods_of(address: str) -> set[str]:
    """Return the methods that the table has for an address; every page of the admin takes its forms by POST."""
    taken = {method for known, method, *_ in ROWS if known == address}
    return {"GET", "POST"} if address.startswith("admin/") else taken


def addresses(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Return the addresses of the URL table, those of the admin's rows and of drawings in one spelling."""
    for pattern in resolver.url_patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, here)
            continue
        here = re.sub(r"(admin/\w+/\w+/)<(?:path:object_id|int:object_id|id)>", r"\1<id>", here)
        here = re.sub(r"(drawn/(\w+)/)<id:row_id>", r"\1<id:\2_id>", here)
        yield re.sub(r"\(\?P<app_label>[\w|]+\)", "(?P<app_label>APPS)", here)


class People:
    """One of each of WHO, and what their requests are about."""

    def __init__(self, track: Track, listener: User, stranger: User) -> None:
        self.track = track
        self.own = {
            "language": "en",
            "track_id": track.id,
            "album_id": track.album_id,
            "artist_id": track.credits.get().artist_id,
            "slug": "ambient",
            "content_type_id": ContentType.objects.get_for_model(Track).id,
            "object_id": track.id,
            "url": "nothing",
        }
        self.headers: dict[str, str] = {}
        self.sessions: dict[str, Client] = {}
        curator = User.objects.create_user("desk", password="desk-secret-1", is_staff=True)
        curator.groups.add(Group.objects.get(name="curators"))
        self._sign_in("listener", listener)
        self._sign_in("stranger", stranger)
        self._sign_in("curator", curator)
        self._sign_in("superuser", User.objects.create_superuser("root", password="root-secret-1"))
        self._give_token("phone", listener)
        self.own["prefix"] = ApiToken.objects.get().prefix
        self.own["handle"] = sessions.handle_of(Session.objects.get(user=listener))
        gone = User.objects.create_user("gone", password="gone-secret-1")
        self._give_token("disabled", gone)
        self._give_token("revoked", stranger)
        User.objects.filter(id=gone.id).update(is_active=False)
        ApiToken.objects.get(user=stranger).delete()
        self._listen()
        self._make_rest(curator)

    def _sign_in(self, who: str, user: User) -> None:
        self.sessions[who] = Client()
        self.sessions[who].force_login(user)

    def _give_token(self, who: str, user: User) -> None:
        self.headers[who] = f"Token {tokens.create_token(user, device=who, at=timezone.now())[1]}"

    def _listen(self) -> None:
        """Leave something begun behind, as the guest and as the listener."""
        self.sessions["guest"] = Client()
        for who in ("guest", "listener"):
            event = {"play_id": "00000000-0000-0000-0000-000000000001", "seq": 1, "at": "2026-01-02T03:04:05Z"}
            heard = {**event, "track_id": self.track.id, "position_ms": 5_000, "state": "paused"}
            state = {**event, "queue": [self.track.id], "index": 0, "position_ms": 5_000, "playing": False}
            client, kind = self.sessions[who], "application/json"
            assert client.post("/api/v1/me/progress", {"events": [heard]}, kind).json()["accepted"] == 1
            assert client.put("/api/v1/me/playback", state, kind).status_code == HTTPStatus.OK

    def _make_rest(self, curator: User) -> None:
        """Make a row of each kind that the desk shows and nothing above has made."""
        Group.objects.get_or_create(name="some")
        library = Library.objects.create(root="/music")
        LibraryFile.objects.create(library=library, path="a.mp3", size=1, mtime_ns=1)
        now = timezone.now()
        Work.objects.create(kind="source", subject_id=1, ready_at=now, created_at=now)
        upload = Upload.objects.create(
            curator=curator, name="a.mp3", sha256="0" * 64, size=1, state="failed", created_at=now
        )
        self.own["upload_id"] = upload.id
        genre = Genre.objects.get()
        address = f"/admin/catalog/genre/{genre.id}/change/"
        assert self.sessions["curator"].post(address, {"name": "Ambience"}).status_code == HTTPStatus.FOUND
        change = Change.objects.get()
        self.own |= {"change_id": change.id, "act_id": change.act, "what": "publish"}
        AccessAttempt.objects.create(username="listener", ip_address="192.0.2.1", failures_since_start=1)

    def ask(self, who: str, method: str, path: str, **options: Any) -> Any:
        """Make a request that leaves nothing behind."""
        client = Client(raise_request_exception=False, **options)
        if who in self.sessions:
            client.cookies.load({name: morsel.value for name, morsel in self.sessions[who].cookies.items()})
        headers = {"Authorization": self.headers[who]} if who in self.headers else {}
        with transaction.atomic():
            kind = "application/json" if path.startswith("/api/") else "application/x-www-form-urlencoded"
            answer = client.generic(method, path, b"", kind, headers=headers)
            transaction.set_rollback(True)
        return answer

    def at(self, address: str) -> str:
        """Return an address with something in it that is there."""
        address = address.replace("^(?P<app_label>APPS)/$", "catalog/").replace("(?P<url>.*)$", "nothing")
        if found := re.match(r"admin/(\w+)/(\w+)/<id>", address):
            row = apps.get_model(*found.groups())._default_manager.order_by("pk").first()
            address = address.replace("<id>", str(row.pk) if row else "1")
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(self.own[name[1]]), address)


@pytest.fixture
def people(make_track: MakeTrack, listener: User, stranger: User) -> People:
    return People(make_track(), listener, stranger)
