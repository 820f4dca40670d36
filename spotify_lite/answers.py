"""Own what the web node answers with: status, headers, and either bytes or a stretch of a file, and how it is sent.

Files are never read here. The server sends them itself, paced by the client; a stream of ours would not be (granian's
`response_stream` takes every chunk at once, whether the client reads or not), so nothing leaves as a stream.
"""

import http.client
import random
from dataclasses import dataclass, field
from typing import Any

import orjson
from granian.rsgi import ProtocolClosed

from spotify_lite import drain

PROBLEM_TYPE = "application/problem+json"
CLOSE = ("connection", "close")  # HTTP/2 has another way to say it, and the server leaves this out there
RETRY_AFTER = range(2, 9)  # seconds until who was refused may ask again

Headers = list[tuple[str, str]]  # names in lower case; a name may come twice


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    file: str | None = None  # absolute path; sent instead of `body`
    start: int = 0  # first byte of the file
    end: int = 0  # one past the last byte of the file

    @property
    def size(self) -> int:
        """Return the bytes of what it sends."""
        return self.end - self.start if self.file else len(self.body)


def document(status: int, detail: str, errors: Any = None, *, kind: str = "about:blank") -> dict[str, Any]:
    """Return {type, title, status, detail, errors} as RFC 9457 names them."""
    return {"type": kind, "title": http.client.responses[status], "status": status, "detail": detail, "errors": errors}


def wait() -> int:
    """Return the seconds of a Retry-After, drawn for each refusal: a crowd should not come back as one."""
    return random.choice(RETRY_AFTER)


def retry_after() -> tuple[str, str]:
    return "retry-after", str(wait())


def refused(path: str, status: int, sentence: str, *headers: tuple[str, str]) -> Answer:
    """Return the front's own refusal: a problem document under /api/, a sentence elsewhere."""
    if path.startswith("/api/"):
        return _short(status, PROBLEM_TYPE, orjson.dumps(document(status, sentence)), *headers)
    return plain(status, sentence, *headers)


def plain(status: int, sentence: str, *headers: tuple[str, str]) -> Answer:
    """Return a sentence as an answer that nobody stores."""
    return _short(status, "text/plain; charset=utf-8", f"{sentence}\n".encode(), *headers)


def _short(status: int, kind: str, body: bytes, *headers: tuple[str, str]) -> Answer:
    """Return a few bytes of a media type as an answer that nobody stores."""
    return Answer(
        status,
        [
            ("content-type", kind),
            ("content-length", str(len(body))),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            *headers,
        ],
        body,
    )


def send(protocol: Any, answer: Answer, *, head: bool) -> None:
    """Hand the answer to the server; any thread may do so. A client that has gone is nobody's failure."""
    headers = [*answer.headers, CLOSE] if drain.asked() else answer.headers
    try:
        if head or (answer.file is None and not answer.body):
            protocol.response_empty(answer.status, headers)
        elif answer.file is None:
            protocol.response_bytes(answer.status, headers, answer.body)
        else:
            protocol.response_file_range(answer.status, headers, answer.file, answer.start, answer.end)
    except ProtocolClosed:
        return
