"""Know which POPs are up: each web process asks each of them `/edge/health` every two seconds.

A thread for each POP asks, so that one that hangs hides no other; no request ever waits for it. CloudFront has no such
address and counts as up.
"""

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import urllib3
from django.conf import settings
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from playback.delivery import Pop
from spotify_lite import metrics
from spotify_lite.places import Edge

INTERVAL = 2.0  # seconds between two questions
SOON = 0.5  # seconds to the next one where the last was not answered, and the least there is
PATIENCE = urllib3.Timeout(connect=1.0, read=1.0)  # seconds
FAILURES = 2  # in a row, after which a POP that was up is not
RETURNS = 3  # good answers in a row, after which it is again: it may be starting, or flapping
LARGEST = 4096  # bytes of an answer

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """What a POP says of itself."""

    takes: bool  # new listeners: its status is ok, and neither draining nor full
    cache: str  # names its cache; another name means that it was emptied


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a POP; until its first answer it counts as up."""

    up: bool = True
    asked: bool = False  # has the first question been answered, or not?
    row: int = 0  # good answers in a row while it is down, failures while it is up
    cache: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """All POPs at one moment, in the order of the settings."""

    pops: tuple[Pop, ...]
    caches: dict[str, str]  # by the POP's name; empty where it is not known
    version: str  # of who is up: the edge generation of ETags; empty without POPs


def after(seen: Seen, health: Health | None) -> Seen:
    """Return what is known of a POP after an answer, None being none."""
    good = health is not None and health.takes
    cache = health.cache if health else seen.cache
    if not seen.asked:
        return Seen(up=good, asked=True, cache=cache)
    if good is seen.up:
        return replace(seen, row=0, cache=cache)
    row = seen.row + 1
    told = health is not None and not good  # what it says of itself needs no second proof
    if told or row >= (RETURNS if good else FAILURES):
        return Seen(up=good, asked=True, cache=cache)
    return replace(seen, row=row, cache=cache)


class Watch:
    """The POPs of the settings, as this process sees them."""

    def __init__(self, edges: tuple[Edge, ...]) -> None:
        """Begin to ask them."""
        self.edges = edges
        self.view = assumed(edges)
        self._seen = {edge.name: Seen() for edge in edges}
        self._changing = threading.Lock()
        self._doubts = {edge.name: threading.Event() for edge in edges}
        if settings.MEDIA_SIGNER == "hmac":
            for edge in edges:
                threading.Thread(target=self._ask, args=(edge,), name=f"edge-{edge.name}", daemon=True).start()

    def doubt(self) -> None:
        """Ask all of them now."""
        for doubt in self._doubts.values():
            doubt.set()

    def _ask(self, edge: Edge) -> None:
        doubt = self._doubts[edge.name]
        with urllib3.PoolManager(retries=False, timeout=PATIENCE, maxsize=1) as http:
            while True:
                health = ask(http, edge)
                self._note(edge, health)
                time.sleep(SOON)
                if health is not None:
                    doubt.wait(INTERVAL - SOON)
                doubt.clear()

    def _note(self, edge: Edge, health: Health | None) -> None:
        with self._changing:
            before = self._seen[edge.name]
            now = self._seen[edge.name] = after(before, health)
            self.view = _view(self.edges, self._seen)
        if now.up != before.up:
            logger.warning("The edge %s is %s", edge.name, "up" if now.up else "not taking listeners")


_watch: Watch | None = None
_starting = threading.Lock()


def watch() -> None:
    """Begin to watch the POPs, once a process; where nobody does (commands, tests) all count as up."""
    global _watch
    with _starting:
        if settings.EDGES and _watch is None:
            _watch = Watch(settings.EDGES)


def view() -> View:
    """Return the POPs as they were last seen."""
    return _watch.view if _watch is not None and _watch.edges is settings.EDGES else assumed(settings.EDGES)


def measure() -> Iterator[Metric]:
    """Tell Prometheus which POPs this process would send listeners to; nothing where nobody watches them."""
    if _watch is not None:
        up = GaugeMetricFamily(f"{metrics.NAMESPACE}_edge_up", "1 while a POP takes new listeners.", labels=["edge"])
        for pop in _watch.view.pops:
            up.add_metric([pop.name], float(pop.up))
        yield up


def doubt() -> None:
    """Ask the POPs at once: somebody who should have been served by one came back."""
    if _watch is not None:
        _watch.doubt()


@lru_cache(maxsize=2)
def assumed(edges: tuple[Edge, ...]) -> View:
    """Return the view of somebody who has not asked yet."""
    return _view(edges, {edge.name: Seen() for edge in edges})


def ask(http: urllib3.PoolManager, edge: Edge) -> Health | None:
    """Return what the POP says of itself, None where it says nothing that can be understood."""
    try:
        answer = http.request("GET", f"{edge.url}/edge/health", preload_content=False, redirect=False)
        with answer:
            told: Any = urllib3.HTTPResponse(body=answer.read(LARGEST)).json() if answer.status in {200, 503} else None
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        return None
    if not isinstance(told, dict):
        return None
    return Health(takes=told.get("status") == "ok", cache=str(told.get("cache_id", "")))


def _view(edges: tuple[Edge, ...], seen: Mapping[str, Seen]) -> View:
    pops = tuple(Pop(edge.name, edge.region, edge.url, seen[edge.name].up) for edge in edges)
    up = "\n".join(pop.url for pop in pops if pop.up)
    version = blake2b(up.encode(), digest_size=6).hexdigest() if pops else ""
    return View(pops, {name: one.cache for name, one in seen.items()}, version)
