"""Guests: listeners without an account, made by the first thing they play, named in their session."""

import uuid

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from rest_framework import exceptions

from accounts.models import User

SESSION_KEY = "guest_id"


def of_session(request: HttpRequest) -> User | AnonymousUser:
    """Return who signed in here, else this session's guest, else AnonymousUser."""
    if request.user.is_authenticated:
        return request.user
    guest_id = request.session.get(SESSION_KEY)
    if guest_id is None:
        return AnonymousUser()
    return User.objects.filter(id=guest_id, is_guest=True, is_active=True).first() or AnonymousUser()


def ensure(request: HttpRequest, user: User | AnonymousUser) -> User:
    """Return the caller, made a guest where guests may listen; raise NotAuthenticated where they may not.

    The guest's id goes into the session data. The CSRF token is not rotated: the page that plays goes on working.
    """
    if isinstance(user, User):
        return user
    if not settings.GUESTS:
        raise exceptions.NotAuthenticated
    guest = User(username=f"guest-{uuid.uuid4().hex}", is_guest=True)
    guest.set_unusable_password()
    guest.save(force_insert=True)
    request.session[SESSION_KEY] = guest.id
    return guest
