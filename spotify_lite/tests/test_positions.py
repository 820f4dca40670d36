"""Two web nodes on one PostgreSQL: the same points at once, connections that are cut, and the server that goes away."""

import json
import random
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from spotify_lite.tests.rig import lack, postgres, server

# One worker, in this order: the last test takes the database away.
pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("positions")]

TRACKS = 20
EVENTS = 60  # of a request
REQUESTS = 40  # to each node
MAKE_LISTENER = """
from datetime import UTC, datetime
from accounts import tokens
from accounts.models import User
print("token:" + tokens.create_token(User.objects.create_user("listener"), device="", at=datetime.now(UTC))[1])
"""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Scene:
    """Two nodes, their database, and a listener's client."""

    database: str
    nodes: list[server.Server]
    token: str
    track_ids: list[int]
    stop_database: ExitStack

    def post(self, node: int, path: str, events: list[dict[str, Any]]) -> Answer:
        request = urllib.request.Request(
            f"{self.nodes[node].url}/api/v1/{path}",
            json.dumps({"events": events}).encode(),
            {"Authorization": f"Token {self.token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, dict(answer.headers), json.load(answer))
        except urllib.error.HTTPError as error:
            return Answer(error.code, dict(error.headers), json.load(error))

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database, autocommit=True) as connection:
            return connection.execute(sql.encode()).fetchall()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    if postgres.programs() is None:
        lack(f"the Debian package {postgres.PACKAGE}")
    with ExitStack() as stack:
        database = ExitStack()
        stack.enter_context(database)
        url = database.enter_context(postgres.cluster("deadlock_timeout=50ms"))
        extra = {"DATABASE_URL": url}
        places: list[Path] = [tmp_path_factory.mktemp("node") for _ in range(2)]
        first = stack.enter_context(server.running(places[0], extra=extra))
        second = stack.enter_context(server.running(places[1], extra=extra, migrate=False))
        first.manage("seed_catalog", "--tracks", str(TRACKS), "--seed", "1")
        token = first.manage("shell", "-v0", "-c", MAKE_LISTENER).stdout.partition("token:")[2].strip()
        scene = Scene(url, [first, second], token, [], database)
        scene.track_ids = [row for (row,) in scene.ask("SELECT id FROM catalog_track ORDER BY id")]
        yield scene


def event(track_id: int, number: int) -> dict[str, Any]:
    return {
        "play_id": str(uuid.UUID(int=1 + number % 7)),
        "seq": number,
        "track_id": track_id,
        "position_ms": number,
        "state": "playing",
        "at": f"2026-01-01T00:{number // 1000:02}:00.{number % 1000:03}Z",
    }


def test_two_nodes_write_the_same_points_without_a_deadlock(scene: Scene) -> None:
    chance, top = random.Random(5), dict.fromkeys(scene.track_ids, 0)
    requests = []
    for _ in range(2 * REQUESTS):
        events = []
        for _ in range(EVENTS):
            track_id, number = chance.choice(scene.track_ids), chance.randrange(60_000)
            top[track_id] = max(top[track_id], number)
            events.append(event(track_id, number))
        requests.append(events)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: scene.post(n % 2, "me/progress", requests[n]), range(len(requests))))
    assert {answer.status for answer in answers} == {200}
    assert {answer.body["accepted"] for answer in answers} == {EVENTS}
    lengths = dict(scene.ask("SELECT id, duration_ms FROM catalog_track"))
    heard = {track_id: min(number, lengths[track_id]) for track_id, number in top.items()}
    assert dict(scene.ask("SELECT track_id, position_ms FROM playback_resumepoint")) == heard
    assert scene.ask("SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'") == [(0,)]


def test_a_cut_connection_is_not_noticed(scene: Scene) -> None:
    others = "pid <> pg_backend_pid() AND datname IS NOT NULL"
    assert scene.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")  # noqa: S608
    last = [event(scene.track_ids[0], 59_999)]
    answers = [scene.post(node, "me/progress", last) for node in (0, 1) for _ in range(4)]
    assert [(answer.status, answer.body.get("accepted")) for answer in answers] == [(200, 1)] * 8


def test_without_the_database_clients_are_told_to_come_back(scene: Scene) -> None:
    """The last test of this file: the database does not come back."""
    scene.stop_database.close()
    for path in ("me/progress", f"tracks/{scene.track_ids[0]}/play"):
        answer = scene.post(0, path, [])
        assert answer.status == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["cache-control"] == "no-store"
    with urllib.request.urlopen(f"{scene.nodes[0].url}/healthz", timeout=10) as alive:
        assert alive.status == 200
