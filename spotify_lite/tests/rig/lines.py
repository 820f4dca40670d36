"""A client's HTTP/1.1 in one thread with many others: a connection that is kept, and made again where it broke."""

import asyncio
import ssl

PATIENCE = 30.0  # seconds for an answer


class Line:
    """A connection that is kept, and made again where it broke."""

    def __init__(self, port: int, host: str, trust: ssl.SSLContext | None, token: str = "") -> None:
        self._port, self._host, self._trust = port, host, trust
        self._head = f"Host: {host}\r\nContent-Type: application/json\r\n"
        if token:
            self._head += f"Authorization: Token {token}\r\n"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body; status 0 where there was no whole answer."""
        try:
            return await asyncio.wait_for(self._ask(method, path, body), PATIENCE)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            self.close()
            return 0, {}, b""

    async def _ask(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, ssl=self._trust)
        reader, writer = self._streams
        writer.write(f"{method} {path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        status_line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        answer = await reader.readexactly(int(headers["content-length"]))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return int(status_line.split(" ", 2)[1]), headers, answer

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None
