"""What processes count for Prometheus: all those of a node add up, in files of METRICS_DIR.

Labels are bounded: patterns of addresses, words of ours, names from the settings. Never an id, a name or an address of
anybody. A process that does not serve (a command, a test) counts in its own memory, for nobody.
"""

import fcntl
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.module_loading import import_string
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from spotify_lite import env

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the library's own name for where the files are
TYPE = "text/plain; version=0.0.4; charset=utf-8"
NAMESPACE = "spotify_lite"
ADMIN = "admin/"  # its hundred pages count as one address
NOWHERE = "-"  # no address of ours

logger = logging.getLogger(__name__)

_registry = CollectorRegistry()  # what a process that does not serve has counted
_shared: Path | None = None


def counter(name: str, words: str, *labels: str) -> Counter:
    """Return a new counter. One label at least: what has none would be counted before `begin` says where."""
    return Counter(name, words, _labels(labels), namespace=NAMESPACE, registry=_registry)


def histogram(name: str, words: str, *labels: str, buckets: Sequence[float]) -> Histogram:
    """Return a new histogram, likewise."""
    return Histogram(name, words, _labels(labels), namespace=NAMESPACE, registry=_registry, buckets=buckets)


def _labels(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise TypeError("A metric needs a label.")
    return names


# Seconds. A track or a play takes 1 to 5 ms alone; 2 s is what the database gives a statement.
REQUESTS = histogram(
    "request_seconds",
    "Requests that Django answered, or the front in its stead, by the pattern of the address and the status.",
    "route",
    "status",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
MEDIA = counter("media", "Answers of the node's media server.", "kind", "status")
MEDIA_BYTES = counter("media_bytes", "Bytes of these answers.", "kind")
SIGN_INS = counter("sign_ins_refused", "Passwords and tokens that were wrong.", "what")


def answered(route: str, status: int, seconds: float) -> None:
    """Count a request."""
    _request(ADMIN if route.startswith(ADMIN) else route, status).observe(seconds)


def sent(path: str, status: int, size: int) -> None:
    """Count an answer of the media server."""
    kind = "audio" if path.startswith("/media/") else "cover"
    answers, octets = _media(kind, status)
    answers.inc()
    octets.inc(size)


def refused(path: str, status: int) -> None:
    """Count a request that the front itself refused, so that Django never saw its address."""
    try:
        route = resolve(path).route
    except Resolver404:
        route = NOWHERE
    answered(route, status, 0.0)


# To find a metric by its labels takes as long as to count.
@cache
def _request(route: str, status: int) -> Histogram:
    return REQUESTS.labels(route, status)


@cache
def _media(kind: str, status: int) -> tuple[Counter, Counter]:
    return MEDIA.labels(kind, status), MEDIA_BYTES.labels(kind)


def begin() -> None:
    """Count in the files that the node's processes share, from here on; in memory where there is no place for them."""
    global _shared
    folder: Path = settings.METRICS_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _begin_anew(folder)
    except OSError as error:
        logger.warning("METRICS_DIR cannot be used, so that each process counts for itself: %s", error)
        return
    env.provide(FOLDER, str(folder))
    values.ValueClass = values.MultiProcessValue()
    _shared = folder


def exposition() -> bytes:
    """Return what the node has counted and what is so now, as Prometheus reads it."""
    registry = CollectorRegistry()
    if _shared is not None:
        MultiProcessCollector(registry, path=str(_shared))
    else:
        registry.register(_registry)  # it collects, too
    registry.register(_Looks())
    return generate_latest(registry)


class _Looks:
    """What is asked of databases and others at the moment of a scrape."""

    def collect(self) -> Iterator[Metric]:
        for path in settings.METRICS_LOOKS:
            yield from _look(path)


def _look(path: str) -> Iterable[Metric]:
    try:
        return list(import_string(path)())
    except Exception:  # what else there is to tell is worth more than this
        logger.exception("%s cannot be measured", path)
        return []


def _begin_anew(folder: Path) -> None:
    """Delete the files of a run whose processes are all gone; those of one that goes on stay, or sums would shrink."""
    with (folder / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        files = list(folder.glob("*_*.db"))
        if not any(_lives(file.stem.rpartition("_")[2]) for file in files):
            for file in files:
                file.unlink(missing_ok=True)


def _lives(pid: str) -> bool:
    return pid != str(os.getpid()) and Path("/proc", pid).exists()
