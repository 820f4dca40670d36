"""People who search at once, over HTTP: what each was told, and how long it took."""

import http.client
import json
import random
import threading
import time
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass, field

from spotify_lite.tests.rig.server import Server

PATIENCE = 60.0  # seconds, of which none should be needed


@dataclass(frozen=True)
class Answer:
    """What one search was answered."""

    status: int  # 0: none at all
    seconds: float
    partial: bool = False
    stage: int = -1
    tracks: tuple[int, ...] = ()


@dataclass
class Searchers:
    """Threads that search one after another's answer, without a pause, until the block ends."""

    node: Server
    queries: Sequence[str]
    clients: int
    fresh: bool = True  # past all caches
    pause: float = 0.0  # seconds after each answer
    answers: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._search, args=(number,)) for number in range(self.clients)]

    def __enter__(self) -> "Searchers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join()

    def _search(self, number: int) -> None:
        dice = random.Random(number)
        while not self._enough.is_set():
            self.answers.append(ask(self.node, dice.choice(self.queries), fresh=self.fresh))
            self._enough.wait(self.pause)


_connections = threading.local()


def ask(node: Server, query: str, *, fresh: bool = True, kinds: str = "") -> Answer:
    """Search once, on this thread's connection."""
    headers = {"Cache-Control": "no-cache"} if fresh else {}
    target = "/api/v1/search?" + urllib.parse.urlencode({"q": query} | ({"kinds": kinds} if kinds else {}))
    started = time.perf_counter()
    connection = getattr(_connections, str(node.port), None)
    if connection is None:
        connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=PATIENCE)
        setattr(_connections, str(node.port), connection)
    try:
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        connection.close()  # the next request opens it again
        return Answer(0, time.perf_counter() - started)
    seconds = time.perf_counter() - started
    if answer.status != 200:
        return Answer(answer.status, seconds)
    told = json.loads(body)
    return Answer(200, seconds, told["partial"], told["stage"], tuple(track["id"] for track in told["tracks"]))
