"""Take in request bodies before a thread is taken for the request, bounded in size, number and time.

A slow upload therefore costs a file handle and no thread: eight of them leave every other request its threads.
"""

import asyncio
import io
import tempfile
from dataclasses import dataclass
from typing import IO, Any

SMALL = 64 * 1024  # bytes; read at once
IN_MEMORY = 1024 * 1024  # bytes of a larger body that stay in memory
LIMIT = 2 * 1024 * 1024  # bytes; twice what Django takes, so that it can refuse in its own words
UPLOADS = "/admin/"  # the one place that takes files
UPLOAD_LIMIT = 1024**3  # bytes
LARGE_AT_ONCE = 32  # bodies over SMALL being taken in by this process
SMALL_SECONDS = 30.0
LARGE_SECONDS = 600.0


class Refused(Exception):
    """The body is not taken: an HTTP status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Body:
    """A request's body, whole."""

    file: IO[bytes]
    length: int  # bytes


class Intake:
    """Reads the bodies of one process's requests."""

    def __init__(self) -> None:
        self._large = 0

    async def read(self, scope: Any, protocol: Any) -> Body:
        """Return the request's body; raise Refused for one that is too large, too slow or one too many."""
        stated = scope.headers.get("content-length")
        if stated is None:
            chunked = "transfer-encoding" in scope.headers
            framed = scope.http_version.startswith("2") and scope.method not in {"GET", "HEAD", "OPTIONS"}
            if not (chunked or framed):
                return Body(io.BytesIO(), 0)
        limit = UPLOAD_LIMIT if scope.path.startswith(UPLOADS) else LIMIT
        length = int(stated) if stated and stated.isascii() and stated.isdigit() and len(stated) < 16 else None
        if stated is not None and length is None:
            raise Refused(400, "The Content-Length is not a number.")
        if length is not None and length > limit:
            raise Refused(413, f"The request is larger than {limit} bytes.")
        if length is not None and length <= SMALL:
            content = await _within(SMALL_SECONDS, protocol()) if length else b""
            return Body(io.BytesIO(content), len(content))
        return await self._read_large(protocol, limit)

    async def _read_large(self, protocol: Any, limit: int) -> Body:
        if self._large >= LARGE_AT_ONCE:
            raise Refused(503, "Too many uploads at once. Please try again.")
        self._large += 1
        file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with the request
        try:
            await _within(LARGE_SECONDS, _spool(protocol, file, limit))
        except BaseException:
            file.close()
            raise
        finally:
            self._large -= 1
        length = file.tell()
        file.seek(0)
        return Body(file, length)


async def _within(seconds: float, awaitable: Any) -> Any:
    try:
        return await asyncio.wait_for(awaitable, seconds)
    except TimeoutError:
        raise Refused(408, "The request took too long to arrive.") from None


async def _spool(protocol: Any, file: IO[bytes], limit: int) -> None:
    async for chunk in protocol:
        file.write(chunk)
        if file.tell() > limit:
            raise Refused(413, f"The request is larger than {limit} bytes.")
