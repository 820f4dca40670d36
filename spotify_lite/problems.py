"""Answer what no view answers, unknown addresses, refusals and failures: problem documents under /api/, else pages."""

import logging
import sys
from collections.abc import Callable

import orjson
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import defaults

from spotify_lite import answers

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django itself refuses, such as one for a host that is not ours."""
    if _is_api(request.path):
        return _problem(400, "The request is malformed.")
    return _page(
        request, 400, _("This request cannot be read"), _("Something in it has no place there. Nothing was changed.")
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer who may not."""
    if _is_api(request.path):
        return _problem(403, "This is not allowed.")
    return _page(
        request,
        403,
        _("This is not for your account"),
        _("Whoever runs this service can give it the right. Nothing was changed."),
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without the token of its page: mostly a page that was open since before a sign-in elsewhere."""
    if _is_api(request.path):
        return _problem(403, "The CSRF check failed.")
    return _page(
        request,
        403,
        _("This page was open for too long"),
        _("Nothing was changed. Load the page again, and repeat what you did."),
        again=True,
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that nothing is at."""
    if _is_api(request.path):
        return _problem(404, "There is nothing at this address.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what went wrong on our side; it was logged. A database that is away comes back: 503."""
    error = sys.exc_info()[1]  # Django calls while it handles it
    if isinstance(error, OperationalError | InterfaceError):
        return _unavailable(request, error)
    if _is_api(request.path):
        return _problem(500, "Something went wrong here. It was noted.")
    return defaults.server_error(request)


def _unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.warning("%s %s: the database is not there: %s", request.method, request.path, error)
    if _is_api(request.path):
        response = _problem(503, "The service is busy. Please try again.")
    else:
        response = _page(
            request,
            503,
            _("One moment, please"),
            _("This cannot be read or changed just now. Nothing is lost: please try again in a few seconds."),
            again=True,
        )
    name, value = answers.retry_after()
    response[name.title()] = value
    return response


class StrangeValues:
    """Answer 400 where Django's admin fails over a value that none of its forms has, as `abc` for the id of a row.

    Its actions, and its fields that search, look rows up by what the request brings, unchecked.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Translate; a fault of our own is in the log all the same."""
        if not (request.path.startswith("/admin/") and isinstance(exception, ValueError | OverflowError | DataError)):
            return None
        logger.warning("The desk could not read a value sent to %r", request.path, exc_info=exception)
        return bad_request(request, exception)


def _is_api(path: str) -> bool:
    return path.startswith("/api/")


def _page(request: HttpRequest, status: int, title: str, sentence: str, *, again: bool = False) -> HttpResponse:
    """Answer a page that asks nothing of the database, and nothing of the request that may be wrong in it."""
    context = {"title": title, "sentence": sentence, "again": again}
    response = render(request, "refused.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _problem(status: int, detail: str) -> HttpResponse:
    body = orjson.dumps(answers.document(status, detail))
    return HttpResponse(body, status=status, content_type=answers.PROBLEM_TYPE, headers={"Cache-Control": "no-store"})
