"""Who may call: the default is someone who listens."""

from django.conf import settings
from rest_framework import exceptions
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import User


class Listening(BasePermission):
    """Anyone where guests may listen, else a listener who signed in."""

    def has_permission(self, request: Request, view: object) -> bool:
        if settings.GUESTS:
            return True
        _refuse_guest(request)  # made while guests might listen
        return bool(request.user and request.user.is_authenticated)


class SignedIn(BasePermission):
    """A listener with an account; a guest has none, and is told to sign in as anybody else who has not."""

    def has_permission(self, request: Request, view: object) -> bool:
        _refuse_guest(request)
        return bool(request.user and request.user.is_authenticated)


def _refuse_guest(request: Request) -> None:
    """Tell a guest to sign in: 401, where False would be a 403."""
    if isinstance(request.user, User) and request.user.is_guest:
        raise exceptions.NotAuthenticated
