"""Take in request bodies before a thread is taken for the request, bounded in size, number and time.

A slow upload therefore costs a file handle and no thread: eight of them leave every other request its threads. Files
are taken where a ticket was given (`spotify_lite.tickets`); nobody else makes this process store more than LIMIT.
"""

import asyncio
import errno
import io
import tempfile
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO, Any

SMALL = 64 * 1024  # bytes; read at once
IN_MEMORY = 1024 * 1024  # bytes of a larger body that stay in memory
LIMIT = 2 * 1024 * 1024  # bytes; twice what Django takes, so that it can refuse in its own words
UPLOADS = "/admin/"  # the one place that takes files
FORM = 1024 * 1024  # bytes of a form beside its file: names, boundaries, fields
LARGE_AT_ONCE = 32  # bodies over SMALL being taken in by this process
STORED_AT_ONCE = 4 * 1024**3  # bytes of bodies that this process holds on disk
SMALL_SECONDS = 30.0
LARGE_SECONDS = 600.0
UPLOAD_SECONDS = 2 * 3600.0  # a gigabyte over a slow line
SILENT_SECONDS = 60.0  # without a byte
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
NO_ROOM_SAID = "There is no room left for files on the server. Nothing was kept."


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


class Budget:
    """Bytes that may lie on disk at once. Files are closed by other threads than the one that writes them."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True

    def give_back(self, size: int) -> None:
        with self._lock:
            self._left += size


class Spool(tempfile.SpooledTemporaryFile[bytes]):
    """A body on its way to disk; it has no name there, and gives its bytes back when it is closed."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(max_size=IN_MEMORY)
        self._budget = budget
        self._taken = 0

    def take_in(self, piece: bytes) -> None:
        """Write at the end; raise Refused where there is no room, here or on the disk."""
        if not self._budget.take(len(piece)):
            raise Refused(503, "Too many uploads at once. Please try again.")
        self._taken += len(piece)
        try:
            self.write(piece)
        except OSError as error:
            if error.errno in NO_ROOM:
                raise Refused(507, NO_ROOM_SAID) from error
            raise

    def close(self) -> None:
        taken, self._taken = self._taken, 0
        self._budget.give_back(taken)
        super().close()


class Intake:
    """Reads the bodies of one process's requests. `admits` looks at the headers of those that are larger than LIMIT."""

    def __init__(self, *, largest: int, admits: Callable[[Iterable[tuple[str, str]]], bool]) -> None:
        self._largest, self._admits = largest + FORM, admits  # `largest`: bytes of a file
        self._budget = Budget(max(STORED_AT_ONCE, 2 * self._largest))
        self._large = 0

    async def read(self, scope: Any, protocol: Any) -> Body:
        """Return the request's body; raise Refused for one that is too large, too slow or one too many."""
        stated = scope.headers.get("content-length")
        if stated is None:
            chunked = "transfer-encoding" in scope.headers
            framed = scope.http_version.startswith("2") and scope.method not in {"GET", "HEAD", "OPTIONS"}
            if not (chunked or framed):
                return Body(io.BytesIO(), 0)
        length = int(stated) if stated and stated.isascii() and stated.isdigit() and len(stated) < 16 else None
        if stated is not None and length is None:
            raise Refused(400, "The Content-Length is not a number.")
        if length is not None and length <= SMALL:
            content = await _within(SMALL_SECONDS, protocol()) if length else b""
            return Body(io.BytesIO(content), len(content))
        limit = LIMIT
        if (
            scope.path.startswith(UPLOADS)
            and (length is None or length > LIMIT)
            and self._admits(scope.headers.items())
        ):
            limit = self._largest
        if length is not None and length > limit:
            raise Refused(413, f"The request is larger than {limit} bytes.")
        return await self._read_large(protocol, limit)

    async def _read_large(self, protocol: Any, limit: int) -> Body:
        if self._large >= LARGE_AT_ONCE:
            raise Refused(503, "Too many uploads at once. Please try again.")
        self._large += 1
        file = Spool(self._budget)
        try:
            await _spool(protocol, file, limit)
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


async def _spool(protocol: Any, file: Spool, limit: int) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + (LARGE_SECONDS if limit <= LIMIT else UPLOAD_SECONDS)
    try:
        async with asyncio.timeout(SILENT_SECONDS) as patience:
            async for piece in protocol:
                if file.tell() + len(piece) > limit:
                    raise Refused(413, f"The request is larger than {limit} bytes.")
                file.take_in(piece)
                patience.reschedule(min(loop.time() + SILENT_SECONDS, deadline))
    except TimeoutError:
        raise Refused(408, "The request took too long to arrive.") from None
