"""What every REST answer shares: orjson in and out, problem documents (RFC 9457), and how times are written."""

import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import IO, Any

import orjson
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest
from rest_framework import exceptions, status
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from spotify_lite import answers

logger = logging.getLogger(__name__)


class TooLarge(exceptions.APIException):
    """The request holds more than this address takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request is too large."
    default_code = "too_large"


class Busy(exceptions.APIException):
    """The write was not made and may be sent again; `Retry-After` says when."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The service is busy. Nothing was changed; please try again."
    default_code = "busy"

    def __init__(self) -> None:
        super().__init__()
        self.wait = answers.wait()


class JSONParser(BaseParser):
    """Parse a JSON body of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the document; raise ParseError for malformed JSON (NaN and lone surrogates too), TooLarge at 413."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise exceptions.ParseError(f"The body is not JSON: {error}.") from None


class JSONRenderer(BaseRenderer):
    """Render with orjson; bytes pass through, for answers that were rendered before."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        if data is None:
            return b""
        return data if isinstance(data, bytes) else orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS, default=str)


class OneFormat(DefaultContentNegotiation):
    """Answer in the one format there is, whatever `Accept` says, as RFC 9110, 12.4.1, allows instead of a 406."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


def problem(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Translate an exception to a problem document; None leaves it to Django as a 500."""
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    elif isinstance(exc, OperationalError | InterfaceError):
        logger.warning("The database is not there: %s", exc)
        exc = Busy()
    if not isinstance(exc, exceptions.APIException):
        return None
    errors = exc.detail if isinstance(exc, exceptions.ValidationError) else None
    detail = "The request does not fit." if errors is not None else str(exc.detail)
    kind = getattr(exc, "problem_type", "about:blank")
    body = answers.document(exc.status_code, detail, errors, kind=kind)
    response = Response(body, status=exc.status_code, content_type=answers.PROBLEM_TYPE)
    if header := getattr(exc, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(exc, "wait", None):
        response["Retry-After"] = str(int(wait))
    response["Cache-Control"] = "no-store"
    return response


def timestamp(moment: datetime) -> str:
    """Return RFC 3339 in UTC with milliseconds, as `2026-01-02T03:04:05.678Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def timestamp_of_ms(unix_ms: int) -> str:
    """Return the same of Unix milliseconds."""
    return timestamp(datetime.fromtimestamp(unix_ms / 1000, UTC))


def origin(request: HttpRequest) -> str:
    """Return scheme and host for absolute URLs: the configured ones, else the validated ones of the request."""
    return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


def asks_anew(request: HttpRequest) -> bool:
    """Say whether the client wants no answer that was made before (RFC 9111, 5.2.1.4)."""
    return "no-cache" in request.headers.get("Cache-Control", "").lower()
