"""The table of permissions: every address, every method, every kind of person. One more page is one more line."""

from collections.abc import Iterator
from dataclasses import dataclass

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
    ("metrics",                                            "GET",    ANYONE,    200),  # on this machine
    ("words/<word:language>.json",                         "GET",    ANYONE,    200),
    ("sw.js",                                              "GET",    ANYONE,    200),
    ("manifest.webmanifest",                               "GET",    ANYONE,    200),
    ("device",                                             "GET",    PAGE,      200),
    ("api/schema/",                                        "GET",    ANYONE,    200),
    ("api/docs/",                                          "GET",    ANYONE,    200),
    ("api/v1/me",                                          "GET",    LISTENING, 200),
    ("api/v1/auth/tokens",                                 "GET",    ACCOUNT,   200),
    ("api/v1/auth/tokens",                                 "POST",   WHOEVER,   400),  # no name and no password
    ("api/v1/auth/tokens/<word:prefix>",                   "DELETE", OWNER,     204),
    ("api/v1/search",                                      "GET",    LISTENING, 200),
    ("api/v1/names",                                       "GET",    LISTENING, 200),
    ("api/v1/names/<word:digest>",                         "GET",    LISTENING, 200),
    ("api/v1/tracks",                                      "GET",    LISTENING, 200),
    ("api/v1/tracks/<id:track_id>",                        "GET",    LISTENING, 200),
    ("api/v1/tracks/<id:track_id>/waveform",               "GET",    LISTENING, 204),  # not measured yet
    ("api/v1/artists",                                     "GET",    LISTENING, 200),
    ("api/v1/artists/<id:artist_id>",                      "GET",    LISTENING, 200),
    ("api/v1/albums",                                      "GET",    LISTENING, 200),
    ("api/v1/albums/<id:album_id>",                        "GET",    LISTENING, 200),
    ("api/v1/genres",                                      "GET",    LISTENING, 200),
    ("api/v1/tracks/<id:track_id>/play",                   "POST",   LISTENING, 201),
    ("api/v1/tracks/<id:track_id>/audio",                  "GET",    LISTENING, 302),
    ("api/v1/tracks/<id:track_id>/hls.m3u8",               "GET",    LISTENING, 200),
    ("api/v1/tracks/<id:track_id>/hls/<word:rendition>.m3u8", "GET", LISTENING, 200),
    ("api/v1/tracks/<id:track_id>/dash.mpd",               "GET",    LISTENING, 200),
    ("api/v1/beacons",                                     "POST",   ANYONE,    400),  # of nothing
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
    ("admin/playback/play/quality/",                       "GET",    STAFF,     200),
    ("admin/catalog/upload/state/",                        "GET",    STAFF,     200),
    ("admin/catalog/upload/form/",                         "POST",   STAFF,     400),  # for no file
    ("admin/catalog/upload/arrived/",                      "POST",   STAFF,     404),  # with no claim
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
