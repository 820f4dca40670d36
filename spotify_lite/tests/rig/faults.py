"""A TCP proxy that spoils what passes: slow, cut, altered, silent or refused, as an operator's bad night would.

    with faults.proxy(storage.port) as origin:
        origin.spoil(latency=8.0)
        ...                              # ask through origin.url
        assert origin.gets == {("/music/media/ab/abcd.mp4", "bytes=0-1048575"): 1}
        origin.heal()

Faults hold for running connections too. HTTP/1.1 is understood well enough to count requests and to leave heads
whole; with `http=False` it is any stream of bytes.
"""

import asyncio
import random
import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PIECE = 64 * 1024  # bytes passed on at once
HEAD = 256 * 1024  # bytes of the longest head
BACKLOG = 2048  # connections that wait to be accepted


@dataclass(frozen=True)
class Spoiled:
    """What is wrong at the moment; nothing by default."""

    latency: float = 0.0  # seconds before each answer's first byte; of bytes, before those that follow the client's
    rate: int = 0  # bytes a second of an answer; 0 is as fast as it comes
    cut_after: int | None = None  # bytes of an answer's body, then the connection is reset
    corrupt: bool = False  # one bit of each piece is flipped, the length stays
    undelimited: bool = False  # no Content-Length: the body ends where the connection does
    errors: float = 0.0  # share of requests that are answered 503, in HTML, without asking the target
    black_hole: bool = False  # connections are taken, and nothing ever comes back
    refuse: bool = False  # nobody listens, and running connections are reset


@dataclass
class Proxy:
    """A running proxy before one server of this machine."""

    target: int  # port
    http: bool = True
    port: int = 0
    requests: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # by (method, path, Range), as they came
    connections: int = 0  # taken so far
    sent: int = 0  # bytes that went to clients
    heads: "deque[bytes]" = field(default_factory=lambda: deque(maxlen=100))  # of the last requests
    spoiled: Spoiled = Spoiled()
    seed: int = 7  # of which requests fail

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="faults", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def gets(self) -> dict[tuple[str, str], int]:
        """Return how often each (path without query, Range) was asked for by GET."""
        found: Counter[tuple[str, str]] = Counter()
        for (method, path, range_), count in self.requests.items():
            if method == "GET":
                found[path.partition("?")[0], range_] += count
        return dict(found)

    def spoil(self, **faults: object) -> None:
        """Set what is wrong from now on, and nothing else; `refuse` ends what runs."""
        self.spoiled = Spoiled(**faults)  # type: ignore[arg-type]
        self._wait(self._listen() if not self.spoiled.refuse else self._close())

    def heal(self) -> None:
        """Let everything pass again."""
        self.spoil()

    def forget(self) -> None:
        """Count from nothing."""
        self.requests.clear()
        self.heads.clear()
        self.connections = self.sent = 0

    def start(self) -> None:
        self._thread.start()
        self._wait(self._listen())

    def stop(self) -> None:
        self._wait(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _wait(self, work: "asyncio.coroutines.Coroutine[None, None, None]") -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(
                self._pass, "127.0.0.1", self.port, limit=HEAD, backlog=BACKLOG, reuse_address=True
            )
            self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        upstream = None
        try:
            target_reader, upstream = await asyncio.open_connection("127.0.0.1", self.target, limit=HEAD)
            self._writers.add(upstream)
            asked: asyncio.Queue[str] = asyncio.Queue()
            turn = asyncio.Event()  # the client has said something that is not answered yet
            ways = (
                (self._requests(reader, upstream, writer, asked), self._answers(target_reader, writer, asked))
                if self.http
                else (
                    self._bytes(reader, upstream, -1, spoil=False, turn=turn),
                    self._bytes(target_reader, writer, -1, turn=turn),
                )
            )
            running = [asyncio.ensure_future(way) for way in ways]
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for way in running:
                way.cancel()
            await asyncio.gather(*running, return_exceptions=True)  # whoever ended first, also by a broken connection
        except OSError:
            writer.transport.abort()
        finally:
            for each in (writer, upstream):
                if each is not None:
                    self._writers.discard(each)
                    each.close()

    async def _requests(
        self,
        reader: asyncio.StreamReader,
        upstream: asyncio.StreamWriter,
        writer: asyncio.StreamWriter,
        asked: "asyncio.Queue[str]",
    ) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            method, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
            self.requests[method, path, value_of(head, b"range")] += 1
            self.heads.append(head)
            if self._chance.random() < self.spoiled.errors:
                await self._refuse(writer)
                return
            asked.put_nowait(method)
            upstream.write(head)
            await self._bytes(reader, upstream, int(value_of(head, b"content-length") or 0), spoil=False)

    async def _answers(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: "asyncio.Queue[str]"
    ) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            status = int(head.split(b" ", 2)[1])
            method = await asked.get() if status >= 200 else "HEAD"  # 100 Continue is no answer yet
            await asyncio.sleep(self.spoiled.latency)
            await self._pause()
            given = value_of(head, b"content-length")
            bodiless = method == "HEAD" or status in {204, 304} or status < 200
            length = 0 if bodiless else int(given) if given else -1  # else until it ends
            closing = self.spoiled.undelimited and length > 0
            writer.write(undelimited(head) if closing else head)
            if not await self._bytes(reader, writer, length) or closing:
                return

    async def _bytes(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        length: int,
        *,
        spoil: bool = True,
        turn: asyncio.Event | None = None,
    ) -> bool:
        """Pass on so many bytes, -1 for all; say whether all went. `spoil` is for what goes to the client."""
        passed = 0
        while length < 0 or passed < length:
            most = PIECE if length < 0 else min(PIECE, length - passed)
            if spoil and self.spoiled.rate:
                most = max(1, min(most, self.spoiled.rate // 20))
            piece = await reader.read(most)
            if not piece:
                return length < 0
            if turn and not spoil:
                turn.set()
            elif turn and turn.is_set():
                turn.clear()
                await asyncio.sleep(self.spoiled.latency)
            await self._pause()
            if spoil:
                piece, whole = self._spoil(piece, passed)
                self.sent += len(piece)
                if self.spoiled.rate:
                    await asyncio.sleep(len(piece) / self.spoiled.rate)
                if not whole:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0.05)  # so that what went before arrives before the end
                    writer.close()
                    return False
            writer.write(piece)
            await writer.drain()
            passed += len(piece)
        await writer.drain()
        return True

    def _spoil(self, piece: bytes, passed: int) -> tuple[bytes, bool]:
        faults = self.spoiled
        if faults.corrupt:
            middle = len(piece) // 2
            piece = piece[:middle] + bytes([piece[middle] ^ 1]) + piece[middle + 1 :]
        if faults.cut_after is not None and passed + len(piece) >= faults.cut_after:
            return piece[: max(0, faults.cut_after - passed)], False
        return piece, True

    async def _pause(self) -> None:
        while self.spoiled.black_hole:
            await asyncio.sleep(0.02)

    async def _refuse(self, writer: asyncio.StreamWriter) -> None:
        body = b"<html>SlowDown</html>"
        head = f"HTTP/1.1 503 Slow Down\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
        await writer.drain()


def value_of(head: bytes, name: bytes) -> str:
    """Return a header's value, empty where there is none."""
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.strip().decode("latin-1")
    return ""


def undelimited(head: bytes) -> bytes:
    """Return an answer's head without its length: the body ends with the connection."""
    lines = head[:-4].split(b"\r\n")
    dropped = (b"content-length:", b"connection:", b"keep-alive:")
    kept = [line for line in lines if not line.lower().startswith(dropped)]
    return b"\r\n".join([*kept, b"Connection: close"]) + b"\r\n\r\n"


@contextmanager
def proxy(target: int, *, http: bool = True) -> Iterator[Proxy]:
    """Put a proxy before a port of this machine for the while."""
    running = Proxy(target, http)
    running.start()
    try:
        yield running
    finally:
        running.stop()
