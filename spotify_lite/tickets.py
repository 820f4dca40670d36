"""Who may send a large body: a signed cookie of the curators' desk, checked before any of the body is stored.

The front has no database, so it cannot look at the session. The cookie only opens the door: session, permission and
CSRF token are checked by Django behind it.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpResponse, parse_cookie

COOKIE = "desk"
PATH = "/admin/"  # the cookie goes nowhere else
LIFE = timedelta(hours=12)  # renewed by each page of the desk that takes files
SALT = "spotify_lite.tickets"


def give(response: HttpResponse, user_id: int) -> None:
    """Let this browser send files for a while."""
    response.set_cookie(
        COOKIE,
        signing.TimestampSigner(salt=SALT).sign(str(user_id)),
        max_age=LIFE,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def valid(headers: Iterable[tuple[str, str]]) -> bool:
    """Say whether a request's headers, with names in lower case, bring a ticket of ours that has not run out."""
    for name, value in headers:
        if name == "cookie" and (ticket := parse_cookie(value).get(COOKIE)):
            try:
                signing.TimestampSigner(salt=SALT).unsign(ticket, max_age=LIFE)
            except signing.BadSignature:
                continue
            return True
    return False
