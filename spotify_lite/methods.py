"""Refuse the methods that a view does not take, with `Allow`, before anything else is looked at.

Without this the CSRF check comes first and calls a PUT to a page forbidden, and Django's admin and its forms take PUT,
TRACE and made-up methods for a GET or a POST. REST views answer for themselves.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.views.decorators.http import require_http_methods

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

OF_FORMS = ("GET", "HEAD", "POST")  # of a view that says nothing, as those of the admin
OF_CLASSES = (*OF_FORMS, "OPTIONS")


def takes(*methods: str) -> Callable[[View], View]:
    """Decorate a view function with the only methods that it takes."""

    def mark(view: View) -> View:
        checked = require_http_methods(methods)(view)
        checked.methods = methods  # type: ignore[attr-defined]
        return checked

    return mark


reads = takes("GET", "HEAD")


class Methods:
    """Answer 405 for all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Let the request on to its view only with a method that the view takes."""
        if hasattr(view, "cls"):  # of REST framework
            return None
        methods = _taken_by(view)
        return None if request.method in methods else HttpResponseNotAllowed(methods)


def _taken_by(view: Any) -> tuple[str, ...]:
    marked: tuple[str, ...] | None = getattr(view, "methods", None)
    if marked is not None:
        return marked
    kind = getattr(view, "view_class", None)
    if kind is None:
        return OF_FORMS
    handled = {name.upper() for name in kind.http_method_names if hasattr(kind, name)}
    if "GET" in handled:
        handled.add("HEAD")
    return tuple(method for method in OF_CLASSES if method in handled)
