"""A web process that is killed in the middle of its writes loses nothing that it acknowledged."""

import http.client
import json
import sqlite3
import threading
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spotify_lite import rest
from spotify_lite.tests.rig import chaos, server

pytestmark = [pytest.mark.rig, pytest.mark.slow]

WRITES = 200  # a round, each of a track of its own: every acknowledgement can be checked
CLIENTS = 4
MAKE_LISTENER = """
from datetime import UTC, datetime
from accounts import tokens
from accounts.models import User
print("token:" + tokens.create_token(User.objects.create_user("listener"), device="", at=datetime.now(UTC))[1])
"""


class Client(threading.Thread):
    """Reports a position of each of its tracks, and keeps what was acknowledged until the server is gone."""

    def __init__(self, port: int, token: str, tracks: list[int], position_ms: int, enough: threading.Event) -> None:
        super().__init__()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        self.tracks, self.position_ms, self.enough = tracks, position_ms, enough
        self.acknowledged: list[int] = []

    def run(self) -> None:
        for seq, track_id in enumerate(self.tracks):
            event = {
                "play_id": str(uuid.uuid4()),
                "seq": seq,
                "track_id": track_id,
                "position_ms": self.position_ms,
                "state": "playing",
                "at": rest.timestamp(datetime.now(UTC)),
            }
            try:
                self.connection.request("POST", "/api/v1/me/progress", json.dumps({"events": [event]}), self.headers)
                answer = self.connection.getresponse()
                body = json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError):
                return  # killed before or while it answered: not acknowledged
            assert (answer.status, body["accepted"]) == (200, 1), body
            self.acknowledged.append(track_id)
            if len(self.acknowledged) >= len(self.tracks) * 0.5:
                self.enough.set()


def test_killed_in_the_middle_of_writes_no_acknowledged_position_is_lost(tmp_path: Path) -> None:
    var, chance = tmp_path / "var", chaos.dice()
    variables = server.environment(var, server.free_port())
    var.mkdir()
    server.manage(variables, "migrate", "--verbosity=0")
    server.manage(variables, "seed_catalog", "--tracks", str(WRITES), "--seed", "1")
    token = server.manage(variables, "shell", "-v0", "-c", MAKE_LISTENER).stdout.partition("token:")[2].strip()
    acknowledged = killed_within = 0
    for number in range(1, chaos.ROUNDS + 1):
        with server.running(var, migrate=False) as web:
            track_ids = [row for (row,) in ask(var, "SELECT id FROM catalog_track")]
            enough = threading.Event()
            clients = [Client(web.port, token, track_ids[start::CLIENTS], number, enough) for start in range(CLIENTS)]
            for client in clients:
                client.start()
            assert enough.wait(60)
            threading.Event().wait(chance.random() * 0.02)
            web.kill()
            for client in clients:
                client.join()
        safe = {track_id for client in clients for track_id in client.acknowledged}
        kept = dict(ask(var, "SELECT track_id, position_ms FROM playback_resumepoint"))
        lost = [track_id for track_id in safe if kept.get(track_id) != number]
        assert not lost, f"round {number}: {len(lost)} of {len(safe)} acknowledged positions are lost"
        assert ask(var, "PRAGMA integrity_check") == [("ok",)]
        acknowledged += len(safe)
        killed_within += len(safe) < WRITES
    print(f"{chaos.ROUNDS} kills, {acknowledged} acknowledged positions, 0 lost")
    assert killed_within, "every kill came after the last write"


def ask(var: Path, sql: str) -> list[tuple[object, ...]]:
    """Return the rows of a query by SQLite itself, without any code of ours."""
    connection = sqlite3.connect(var / "spotify_lite.sqlite3")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()
