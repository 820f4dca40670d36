"""Tell who calls the REST door: a token first, else the browser's session, a guest's included."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone
from rest_framework import authentication, exceptions
from rest_framework.authentication import CSRFCheck
from rest_framework.request import Request

from accounts import guests, tokens
from accounts.models import ApiToken, User
from spotify_lite import metrics, replicas


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Token ...`; anything wrong with it is one and the same 401."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the token's user, or None when the header is absent or of another scheme."""
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "token":
            return None
        token = tokens.find(value)
        if token is None:
            metrics.SIGN_INS.labels("token").inc()
            raise exceptions.AuthenticationFailed("The token is not valid.")
        if not replicas.away():
            tokens.note_use(token, at=timezone.now())
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Token"


class ListenerAuthentication(authentication.BaseAuthentication):
    """The session cookie: a listener who signed in, or a guest. Unsafe calls are CSRF-checked, a first one too."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Return the session's listener or guest; raise PermissionDenied when the CSRF check fails."""
        self._enforce_csrf(request._request)
        user = guests.of_session(request._request)
        return None if isinstance(user, AnonymousUser) else (user, None)

    def _enforce_csrf(self, request: HttpRequest) -> None:
        def nothing(_: HttpRequest) -> Any:
            return None

        check = CSRFCheck(nothing)
        check.process_request(request)
        reason = check.process_view(request, nothing, (), {})
        if reason:
            raise exceptions.PermissionDenied(f"CSRF check failed: {reason}")
