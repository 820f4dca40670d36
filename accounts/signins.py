"""Own what a sign-in leaves and where a listener is signed in: in browsers, and by tokens in other programs."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import check_for_language

from accounts import browsers, guests, sessions, tokens
from accounts.models import ApiToken, Session, User

SHOWN = 100  # of each kind, the newest: who has more ends them all at once


@dataclass(frozen=True, slots=True)
class SignIn:
    """A place where somebody is signed in."""

    handle: str  # what it is ended by; it opens nothing
    device: str  # as the browser's kind was made out, or as a client called itself: text of strangers
    since: datetime
    seen: datetime | None  # to the day; None: never used
    here: bool = False  # it is the session that asks


def in_browsers(user: User, *, key: str | None, at: datetime) -> list[SignIn]:
    """Return the browsers in which the user is signed in, the one with this session key first: one query."""
    here = sessions.digest(key or "")
    rows = sessions.living(user, at=at).order_by("-created_at")[:SHOWN]
    found = [
        SignIn(sessions.handle_of(row), row.device, row.created_at, row.last_seen_at, row.session_key == here)
        for row in rows
    ]
    return sorted(found, key=lambda place: not place.here)


def by_tokens(user: User) -> list[SignIn]:
    """Return the user's tokens, the newest first: one query."""
    rows = tokens.living().filter(user=user).order_by("-id")[:SHOWN]
    return [SignIn(row.prefix, row.device, row.created_at, row.last_used_at) for row in rows]


def end_others(user: User, *, key: str | None) -> int:
    """Sign the user out of everything but the session with this key; return how many places that were."""
    others = Session.objects.filter(user=user).exclude(session_key=sessions.digest(key or ""))
    return others.delete()[0] + ApiToken.objects.filter(user=user).delete()[0]


def arrive(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Do what follows a password that was right: take over the guest, know the browser again, speak the language."""
    guests.adopt(request, user)
    browsers.remember(response, request, user)
    if user.language:
        speak(response, user.language)


def speak(response: HttpResponseBase, language: str) -> None:
    """Have the browser ask for pages in this language; empty: in the one that it prefers."""
    name, path, domain = settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_COOKIE_PATH, settings.LANGUAGE_COOKIE_DOMAIN
    if not language:
        response.delete_cookie(name, path=path, domain=domain, samesite="Lax")
        return
    response.set_cookie(
        name,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=path,
        domain=domain,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )


def spoken(request: HttpRequest) -> str:
    """Return the language that was chosen in this browser; empty where none was."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) and check_for_language(chosen) else ""
