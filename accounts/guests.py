"""Guests: listeners without an account, made by the first thing they play, named in their session."""

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from rest_framework import exceptions

from accounts.backends import BY_ID
from accounts.models import User

SESSION_KEY = "guest_id"


def of_session(request: HttpRequest) -> User | AnonymousUser:
    """Return who signed in here, else this session's guest, else AnonymousUser."""
    if request.user.is_authenticated:
        return request.user
    return guest_of_session(request) or AnonymousUser()


def guest_of_session(request: HttpRequest) -> User | None:
    """Return the guest whom this session knows, whoever has signed in since."""
    guest_id = request.session.get(SESSION_KEY)
    user: User | None = BY_ID.instance(user_id=guest_id) if guest_id is not None else None
    return user if user is not None and user.is_guest and user.is_active else None


def ensure(request: HttpRequest, user: User | AnonymousUser) -> User:
    """Return the caller, made a guest where guests may listen; raise NotAuthenticated where they may not.

    The guest's id goes into the session data. The CSRF token is not rotated: the page that plays goes on working.
    A player's first calls come side by side, without a session yet: all of them find the same guest, by the secret
    of the CSRF cookie that they share.
    """
    if isinstance(user, User):
        return user
    if not settings.GUESTS:
        raise exceptions.NotAuthenticated
    secret = request.META.get("CSRF_COOKIE")
    name = salted_hmac("accounts.guests", secret).hexdigest()[:32] if secret else uuid.uuid4().hex
    guest, _ = User.objects.get_or_create(
        username=f"guest-{name}", defaults={"is_guest": True, "password": make_password(None)}
    )
    if not guest.is_active:
        raise exceptions.NotAuthenticated
    request.session[SESSION_KEY] = guest.id
    return guest


def note_seen(user: User, *, at: datetime) -> None:
    """Remember that the listener was here: a write a day, since only the sweep of idle guests asks."""
    if user.last_seen_at.date() < at.date():
        User.objects.filter(id=user.id).update(last_seen_at=at)


def adopt(request: HttpRequest, user: User) -> None:
    """Give what this session's guest left behind to the user who signs in, and forget the guest."""
    guest = guest_of_session(request)
    request.session.pop(SESSION_KEY, None)
    if guest is not None and guest.id != user.id:
        request.session.save()  # it is the guest's no more, and does not go with the guest
        import_string(settings.GUEST_MERGE)(guest, into=user)
