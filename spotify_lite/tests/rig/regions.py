"""Two web nodes, a primary and a replica that lines lead to, a curator and a listener; and the hands of an operator."""

import json
import secrets
import ssl
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from spotify_lite import rest
from spotify_lite.tests.rig import faults, postgres, server, stack

SECRET = "c" * 32  # of the CSRF cookie
GENRE = "quiet"
TRUST = ssl.create_default_context()  # of nobody here: nodes speak plain HTTP, and to make it takes 50 ms
MAKE = """
import json
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.utils import timezone
from accounts import tokens
from accounts.models import User
from accounts.sessions import SessionStore
from catalog import derived
from catalog.models import Genre, Track
call_command("migrate", verbosity=0)
call_command("seed_catalog", "--tracks", "20", "--seed", "3")
genre = Genre.objects.create(slug="quiet", name="Quiet", tracks_count=1)
derived.bump_version()
user = User.objects.create_superuser("curator")
session = SessionStore()
session.update({
    SESSION_KEY: str(user.pk),
    BACKEND_SESSION_KEY: "accounts.backends.ListenerBackend",
    HASH_SESSION_KEY: user.get_session_auth_hash(),
})
session.save()
token = tokens.create_token(user, device="Rig", at=timezone.now())[1]
print("MADE", json.dumps([session.session_key, token, genre.id, list(Track.objects.values_list("id", flat=True))]))
"""


@dataclass
class World:
    """What runs, and who asks."""

    primary: postgres.Server
    replica: postgres.Server
    line: faults.Proxy  # to the replica
    passwords: dict[str, str]
    nodes: list[server.Server] = field(default_factory=list)
    session: str = ""
    token: str = ""
    genre_id: int = 0
    tracks: list[int] = field(default_factory=list)

    def ask(self, node: int, target: str, **how: Any) -> tuple[int, Any, bytes]:
        """Ask a node as a stranger."""
        return stack.Browser(self.nodes[node].url, TRUST).ask(target, **how)

    def as_curator(self, node: int, target: str, **how: Any) -> tuple[int, Any, bytes]:
        """Ask in the curator's browser."""
        cookies = f"sessionid={self.session}; csrftoken={SECRET}"
        return self.ask(node, target, headers={"Cookie": cookies, "X-CSRFToken": SECRET}, **how)

    def by_token(self, node: int, target: str, body: Any = None, method: str | None = None) -> tuple[int, Any, bytes]:
        """Ask with the curator's token."""
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        raw = None if body is None else json.dumps(body).encode()
        return self.ask(node, target, body=raw, headers=headers, method=method)

    def rename(self, node: int, name: str) -> int:
        """Rename the genre at the desk; return the status, 302 where it was saved."""
        form = f"name={name}".encode()
        status, headers, _ = self.as_curator(node, f"/admin/catalog/genre/{self.genre_id}/change/", body=form)
        assert status != 302 or "login" not in headers["Location"]
        return status

    def name_of(self, answer: tuple[int, Any, bytes]) -> str:
        """Return the genre's name in a list of genres."""
        assert answer[0] == 200, answer
        found = [one["name"] for one in json.loads(answer[2])["results"] if one["slug"] == GENRE]
        return found[0]

    def report(self, node: int, track_id: int, position_ms: int) -> int:
        """Report a position as the listener; return the status."""
        event = {
            "play_id": str(uuid.uuid4()),
            "seq": 1,
            "track_id": track_id,
            "position_ms": position_ms,
            "state": "paused",
            "at": rest.timestamp(datetime.now(UTC)),
        }
        return self.by_token(node, "/api/v1/me/progress", {"events": [event]})[0]

    def position(self, node: int, track_id: int) -> int | None:
        """Return where the listener is told to go on."""
        status, _, body = self.by_token(node, "/api/v1/me/continue")
        assert status == 200, body
        told = {one["track"]["id"]: one["position_ms"] for one in json.loads(body)["results"]}
        return told.get(track_id)

    def ready(self, node: int) -> dict[str, str]:
        status, _, body = self.ask(node, "/readyz")
        return {"code": str(status), **json.loads(body)}

    def operate(self, which: postgres.Server, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement as the server's superuser, on its own machine."""
        place, password = str(which.log.parent), self.passwords["POSTGRES_PASSWORD"]
        with psycopg.connect(
            host=place, port=which.port, user="postgres", password=password, dbname="postgres", autocommit=True
        ) as connection:
            done = connection.execute(sql)
            return done.fetchall() if done.description else []

    def delay(self, seconds: int) -> None:
        """Hold the replica so far behind."""
        self.operate(self.replica, f"ALTER SYSTEM SET recovery_min_apply_delay = '{seconds}s'")
        self.operate(self.replica, "SELECT pg_reload_conf()")


@contextmanager
def running(folder: Path) -> Iterator[World]:
    """Start all of it."""
    passwords = {f"{role}_PASSWORD": secrets.token_hex(16) for role in ("POSTGRES", "DATABASE", "REPLICATION")}
    with ExitStack() as ends:
        primary, replica = ends.enter_context(postgres.pair(passwords))
        line = ends.enter_context(faults.proxy(replica.port, http=False))
        world = World(primary, replica, line, passwords)
        through = replica.url.replace(f":{replica.port}/", f":{line.port}/")
        extra = {"DATABASE_URL": primary.url, "REPLICA_URLS": through, "STATEMENT_TIMEOUT": "2000"}
        extra |= {"SECRET_KEY": secrets.token_hex(32)}
        variables = server.environment(folder / "made", 1, extra)
        told = server.manage(variables, "shell", "-v0", "-c", MAKE).stdout.partition("MADE ")[2]
        world.session, world.token, world.genre_id, world.tracks = json.loads(told)
        with ThreadPoolExecutor() as pool:
            starts = [server.running(folder / f"web-{number}", migrate=False, extra=extra) for number in (1, 2)]
            world.nodes = list(pool.map(lambda start: start.__enter__(), starts))
            for start in starts:
                ends.push(start.__exit__)
        until(lambda: [world.ready(node).get("replicas") for node in (0, 1)] == ["ok", "ok"], seconds=10)
        yield world


def until(true: Callable[[], object], *, seconds: float) -> float:
    """Wait until something is true; return how long it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it took too long"
        time.sleep(0.05)
    return time.monotonic() - began
