"""A phone's line: a SOCKS5 proxy through which all connections of a browser share one latency and one rate.

    with phoneline.running() as line:
        line.be(rtt=0.15, rate=200_000)  # 150 ms there and back, 1.6 Mbps down
        ...                              # Chromium with line.arguments
        line.be()                        # as fast as this machine

A new connection costs a round trip, and so does the first byte of each answer. Bytes down wait for each other, over all
connections; bytes up are few and wait for nothing. Slow start and losses are not modelled.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PIECE = 4_096  # bytes that pass at once: 20 ms at 1.6 Mbps
HELD = 64  # pieces of a connection that may be on their way: 256 KB, about what an operator's queue holds


@dataclass
class Line:
    """A running line."""

    rtt: float = 0.0  # seconds
    rate: float = 0.0  # bytes a second down; 0 is no limit
    port: int = 0
    sent: int = 0  # bytes down so far
    _free: float = 0.0  # of the loop's clock: when what goes down now has gone
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop, repr=False)

    @property
    def arguments(self) -> tuple[str, ...]:
        """Return what makes Chromium use it, for this machine's own addresses too."""
        return (f"--proxy-server=socks5://127.0.0.1:{self.port}", "--proxy-bypass-list=<-loopback>")

    def be(self, *, rtt: float = 0.0, rate: float = 0.0) -> None:
        """Change it, for running connections too."""
        self.rtt, self.rate = rtt, rate

    async def listen(self) -> None:
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(*await _wanted(reader, writer))
        except (OSError, asyncio.IncompleteReadError):
            writer.close()
            return
        await asyncio.sleep(self.rtt)
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        ways = [
            asyncio.ensure_future(way) for way in (self._pass(reader, back, False), self._pass(there, writer, True))
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for each in (writer, back):
            each.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, down: bool) -> None:
        """Pass pieces on, each half a round trip after it has left; wait where too many are on their way."""
        under: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(HELD)
        arriving = asyncio.ensure_future(self._arrive(under, writer))
        try:
            while piece := await reader.read(PIECE):
                now = self._loop.time()
                leaves = now
                if down and self.rate:
                    leaves = self._free = max(now, self._free) + len(piece) / self.rate
                self.sent += len(piece) if down else 0
                await under.put((leaves + self.rtt / 2, piece))
            await under.put((0.0, b""))
            await arriving
        finally:
            arriving.cancel()

    async def _arrive(self, under: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter) -> None:
        while True:
            at, piece = await under.get()
            if not piece:
                return
            await asyncio.sleep(max(0.0, at - self._loop.time()))
            writer.write(piece)
            await writer.drain()


async def _wanted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int]:
    """Return host and port that a client of RFC 1928 asks for."""
    _, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(b"\x05\x00")
    *_, kind = await reader.readexactly(4)
    if kind == 1:
        host = ".".join(map(str, await reader.readexactly(4)))
    else:
        host = (await reader.readexactly((await reader.readexactly(1))[0])).decode("ascii")
    return host, int.from_bytes(await reader.readexactly(2), "big")


@contextmanager
def running() -> Iterator[Line]:
    line = Line()
    thread = threading.Thread(target=line._loop.run_forever, name="phone line", daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(line.listen(), line._loop).result(10)
    try:
        yield line
    finally:
        line._loop.call_soon_threadsafe(line._loop.stop)
        thread.join(5)
