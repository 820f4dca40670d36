"""Call a WSGI application for an RSGI request: the environ in, the answer out. Runs on a thread of the front's pool.

What it does like granian's own WSGI: see PEP 3333. What it does better: header names with an underscore are dropped
(`X_Forwarded_For` would arrive as `X-Forwarded-For`), cookies of several lines are joined as RFC 6265 writes them,
and a file answer (static files) leaves as a file.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

from spotify_lite.answers import Answer, Headers, plain
from spotify_lite.bodies import Body

COLLECTED = 64 * 1024 * 1024  # bytes; the most that an answer without a file may hold
UNKEYED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}  # CGI names them without HTTP_

logger = logging.getLogger(__name__)


class FileWrapper:
    """`wsgi.file_wrapper`: an open file that the server may send by itself."""

    def __init__(self, file: Any, block_size: int = 64 * 1024) -> None:
        self.file = file
        self.block_size = block_size

    def __iter__(self) -> Iterable[bytes]:
        return iter(lambda: self.file.read(self.block_size), b"")

    def close(self) -> None:
        self.file.close()

    def path(self) -> str | None:
        """Return the path that holds exactly what would be read from here on, None where there is no such file."""
        try:
            name = self.file.name
            if not (isinstance(name, str) and name.startswith("/")) or self.file.tell() != 0:
                return None
            same = os.path.samestat(os.fstat(self.file.fileno()), os.stat(name))  # noqa: PTH116
        except (AttributeError, OSError, ValueError):
            return None
        return name if same else None


def environ(scope: Any, body: Body) -> dict[str, Any]:
    """Return the WSGI environ of a request."""
    host, _, port = scope.server.rpartition(":")
    client, _, client_port = scope.client.rpartition(":")
    variables: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),  # the server has undone the percent-encoding, as UTF-8
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host.strip("[]") or "localhost",
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": client.strip("[]"),
        "REMOTE_PORT": client_port,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body.file,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue
        key = UNKEYED.get(name) or "HTTP_" + name.upper().replace("-", "_")
        joint = "; " if name == "cookie" else ","
        variables[key] = f"{variables[key]}{joint}{value}" if key in variables else value
    if scope.authority and "HTTP_HOST" not in variables:
        variables["HTTP_HOST"] = scope.authority
    variables.pop("CONTENT_LENGTH", None)
    if body.length or "CONTENT_TYPE" in variables:
        variables["CONTENT_LENGTH"] = str(body.length)  # what has come in, also where the client did not say
    return variables


def call(application: Callable[..., Iterable[bytes]], variables: dict[str, Any]) -> Answer:
    """Run the application and return its answer, whole; an exception that it lets through is a logged 500."""
    status = 500
    headers: Headers = []

    def start_response(line: str, given: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        nonlocal status, headers
        status = int(line[:3])
        headers = [(name.lower(), value) for name, value in given]
        return _refuse_write

    try:
        result = application(variables, start_response)
        try:
            return _answer(status, headers, result)
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()
    except Exception:
        logger.exception("No answer to %s %r", variables["REQUEST_METHOD"], variables["PATH_INFO"])
        return plain(500, "Something went wrong here.")


def _answer(status: int, headers: Headers, result: Iterable[bytes]) -> Answer:
    stated = next((int(value) for name, value in headers if name == "content-length"), None)
    if isinstance(result, FileWrapper) and stated and (path := result.path()):
        return Answer(status, headers, file=path, end=stated)
    pieces, size = [], 0
    for piece in result:
        pieces.append(piece)
        size += len(piece)
        if size > COLLECTED:
            raise MemoryError(f"an answer of more than {COLLECTED} bytes that is no file")
    if stated is None and status >= 200 and status not in {204, 304}:
        headers.append(("content-length", str(size)))
    return Answer(status, headers, b"".join(pieces))


def _refuse_write(_: bytes) -> None:
    raise NotImplementedError("the write() of PEP 3333 is not offered")
