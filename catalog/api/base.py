"""What every read of the catalog's door shares: the same answer for every listener, no cookie looked at."""

from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from drf_spectacular.utils import OpenApiResponse
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import TokenAuthentication
from spotify_lite import replicas, rest

KEPT = {304: OpenApiResponse(description="What `If-None-Match` names still stands.")}


class CatalogView(APIView):
    """A read that is the same for everyone; where guests may listen it looks at no cookie, so that caches share it.

    It is read from the nearest replica, and once more from the primary where that fails.
    """

    http_method_names = ["get", "head", "options"]
    content_negotiation_class = rest.OneFormat

    def get_authenticators(self) -> list[BaseAuthentication]:
        return [TokenAuthentication()] if settings.GUESTS else super().get_authenticators()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a wrong method before anything else is looked at."""
        if request.method not in self.allowed_methods:
            self.http_method_not_allowed(request)
        super().initial(request, *args, **kwargs)
        replicas.begin(request.user)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        finally:
            replicas.end()

    def handle_exception(self, exc: Exception) -> Response:
        """Answer again where it was the replica that failed, else with a problem."""
        if isinstance(exc, OperationalError | InterfaceError) and replicas.leave():
            try:
                return getattr(self, str(self.request.method).lower())(self.request, *self.args, **self.kwargs)
            except Exception as again:  # noqa: BLE001 - translated as the first would have been
                exc = again
        return super().handle_exception(exc)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer with `Allow` alone; the OpenAPI document says the rest."""
        return Response(status=204, headers={"Cache-Control": "no-store"})
