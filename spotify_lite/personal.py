"""Own what calls about the caller have in common: nobody stores the answers, and a wrong method is told first."""

from typing import Any

from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from spotify_lite import rest


@method_decorator(cache_control(no_store=True), name="dispatch")
class PersonalView(APIView):
    """A call whose answer is the caller's alone."""

    content_negotiation_class = rest.OneFormat

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a wrong method before anything else is looked at."""
        if request.method not in self.allowed_methods:
            self.http_method_not_allowed(request)
        super().initial(request, *args, **kwargs)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Answer without describing anything: the OpenAPI document does."""
        return Response(status=204)
