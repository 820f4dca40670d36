"""Requests as bytes, for what no client library would send, and the answers as they come back."""

import socket
from dataclasses import dataclass

from spotify_lite.tests.rig.server import Server

PATIENCE = 20.0  # seconds; the server closes after one answer, or says nothing


@dataclass(frozen=True)
class Answer:
    """What came back over one connection."""

    raw: bytes

    @property
    def count(self) -> int:
        """How many answers there were: more than one to one request is a smuggled one."""
        return self.raw.count(b"HTTP/1.")

    @property
    def status(self) -> int:
        return int(self.raw.split(b" ", 2)[1])

    @property
    def headers(self) -> dict[str, str]:
        """By names in lower case; of a repeated one the last."""
        lines = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    @property
    def body(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[2]


def send(server: Server, request: bytes) -> Answer:
    """Send bytes on a connection of their own and return all that comes back."""
    received = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as stream:
        stream.sendall(request)
        try:
            while piece := stream.recv(65536):
                received += piece
        except (TimeoutError, ConnectionResetError):
            pass
    return Answer(received)


def ask(server: Server, target: str, method: str = "GET", headers: bytes = b"", body: bytes = b"") -> Answer:
    """Send a request with a Host of the server's and the headers as they stand, each with its line end."""
    length = f"Content-Length: {len(body)}\r\n".encode() if body or method in {"POST", "PUT", "PATCH"} else b""
    head = f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n".encode()
    return send(server, head + length + headers + b"\r\n" + body)
