"""A running node with some music and some people on it, for tests that speak to the real front."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spotify_lite.tests.rig import server as rig
from spotify_lite.tests.rig import wire

SEED = """
import json
from django.core.management import call_command
from django.utils import timezone
from accounts import tokens
from accounts.models import ApiToken, User
from catalog.models import Album, Artist, Track
call_command("seed_catalog", "--tracks", "60", "--seed", "3")
names = ("listener", "stranger", "gone")
people = {name: User.objects.create_user(name, password=f"{name}-secret-1") for name in names}
given = {name: tokens.create_token(user, device="Phone", at=timezone.now())[1] for name, user in people.items()}
given["revoked"] = tokens.create_token(people["stranger"], device="Lost", at=timezone.now())[1]
ApiToken.objects.filter(device="Lost").delete()
User.objects.filter(username="gone").update(is_active=False)
ids = {"track": Track.objects.first().id, "album": Album.objects.first().id, "artist": Artist.objects.first().id}
print("SEEDED", json.dumps({"tokens": given, "ids": ids}))
"""


@dataclass(frozen=True)
class Node:
    """What runs, and who and what is there."""

    server: rig.Server
    tokens: dict[str, str]  # of listener and stranger; of `gone`, whose account is disabled; `revoked`
    ids: dict[str, int]  # of one track, album and artist

    def ask(self, target: str, method: str = "GET", headers: bytes = b"", body: bytes = b"") -> wire.Answer:
        return wire.ask(self.server, target, method, headers, body)

    def send(self, head: bytes, body: bytes = b"") -> wire.Answer:
        """Send a request line and headers as they stand, behind this node's Host and before the empty line."""
        line, _, rest = head.partition(b"\r\n")
        host = f"Host: 127.0.0.1:{self.server.port}\r\nConnection: close\r\n".encode()
        return wire.send(self.server, line + b"\r\n" + host + rest + b"\r\n" + body)

    def bearing(self, name: str) -> bytes:
        """Return the header of one's token."""
        return f"Authorization: Token {self.tokens[name]}\r\n".encode()

    @property
    def log(self) -> str:
        return self.server.log.read_text()


@contextmanager
def running(var: Path, **extra: Any) -> Iterator[Node]:
    style = var / "static" / "css" / "app.css"  # one static file will do
    style.parent.mkdir(parents=True)
    style.write_text("body { color: red }")
    with rig.running(var, **extra) as server:
        told = server.manage("shell", "-v0", "-c", SEED).stdout
        seeded = json.loads(told.partition("SEEDED ")[2])
        yield Node(server, seeded["tokens"], seeded["ids"])
