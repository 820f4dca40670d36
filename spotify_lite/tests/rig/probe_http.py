"""Many HTTP/1.1 clients at once, each on a connection of its own, that compare what arrives byte by byte.

replies = probe_http.ask_many(port, [Ask(target, body=SONG, range=(0, 99)) for ...], clients=64)
assert {reply.fault for reply in replies} == {""}
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

PIECE = 1 << 16  # bytes
BUFFER = 1 << 20  # bytes that are read at once; one buffer for all clients: a piece is compared as it arrives
PATIENCE = 120.0  # seconds for one answer


@dataclass(frozen=True)
class Ask:
    """One request, and the object whose bytes should come."""

    target: str
    body: bytes = field(repr=False)
    range: tuple[int, int] | None = None  # first and last byte

    @property
    def head(self) -> bytes:
        wanted = f"Range: bytes={self.range[0]}-{self.range[1]}\r\n" if self.range else ""
        return f"GET {self.target} HTTP/1.1\r\nHost: probe\r\n{wanted}\r\n".encode()

    @property
    def expected(self) -> tuple[int, int, int]:
        """Return the status, the first byte and one past the last."""
        if self.range is None:
            return 200, 0, len(self.body)
        return 206, self.range[0], min(self.range[1] + 1, len(self.body))


@dataclass
class Reply:
    """What one client saw."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)  # by names in lower case
    received: int = 0  # bytes of the body
    fault: str = "no answer"  # empty where status, length and every byte are what they should be
    first: float = 0.0  # seconds to the first byte
    seconds: float = 0.0  # to the last one


class Client(asyncio.BufferedProtocol):
    """Asks one thing after the other on one connection."""

    def __init__(self, asks: list[Ask], replies: list[Reply], buffer: memoryview, *, slowly: float = 0.0) -> None:
        self.asks, self.replies, self.buffer, self.slowly = asks, replies, buffer, slowly
        self.done = asyncio.get_running_loop().create_future()
        self.place = -1
        self.head: bytearray | None = bytearray()
        self.started = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._next()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        piece = self.buffer[:nbytes]
        while piece and not self.done.done():
            piece = self._head(piece) if self.head is not None else self._body(piece)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            reply = self.replies[self.place]
            reply.fault = f"broken off after {reply.received} bytes"
            self.done.set_result(None)

    def _next(self) -> None:
        self.place += 1
        if self.place >= len(self.asks):
            self.done.set_result(None)
            self.transport.close()
            return
        self.head, self.started = bytearray(), time.monotonic()
        self.transport.write(self.asks[self.place].head)

    def _head(self, piece: memoryview) -> memoryview:
        assert self.head is not None
        before = len(self.head)
        self.head += piece[:65536]
        end = self.head.find(b"\r\n\r\n")
        if end < 0:
            return piece[65536:]
        reply, ask = self.replies[self.place], self.asks[self.place]
        lines = self.head[:end].decode("latin-1").split("\r\n")
        reply.first = time.monotonic() - self.started
        reply.status = int(lines[0].split(" ")[1])
        reply.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        self.head = None
        status, self.at, self.end = ask.expected
        length = int(reply.headers.get("content-length", "-1"))
        if reply.status != status:
            reply.fault = f"status {reply.status}"
        elif length != self.end - self.at:
            reply.fault = f"length {length}"
        else:
            reply.fault = ""
        self.left = max(0, length)
        if not self.left:
            self._finish()
        return piece[end + 4 - before :]

    def _body(self, piece: memoryview) -> memoryview:
        reply, ask = self.replies[self.place], self.asks[self.place]
        taken = piece[: self.left]
        if not reply.fault and ask.body[self.at : self.at + len(taken)] != bytes(taken):
            reply.fault = f"other bytes within {len(taken)} after {reply.received}"
        self.at += len(taken)
        self.left -= len(taken)
        reply.received += len(taken)
        if not self.left:
            self._finish()
        elif self.slowly:
            self.transport.pause_reading()
            pause = self.slowly * len(taken) / PIECE  # however much a machine gives at once
            asyncio.get_running_loop().call_later(pause, self.transport.resume_reading)
        return piece[len(taken) :]

    def _finish(self) -> None:
        self.replies[self.place].seconds = time.monotonic() - self.started
        self._next()


def ask_many(port: int, asks: Sequence[Ask], *, clients: int, slowly: float = 0.0) -> list[Reply]:
    """Share the requests out among so many clients, and return the replies in the order of the requests.

    `slowly` is a pause in seconds that a client makes after each 64 KiB.
    """
    return asyncio.run(_ask_many(port, list(asks), clients, slowly))


async def _ask_many(port: int, asks: list[Ask], clients: int, slowly: float) -> list[Reply]:
    replies = [Reply() for _ in asks]
    buffer = memoryview(bytearray(BUFFER))
    loop = asyncio.get_running_loop()

    async def run(start: int) -> None:
        own = Client(asks[start::clients], replies[start::clients], buffer, slowly=slowly)
        await loop.create_connection(lambda: own, "127.0.0.1", port)
        await asyncio.wait_for(own.done, PATIENCE)

    await asyncio.gather(*(run(start) for start in range(min(clients, len(asks)))))
    return replies
