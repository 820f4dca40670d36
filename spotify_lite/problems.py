"""Answer what no view answers, unknown addresses and failures: problem documents under /api/, pages elsewhere."""

import orjson
from django.http import HttpRequest, HttpResponse
from django.views import defaults

from spotify_lite import rest


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django itself refuses, such as one for a host that is not ours."""
    if _is_api(request):
        return _answer(400, "The request is malformed.")
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that nothing is at."""
    if _is_api(request):
        return _answer(404, "There is nothing at this address.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what went wrong on our side; it was logged."""
    if _is_api(request):
        return _answer(500, "Something went wrong here. It was noted.")
    return defaults.server_error(request)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _answer(status: int, detail: str) -> HttpResponse:
    body = orjson.dumps(rest.document(status, detail))
    return HttpResponse(body, status=status, content_type=rest.PROBLEM_TYPE, headers={"Cache-Control": "no-store"})
