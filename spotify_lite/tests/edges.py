"""An edge between a fault proxy and listeners: what the tests of the edge stand on."""

import hashlib
import http.client
import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spotify_lite.tests.rig import edge, faults, s3

PLAYER = "https://player.example"
SLICE = 1 << 20  # bytes, of deploy/edge/media.conf


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]  # by names in lower case
    body: bytes


@dataclass(frozen=True)
class Song:
    """An object in the storage."""

    path: str  # as it is signed
    body: bytes

    @property
    def key(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass
class World:
    """A storage, a proxy before it that spoils what passes, and an edge that knows the proxy alone."""

    folder: Path
    storage: s3.Storage
    origin: faults.Proxy
    pop: edge.Pop
    chance: random.Random

    def song(self, size: int = 300_007, *, extension: str = "mp4") -> Song:
        """Store another object; every one is cold."""
        body = self.chance.randbytes(size)
        key = hashlib.sha256(body).hexdigest()
        song = Song(f"/media/{key[:2]}/{key}.{extension}", body)
        self.put(song.path, body)
        return song

    def put(self, path: str, body: bytes) -> None:
        """Store under a name, with a type that no listener should be told."""
        self.storage.client().put_object(
            Bucket=self.storage.bucket, Key=path.removeprefix("/"), Body=body, ContentType="text/html"
        )

    def gets(self, song: Song) -> list[int]:
        """Return how often each slice was asked for at the origin."""
        name = f"/{self.storage.bucket}{song.path}"
        slices = -(-len(song.body) // SLICE)
        ranges = [f"bytes={number * SLICE}-{(number + 1) * SLICE - 1}" for number in range(slices)]
        return [self.origin.gets.get((name, each), 0) for each in ranges]

    def another(self, name: str, **options: Any) -> Any:
        """Return a context with one more edge, at the same proxy and with the same keys unless told otherwise."""
        given = {
            "origins": [f"{self.origin.url}/{self.storage.bucket}"],
            "access": (self.storage.access_key, self.storage.secret_key),
            "keys": self.pop.keys,
            **options,
        }
        return edge.pop(self.folder / name, name=name, **given)


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Start everything."""
    chance = random.Random(7)
    with s3.storage(folder / "s3") as storage, faults.proxy(storage.port) as origin:
        options = {
            "origins": [f"{origin.url}/{storage.bucket}"],
            "access": (storage.access_key, storage.secret_key),
            "keys": {"a": secrets.token_hex(32), "b": secrets.token_hex(32)},
            "extra": {"PLAYER_ORIGINS": PLAYER},
        }
        with edge.pop(folder / "one", **options) as pop:
            yield World(folder, storage, origin, pop, chance)


def ask(port: int, target: str, method: str = "GET", headers: dict[str, str] | None = None) -> Reply:
    """Ask on a connection of its own; the target goes out as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, target, headers=headers or {})
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, found, answer.read())
    finally:
        connection.close()
