"""A storage that is away, or that hangs, is said to be; it takes nothing down that does not need it."""

import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from spotify_lite import probing
from spotify_lite.tests.rig import faults, s3, server

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("s3")]

BOUND = 3.0  # seconds: half of what a balancer waits for
WITHOUT_STORAGE = ("/", "/search", "/genres", "/login", "/api/v1/tracks", "/api/v1/search?q=tide", "/healthz")


@dataclass
class Node:
    """A web node whose storage is behind a line."""

    web: server.Server
    line: faults.Proxy

    def get(self, path: str) -> tuple[int, bytes]:
        began = time.monotonic()
        with urllib.request.urlopen(self.web.url + path, timeout=10) as answer:
            body = answer.read()
        assert time.monotonic() - began < BOUND, path
        return answer.status, body

    def ready(self) -> tuple[str, str]:
        """Return how the node calls itself and its storage; any status but 200 is an error."""
        states = json.loads(self.get("/readyz")[1])
        return states["status"], states["media"]

    def becomes(self, *states: str) -> None:
        """Wait until it says so: an answer is good for some seconds."""
        until = time.monotonic() + probing.FRESH + probing.STALE
        while self.ready() != states:
            assert time.monotonic() < until, self.ready()
            time.sleep(0.2)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    place = tmp_path_factory.mktemp("readiness")
    with s3.storage(place / "s3") as storage, faults.proxy(storage.port) as line:
        extra = storage.environment | {"ORIGINS": f"local:{line.url}/{storage.bucket}"}
        with server.running(place / "var", extra=extra) as web:
            yield Node(web, line)


def test_storage_that_is_away_or_hangs_degrades_and_heals(node: Node):
    node.becomes("ready", "ok")
    for fault in ({"refuse": True}, {"black_hole": True}):
        node.line.spoil(**fault)
        node.becomes("degraded", "unreachable")
        for path in WITHOUT_STORAGE:
            assert node.get(path)[0] == 200, path
        node.line.heal()
        node.becomes("ready", "ok")


def test_asking_often_asks_the_storage_seldom(node: Node):
    node.becomes("ready", "ok")
    node.line.forget()
    began = time.monotonic()
    for _ in range(50):
        node.ready()
    assert sum(node.line.requests.values()) <= 1 + (time.monotonic() - began) / probing.FRESH
