"""What the OpenAPI document says of every call: its problem answers, and who may call."""

from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from spotify_lite import answers

MEANINGS = {
    400: "A parameter or the body does not fit; `errors` names it.",
    401: "A login or a token is needed, or the token is not valid.",
    403: "The CSRF check failed, or the address was altered.",
    404: "There is no such thing, or none that may be seen.",
    405: "The method is not one of this address; `Allow` lists them.",
    409: "The request does not fit what is there already.",
    410: "The address has expired; the track has a new one.",
    413: "The body holds too much.",
    429: "Too many calls; `Retry-After` says when to come back.",
    503: "Busy; nothing was changed, and `Retry-After` says when to come back.",
}


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457."""

    type = serializers.CharField(help_text="A URI reference that names the kind of problem, or `about:blank`.")
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence about this occurrence.")
    errors = serializers.JSONField(  # type: ignore[assignment]  # a field, which DRF takes off the class
        allow_null=True, help_text="Parameter or field to a list of sentences, or null."
    )


def problems(*statuses: int) -> dict[Any, Any]:
    """Return the `responses` of these problem statuses for `extend_schema`."""
    return {
        (status, answers.PROBLEM_TYPE): OpenApiResponse(ProblemSerializer, description=MEANINGS[status])
        for status in statuses
    }


class Schema(AutoSchema):
    """Say which calls need no login: those whose permissions let nobody in particular pass."""

    def get_auth(self) -> list[dict[str, Any]]:
        """Return the ways in, the open one among them where there is one."""
        auths: list[dict[str, Any]] = super().get_auth()
        nobody: Any = SimpleNamespace(user=AnonymousUser(), method=self.method)
        if {} not in auths and all(rule.has_permission(nobody, self.view) for rule in self.view.get_permissions()):
            auths.append({})
        return auths


class TokenScheme(OpenApiAuthenticationExtension):
    """`Authorization: Token ...`."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Token` and the token."}


class SessionScheme(OpenApiAuthenticationExtension):
    """The browser's session, a guest's included."""

    target_class = "accounts.authentication.ListenerAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
