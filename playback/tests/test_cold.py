"""Objects of a real storage through the web node: cold ones from its memory, warm ones at a POP; and what fails."""

import hashlib
import http.client
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from playback import signing
from spotify_lite.tests.rig import edge, faults, s3
from spotify_lite.tests.rig import server as rig

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("cold")]

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


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    base = tmp_path_factory.mktemp("cold")
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


@pytest.fixture(autouse=True)
def healed(stage: Stage) -> Iterator[None]:
    stage.origin.heal()
    stage.origin.forget()
    yield
    stage.origin.heal()


def test_cold_object_is_served_here_and_warms_the_pop(stage: Stage) -> None:
    path, body = stage.put(5 * MIB + 7)
    exp = signing.exp_for(time.time()) + 900
    first = stage.ask(stage.signed(path, exp=exp))
    assert (first.status, first.body == body) == (200, True)
    assert first.headers["content-type"] == "audio/mpeg"
    assert stage.origin_gets(path) == [1] * 6

    moved = stage.wait_until_warm(path)
    assert moved.headers["cache-control"] == "no-store"
    moved = stage.ask(stage.signed(path, exp=exp), Origin="https://player.example", Range="bytes=0-0")
    assert moved.headers["location"] == stage.pop.url + stage.signed(path, exp=exp)
    assert moved.headers["access-control-allow-origin"] == "https://player.example"
    there = stage.ask(stage.signed(path, exp=exp), port=stage.pop.port)
    assert (there.status, there.body == body, there.headers["x-cache"]) == (200, True, "HIT")
    assert stage.origin_gets(path) == [1] * 6


def test_ranges_are_exact(stage: Stage) -> None:
    path, body = stage.put(3 * MIB + 12345)
    size = len(body)
    for header, expected in (
        (f"bytes={2 * MIB - 3}-{2 * MIB + 3}", body[2 * MIB - 3 : 2 * MIB + 4]),
        ("bytes=0-0", body[:1]),
        ("bytes=-100", body[-100:]),
        (f"bytes={MIB}-{size + 5}", body[MIB:]),
    ):
        reply = stage.ask(stage.signed(path), Range=header)
        if reply.status == 302:  # it has become warm meanwhile
            reply = stage.ask(stage.signed(path), Range=header, port=stage.pop.port)
        assert (header, reply.status, reply.body == expected) == (header, 206, True)
        assert reply.headers["content-range"].endswith(f"/{size}")
