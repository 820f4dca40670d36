"""Who may call: the default is someone who listens."""

from django.conf import settings
from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class Listening(BasePermission):
    """Anyone where guests may listen, else a listener who signed in."""

    def has_permission(self, request: Request, view: object) -> bool:
        return settings.GUESTS or bool(request.user and request.user.is_authenticated)


class SignedIn(BasePermission):
    """A listener with an account; a guest has none."""

    def has_permission(self, request: Request, view: object) -> bool:
        return bool(request.user and request.user.is_authenticated and not request.user.is_guest)
