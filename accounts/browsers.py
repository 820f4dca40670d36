"""Own the cookie by which a browser is known to have signed in as somebody before.

A stranger's wrong guesses close an account to everybody who might be that stranger, and to nobody else: a browser that
is known has a counter of its own. See OWASP, "Slow down online guessing attacks with device cookies". The cookie is
signed, names nobody to those who read it, and lets nobody in.
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from accounts.models import User

SALT = "accounts.browsers"
KEPT_FOR = timedelta(days=365)
KEPT_NAMES = 8  # who signed in last; a browser that a family shares knows them all


def known_as(request: HttpRequest, username: str) -> str | None:
    """Return the browser's own number where the user of this name has signed in here before."""
    number, names = _read(request)
    return number if _mark(username) in names else None


def remember(response: HttpResponseBase, request: HttpRequest, user: User) -> None:
    """Set the cookie: the user has just proved here who they are."""
    number, names = _read(request)
    mark = _mark(user.get_username())
    kept = [mark, *(name for name in names if name != mark)][:KEPT_NAMES]
    response.set_cookie(
        settings.BROWSER_COOKIE_NAME,
        signing.dumps([number or secrets.token_urlsafe(16), kept], salt=SALT),
        max_age=KEPT_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str | None, list[str]]:
    """Return the browser's number and the marks of who signed in; nothing of a cookie that we did not sign."""
    try:
        raw = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")
        number, names = signing.loads(raw, salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return None, []
    return number, names


def _mark(username: str) -> str:
    return salted_hmac(SALT, username, algorithm="sha256").hexdigest()[:16]
