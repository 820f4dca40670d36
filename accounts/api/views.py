"""The REST door of accounts: who calls, and the tokens of mobile clients."""

from typing import Any, cast

from django.contrib.auth import authenticate
from django.middleware.csrf import get_token
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tokens
from accounts.api import serializers
from accounts.authentication import ListenerAuthentication, TokenAuthentication
from accounts.models import ApiToken, User
from accounts.permissions import SignedIn
from spotify_lite import cursors, region, rest
from spotify_lite.personal import PersonalView
from spotify_lite.schema import problems


class MeView(PersonalView):
    """Who calls."""

    @extend_schema(operation_id="me", responses={200: serializers.MeSerializer, **problems(401, 503)})
    def get(self, request: Request) -> Response:
        """Tell who calls, set the CSRF cookie, and tell the time. Nobody is made a guest by asking."""
        user = request.user
        signed_in = user.is_authenticated and not user.is_guest
        return Response(
            {
                "listener": {"username": user.username} if signed_in else None,
                "guest": user.is_authenticated and user.is_guest,
                "csrf_token": get_token(request._request),
                "server_time": rest.timestamp(timezone.now()),
                "region": region.of(request._request),
            }
        )


class TokensView(PersonalView):
    """The tokens of mobile clients."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Take no cookie for the call that brings its own password, so that it needs no CSRF token."""
        cookieless = self.request is not None and self.request.method == "POST"
        return [TokenAuthentication()] if cookieless else [TokenAuthentication(), ListenerAuthentication()]

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self.request.method == "POST" else SignedIn()]

    @extend_schema(
        operation_id="tokens_list",
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses={200: serializers.TokenListSerializer, **problems(400, 401, 403, 503)},
    )
    def get(self, request: Request) -> Response:
        """List your tokens, the newest first."""
        page = cursors.page(request._request, owner=_account(request).id)
        rows = tokens.living().filter(user=_account(request)).order_by("-id")
        if page.after is not None:
            rows = rows.filter(id__lt=page.after[0])
        found = list(rows[: page.limit + 1])
        last = [found[page.limit - 1].id] if len(found) > page.limit else None
        shown = [_token(row) for row in found[: page.limit]]
        return Response({"next": page.next_url(rest.origin(request._request), last), "results": shown})

    @extend_schema(
        operation_id="tokens_create",
        request=serializers.CredentialsSerializer,
        responses={201: serializers.NewTokenSerializer, **problems(400, 401, 413, 429, 503)},
    )
    def post(self, request: Request) -> Response:
        """Make a token for a device; it is shown this once."""
        given = serializers.CredentialsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values: dict[str, Any] = given.validated_data
        user = authenticate(request._request, username=values["username"], password=values["password"])
        if user is None:
            raise exceptions.AuthenticationFailed("The username or the password is wrong.")
        row, token = tokens.create_token(user, device=values["device"], at=timezone.now())
        return Response({"token": token, **_token(row)}, status=201)


class TokenView(PersonalView):
    """One token."""

    permission_classes = [SignedIn]

    @extend_schema(operation_id="tokens_revoke", responses={204: OpenApiResponse(None), **problems(401, 403, 404, 503)})
    def delete(self, request: Request, prefix: str) -> Response:
        """Revoke a token; it is dead at once."""
        if not tokens.revoke_token(_account(request), prefix):
            raise exceptions.NotFound
        return Response(status=204)


def _account(request: Request) -> User:
    """Return the caller where `SignedIn` let one pass."""
    return cast("User", request.user)


def _token(row: ApiToken) -> dict[str, Any]:
    return {"prefix": row.prefix, "device": row.device, "created_at": rest.timestamp(row.created_at)}
