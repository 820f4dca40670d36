"""Redis only announces and counts: killed, slow, silent or flushed it costs no answer, no row, and one wait."""

import http.client
import io
import itertools
import json
import math
import struct
import threading
import time
import uuid
import wave
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from kombu import Connection, Message, Queue

from spotify_lite import cache, rest
from spotify_lite.tests.rig import chaos, desk, faults, lack, postgres, processes, redis, server

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("redis")]

CLIENTS = 8  # as many as the node has threads
SONGS = 25  # of each client: 200 plays, 200 positions, 200 songs looked at and 200 searches a fault
ROUNDS = chaos.ROUNDS if chaos.ROUNDS > 2 else 1  # of 4 s a fault
PREPARE = """
from django.utils import timezone
from catalog import derived, search
from catalog.models import Master, Rendition, Track
ids, now = list(Track.objects.values_list("id", flat=True)), timezone.now()
kind = {"bitrate": 192, "size": 9}
masters = Master.objects.bulk_create(
    Master(track_id=track, fingerprint=f"{track:064x}", container="mp3", codec="mp3", **kind) for track in ids
)
Rendition.objects.bulk_create(
    Rendition(track_id=one.track_id, master=one, name="source", key=one.fingerprint, extension="mp3",
              mime="audio/mpeg", created_at=now, **kind)
    for one in masters
)
derived.refresh_cards(ids)
derived.bump_version()
while search.index_pending():
    pass
"""
UPLOADED = "SELECT (SELECT count(*) FROM catalog_upload), (SELECT count(*) FROM catalog_work WHERE kind = 'upload')"
numbers = itertools.count(1000)  # positions and pitches, each once: what stands is of this round and no other


@dataclass
class Node:
    """A web node with eight threads, its PostgreSQL, and two Redis behind lines that can be spoiled."""

    web: server.Server
    database: str
    session: str  # of a curator who has signed in
    folder: Path
    stores: dict[str, redis.Store]
    lines: dict[str, faults.Proxy]
    held: ExitStack
    songs: list[dict[str, Any]] = field(default_factory=list)
    struck: threading.Barrier = field(default_factory=lambda: threading.Barrier(CLIENTS + 1))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database) as connection:
            return connection.execute(sql).fetchall()

    def state(self) -> tuple[str, str]:
        status, told = Client(self).ask("GET", "/readyz")
        assert status == 200, told
        return told["status"], told["cache"]

    def becomes(self, *state: str) -> None:
        until = time.monotonic() + 3 * cache.REST
        while self.state() != state:
            assert time.monotonic() < until, self.state()
            time.sleep(0.1)

    def said(self, words: str) -> int:
        return self.web.log.read_text().count(words)

    def kill(self) -> None:
        for store in self.stores.values():
            processes.kill(store.process)

    def restart(self) -> None:
        for name, store in self.stores.items():
            again = redis.store(self.folder / name, name, port=store.port, password=store.password)
            self.stores[name] = self.held.enter_context(again)

    def spoil(self, **how: object) -> None:
        for line in self.lines.values():
            line.spoil(**how)

    def flush(self) -> None:
        for store in self.stores.values():
            store.client().flushall()


@dataclass
class Fault:
    """What is done to both Redis, and what undoes it."""

    strike: Callable[[Node], None]
    heal: Callable[[Node], None]
    away: bool = True  # is it as if there were none?


FAULTS = {
    "killed": Fault(Node.kill, Node.restart),
    "slow": Fault(lambda node: node.spoil(latency=0.3), Node.spoil),
    "silent": Fault(lambda node: node.spoil(black_hole=True), Node.spoil),
    "flushed": Fault(Node.flush, lambda node: None, away=False),
}


class Client(threading.Thread):
    """Listens to its songs one after another, and looks and searches beside it; keeps all answers."""

    def __init__(self, node: Node, number: int = 0, token: str = "", *, turn: int = 0) -> None:
        super().__init__()
        self.node, self.number, self.token, self.turn = node, number, token, turn
        self.connection = http.client.HTTPConnection("127.0.0.1", node.web.port, timeout=20)
        self.answers: Counter[tuple[str, int]] = Counter()
        self.kept: dict[str, tuple[int, int]] = {}  # play_id -> (track id, position) that were acknowledged
        self.found: dict[str, list[int]] = {}  # query -> ids of tracks
        self.longest: Counter[str] = Counter()  # milliseconds

    def ask(
        self, method: str, path: str, body: Any = None, *, what: str = "", headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        sent = {"Authorization": f"Token {self.token}"} if self.token else {}
        sent |= {"Content-Type": "application/json"} | (headers or {})
        began = time.monotonic()
        self.connection.request(method, path, body if isinstance(body, bytes | None) else json.dumps(body), sent)
        answer = self.connection.getresponse()
        told = answer.read()
        if what:
            self.answers[what, answer.status] += 1
            self.longest[what] = max(self.longest[what], round((time.monotonic() - began) * 1000))
        return answer.status, json.loads(told) if told[:1] in b"{[" else told

    def run(self) -> None:
        for turn, song in enumerate(self.node.songs[self.number :: CLIENTS]):
            if turn == self.turn:
                self.node.struck.wait()  # the fault strikes between these two
                self.node.struck.wait()
                self.sign_in()
            self.listen(song["id"], next(numbers))
            self.ask("GET", f"/api/v1/tracks/{song['id']}", what="look")
            self.search(song["title"])

    def listen(self, track_id: int, position_ms: int) -> None:
        play_id = str(uuid.uuid4())
        status, _ = self.ask("POST", f"/api/v1/tracks/{track_id}/play", {"play_id": play_id}, what="play")
        event = {"play_id": play_id, "seq": 1, "track_id": track_id, "position_ms": position_ms, "state": "playing"}
        event["at"] = rest.timestamp(datetime.now(UTC))
        status, told = self.ask("POST", "/api/v1/me/progress", {"events": [event]}, what="progress")
        if (status, told.get("accepted")) == (200, 1):
            self.kept[play_id] = (track_id, position_ms)

    def search(self, query: str) -> None:
        _, told = self.ask("GET", f"/api/v1/search?q={quote(query)}&limit=3", what="search")
        if not told.get("partial"):  # a machine that has no time for all of a search says so
            self.found[query] = [track["id"] for track in told.get("tracks", [])]

    def sign_in(self) -> str:
        person = {"username": desk.NAME, "password": desk.PASSWORD, "device": "rig"}
        return str(self.ask("POST", "/api/v1/auth/tokens", person, what="sign in")[1].get("token", ""))

    def upload(self, content: bytes) -> None:
        head = '--rig\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\n\r\n'
        headers = {
            "Content-Type": "multipart/form-data; boundary=rig",
            "Cookie": f"sessionid={self.node.session}; csrftoken={'c' * 32}",
            "X-CSRFToken": "c" * 32,
            "Accept": "application/json",
        }
        body = head.encode() + content + b"\r\n--rig--\r\n"
        self.ask("POST", "/admin/catalog/upload/add/", body, what="upload", headers=headers)


def tone(hertz: int) -> bytes:
    """Return a second of sound as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        heights = (round(9000 * math.sin(at * hertz * math.tau / 8000)) for at in range(8000))
        out.writeframes(b"".join(struct.pack("<h", height) for height in heights))
    return file.getvalue()


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    if postgres.programs() is None:
        lack(f"the Debian package {postgres.PACKAGE}")
    folder = tmp_path_factory.mktemp("redis")
    with ExitStack() as held:
        stores = {kind: held.enter_context(redis.store(folder / kind, kind)) for kind in ("cache", "broker")}
        lines = {kind: held.enter_context(faults.proxy(store.port, http=False)) for kind, store in stores.items()}
        database = held.enter_context(postgres.cluster())
        urls = {kind: store.url.replace(f":{store.port}", f":{lines[kind].port}") for kind, store in stores.items()}
        variables = {"REDIS_URL": urls["cache"], "BROKER_URL": urls["broker"]}
        variables |= {"DATABASE_URL": database, "WEB_THREADS": str(CLIENTS)}
        web = held.enter_context(server.running(folder / "var", extra=variables))
        web.manage("seed_catalog", "--tracks", str(CLIENTS * SONGS), "--seed", "1")
        web.manage("shell", "-v0", "-c", PREPARE)
        session = desk.sign_in(lambda code: web.manage("shell", "-v0", "-c", code).stdout)
        found = Node(web, database, session, folder, stores, lines, held)
        path = "/api/v1/tracks?limit=100"
        while path:
            told = Client(found).ask("GET", path)[1]
            found.songs += told["results"]
            path = (told["next"] or "").removeprefix(web.url)
        yield found


@pytest.mark.parametrize("number", range(ROUNDS))
@pytest.mark.parametrize("name", FAULTS)
def test_a_redis_that_fails_costs_no_answer_no_row_and_one_wait(node: Node, name: str, number: int) -> None:
    fault, count = FAULTS[name], CLIENTS * SONGS
    uploads, work = node.rows(UPLOADED)[0]
    token, turn = Client(node).sign_in(), chaos.dice().randrange(3, SONGS - 3)
    clients = [Client(node, one, token, turn=turn) for one in range(CLIENTS)]
    for client in clients:
        client.start()
    node.struck.wait()
    node.becomes("ready", "ok")  # a machine that stood still may have opened the breaker
    Client(node).search(node.songs[0]["title"])
    kept = node.stores["cache"].client().dbsize()
    away = node.said("the shared cache is away")
    for line in node.lines.values():
        line.forget()
    began = time.monotonic()
    fault.strike(node)
    curator = Client(node)
    node.struck.wait()
    for _ in range(3):
        curator.upload(tone(next(numbers)))
    for client in clients:
        client.join()
    state, asked, lasted = node.state(), node.lines["cache"].connections, time.monotonic() - began
    fault.heal(node)
    answers = sum((client.answers for client in (*clients, curator)), Counter())
    longest = {what: max(client.longest[what] for client in clients) for what in ("play", "progress", "look", "search")}
    print(f"{name}: {dict(answers)}, longest ms {longest}, upload {curator.longest['upload']}, {asked} connections")

    assert answers == {
        ("play", 201): count, ("progress", 200): count, ("look", 200): count, ("search", 200): count,
        ("sign in", 201): CLIENTS, ("upload", 201): 3,
    }  # fmt: skip
    positions = dict(node.rows("SELECT track_id, position_ms FROM playback_resumepoint"))
    kept_plays = {play_id: told for client in clients for play_id, told in client.kept.items()}
    assert len(kept_plays) == count
    assert dict(kept_plays.values()) == positions
    begun = {str(play_id) for (play_id,) in node.rows("SELECT play_id FROM playback_play")}
    assert kept_plays.keys() <= begun
    assert node.rows(UPLOADED) == [(uploads + 3, work + 3)], "each upload is a row, and its work as well"
    assert kept, "searches left nothing in the cache, so nothing of this shows anything"
    if fault.away:
        assert state == ("degraded", "unreachable")
        assert node.said("the shared cache is away") == away + 1, "the breaker opened once, and stayed so"
        # Whoever was on the way there when it happened, and from then on one each while.
        assert asked <= CLIENTS + 1 + lasted / cache.REST, "requests went on to wait for it"
    else:
        assert state == ("ready", "ok")
        assert node.said("the shared cache is away") == away
    node.becomes("ready", "ok")
    again, kept_answers = Client(node), list(clients[0].found.items())
    for query, _ in kept_answers[:: SONGS // 5]:
        again.search(query)
    assert again.found, "whole answers"
    assert {query: ids for query, ids in kept_answers if query in again.found} == again.found, (
        "the database said the same as the cache"
    )


def test_a_worker_whose_acknowledgement_was_lost_takes_the_next_message(node: Node) -> None:
    line, store = node.lines["broker"], node.stores["broker"]
    url, taken = store.url.replace(f":{store.port}", f":{line.port}"), list[Message]()
    options = {"socket_timeout": 0.2}
    with Connection(url, transport="spotify_lite.broker:Transport", transport_options=options) as connection:
        consumer = connection.Consumer([Queue("rig")], on_message=taken.append, prefetch_count=1)
        for body in ("first", "second"):
            connection.Producer().publish(body, routing_key="rig")
        with consumer:
            connection.drain_events(timeout=5)
            line.spoil(black_hole=True)
            with pytest.raises(connection.connection_errors):
                taken[0].ack()
            line.heal()
            connection.drain_events(timeout=5)
    assert [message.decode() for message in taken] == ["first", "second"]
