"""A storage behind a fault proxy, a POP before it, and a web node that serves what no POP has yet."""

import hashlib
import http.client
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playback import signing
from spotify_lite.tests.rig import edge, faults, s3
from spotify_lite.tests.rig import server as rig

MIB = 1 << 20
KEYS = {"a": "0123456789abcdef0123456789abcdef"}


@dataclass
class Reply:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes


@dataclass
class Stage:
    """A storage behind a fault proxy, a POP before it, and a web node."""

    storage: s3.Storage
    origin: faults.Proxy
    pop: edge.Pop
    var: Path
    extra: dict[str, str]
    server: rig.Server = field(init=False)
    chance: random.Random = field(default_factory=lambda: random.Random(5))

    def put(self, size: int) -> tuple[str, bytes]:
        """Store an object; return its path and bytes."""
        body = self.chance.randbytes(size)
        key = hashlib.sha256(body).hexdigest()
        path = f"/media/{key[:2]}/{key}.mp3"
        self.storage.client().put_object(Bucket=self.storage.bucket, Key=path[1:], Body=body)
        return path, body

    def signed(self, path: str, *, exp: int | None = None) -> str:
        return signing.sign(path, exp or signing.exp_for(time.time()), "a", KEYS["a"])

    def ask(self, target: str, *, method: str = "GET", port: int = 0, **headers: str) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.server.port, timeout=60)
        try:
            connection.request(
                method, target, headers={name.replace("_", "-"): value for name, value in headers.items()}
            )
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def origin_gets(self, path: str) -> list[int]:
        """Return how often each range of an object was asked of the origin."""
        return [count for (asked, _), count in self.origin.gets.items() if asked.endswith(path)]

    def wait_until_warm(self, path: str) -> Reply:
        """Ask until the node sends listeners to the POP."""
        until = time.monotonic() + 10
        while (reply := self.ask(self.signed(path), method="HEAD")).status != 302:
            assert time.monotonic() < until, reply
            time.sleep(0.05)
        return reply


@contextmanager
def staged(base: Path) -> Iterator[Stage]:
    """Start all three in a folder."""
    with s3.storage(base / "s3") as storage, faults.proxy(storage.port) as origin:
        bucket = f"{origin.url}/{storage.bucket}"
        access = (storage.access_key, storage.secret_key)
        with edge.pop(base / "pop", origins=[bucket], keys=KEYS, access=access) as pop:
            extra = {
                **storage.environment,
                "ORIGINS": f"local:{bucket}",
                "EDGES": pop.setting,
                "MEDIA_SIGNING_KEYS": f"a:{KEYS['a']}",
                "HOT_DIR": str(base / "hot"),
                "HOT_BYTES": str(64 * MIB),
                "PLAYER_ORIGINS": "https://player.example",
            }
            stage = Stage(storage, origin, pop, base / "var", extra)
            with rig.running(stage.var, extra=extra) as stage.server:
                yield stage


def held(stage: Stage) -> int:
    """Return the bytes that all processes keep in HOT_DIR."""
    files = (Path(stage.extra["HOT_DIR"]) / "spotify-lite-hot").glob("*/*")
    return sum(file.stat().st_blocks * 512 for file in files if file.exists())


def patiently(stage: Stage, path: str, range_: str = "bytes=0-99999999") -> Reply:
    """Ask again as long as the node says that it is full."""
    for _ in range(10):
        if (reply := stage.ask(stage.signed(path), Range=range_)).status != 503:
            break
        time.sleep(1)
    return reply
