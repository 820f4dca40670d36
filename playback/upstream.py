"""Fetch parts of objects for this node: through the nearest POP, which so warms, else from the nearest origin.

Everything here blocks; call it on a thread. What arrives is taken only if it is the part that was asked for, whole.
"""

import logging
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache, partial

import urllib3
from django.conf import settings

from catalog import stores
from playback import cloudfront, delivery, edges, signing
from playback.silence import Silence
from spotify_lite import metrics
from spotify_lite.places import Origin

CONNECT = 1.0  # seconds: two places that are black holes must not use up a listener's three
READ = 20.0  # seconds between bytes: an origin that needs 8 for the first one is slow, not dead
READ_LATER = 10.0  # where another place was silent already: it may have waited for this one
CHUNK = 64 * 1024  # bytes
TOO_LATE = 1.5  # seconds after which a POP's 5xx is the answer: it has asked the origins itself
PAUSE = (0.05, 0.2)  # seconds before the one second try; drawn, so that nodes do not come back together
LINK_LIVES = timedelta(minutes=15)
SPAN = re.compile(r"bytes (?:([0-9]{1,15})-([0-9]{1,15})|\*)/([0-9]{1,15})")

Write = Callable[[int, bytes], object]  # offset in the part, and bytes

FETCHES = metrics.counter("fetches", "Parts of objects that this node asked for, by whom it asked.", "place", "outcome")

logger = logging.getLogger(__name__)

_silence = Silence(patience=CONNECT + READ, clock=time.monotonic)


class Missing(Exception):
    """No place has the object."""


class Away(Exception):
    """No place answers for the object now."""


class _Spoilt(Exception):
    """An answer that another try may mend: broken off, not the part asked for, or a 5xx."""


class _Absent(Exception):
    """The place answers that it has no such object."""


class _Refused(Exception):
    """The place does not answer, or does not let this node in."""


class _Silent(_Refused):
    """The place took the question, or did not even that, and let this node wait in vain."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched."""

    size: int  # of the whole object, bytes
    edge: str  # the POP through which it came, empty for an origin


@dataclass(frozen=True, slots=True)
class _Try:
    place: str  # as logs and the memory of silent places name it
    url: Callable[[], str]
    edge: str

    @property
    def kind(self) -> str:
        return delivery.EDGE if self.edge else "origin"


def fetch(name: str, start: int, length: int, write: Write, *, past_edges: bool = False) -> Fetched:
    """Fetch up to `length` bytes of the object from `start`; raise Missing or Away.

    `name` is its path without the first slash. With `past_edges` only origins are asked.
    """
    began = time.monotonic()
    tries = [*([] if past_edges else _edges(name)), *_origins(name)]
    again: list[_Try] = []
    absent, patience = 0, READ
    for one in filter(_speaks, tries):
        try:
            return _fetch(one, start, length, write, patience)
        except _Absent:
            absent += not one.edge  # a POP may remember for a second that there was none
        except _Silent:
            logger.warning("%s let this node wait in vain", one.place)
            _silence.note(one.place)
            patience = READ_LATER
        except _Refused:
            pass
        except _Spoilt:
            again.append(one)
            if one.edge and time.monotonic() - began > TOO_LATE:
                break
    for one in again[-1:]:  # the origin, where it was asked
        time.sleep(random.uniform(*PAUSE))
        try:
            return _fetch(one, start, length, write, patience)
        except (_Absent, _Refused, _Spoilt):
            break
    if absent and absent == len(settings.ORIGINS):
        raise Missing
    raise Away


def _speaks(one: _Try) -> bool:
    return not _silence.passes_over(one.place)


def purge(edge: str, name: str) -> None:
    """Ask a POP to drop an object that it holds damaged; nothing more is done where it does not answer."""
    if settings.MEDIA_SIGNER != "hmac":
        return
    base = next(one.url for one in settings.EDGES if one.name == edge)
    try:
        answer = _http().request("POST", _hmac().url(base, f"/edge/purge/{name}", _exp()), redirect=False)
        logger.warning("The edge %s held %s damaged; its purge was answered %s", edge, name, answer.status)
    except (urllib3.exceptions.HTTPError, OSError):
        logger.warning("The edge %s holds %s damaged and cannot be asked to drop it", edge, name)


def _edges(name: str) -> Iterator[_Try]:
    """Yield the two nearest POPs that are up; covers need no signature."""
    for pop in delivery.near(settings.REGION, edges.view().pops)[:2]:
        if not name.startswith("media/"):
            yield _Try(pop.url, partial("{}/{}".format, pop.url, name), pop.name)
        else:
            signer: signing.Signer = cloudfront.signer() if settings.MEDIA_SIGNER == "cloudfront" else _hmac()
            yield _Try(pop.url, partial(_at_edge, signer, pop.url, name), pop.name)


def _at_edge(signer: signing.Signer, base: str, name: str) -> str:
    return signer.url(base, f"/{name}", _exp())


def _origins(name: str) -> Iterator[_Try]:
    """Yield this region's origin, then the others in the order of the settings."""
    for origin in sorted(settings.ORIGINS, key=lambda one: one.region != settings.REGION):
        yield _Try(origin.endpoint, partial(_presigned, origin, name), "")


def _fetch(one: _Try, start: int, length: int, write: Write, patience: float) -> Fetched:
    headers = {"Range": f"bytes={start}-{start + length - 1}", "Accept-Encoding": "identity"}
    timeout = urllib3.Timeout(connect=CONNECT, read=patience)
    try:
        answer = _http().request(
            "GET", one.url(), headers=headers, preload_content=False, redirect=False, timeout=timeout
        )
    except (urllib3.exceptions.HTTPError, OSError) as error:
        FETCHES.labels(one.kind, "silent").inc()
        if one.edge:
            edges.doubt()
        raise (_Silent if _waited(error) else _Refused) from error
    _silence.end(one.place)
    try:
        size, expected = _told(answer, start, length)
        _take(answer, expected, write)
    except _Spoilt:
        FETCHES.labels(one.kind, "spoilt").inc()
        answer.close()  # what is left of it belongs to no later answer
        raise
    finally:
        answer.release_conn()
    FETCHES.labels(one.kind, "fetched").inc()
    return Fetched(size, one.edge)


def _waited(error: Exception) -> bool:
    """Say whether time ran out; who refuses connections does so at once, though urllib3 calls it a time-out too."""
    timeout, refused = urllib3.exceptions.TimeoutError, urllib3.exceptions.NewConnectionError
    return isinstance(error, timeout) and not isinstance(error, refused)


def _take(answer: urllib3.BaseHTTPResponse, expected: int, write: Write) -> None:
    """Take the body, which must have so many bytes."""
    taken = 0
    try:
        for chunk in answer.stream(CHUNK):
            if taken + len(chunk) <= expected:
                write(taken, chunk)
            taken += len(chunk)
    except urllib3.exceptions.HTTPError as error:
        raise _Spoilt from error
    if taken != expected:
        raise _Spoilt


def _told(answer: urllib3.BaseHTTPResponse, start: int, length: int) -> tuple[int, int]:
    """Return the object's size and how many bytes must follow, from an answer's head."""
    if answer.status == 404:
        raise _Absent
    if answer.status >= 500:
        raise _Spoilt
    span = SPAN.fullmatch(answer.headers.get("Content-Range", ""))
    if answer.status == 416 and span and span[1] is None and int(span[3]) <= start:
        answer.drain_conn()
        return int(span[3]), 0
    if answer.status == 206 and span and span[1] is not None:
        first, last, size = int(span[1]), int(span[2]), int(span[3])
        if (first, last) == (start, min(start + length, size) - 1):
            return size, last - first + 1
        raise _Spoilt
    if answer.status == 200 and start == 0 and (whole := answer.headers.get("Content-Length", "")).isdigit():
        if int(whole) <= length:
            return int(whole), int(whole)
        raise _Spoilt
    answer.close()
    raise _Refused


def _exp() -> int:
    return signing.exp_for(time.time())


def _hmac() -> signing.Hmac:
    kid = settings.MEDIA_SIGNING_KID
    return signing.Hmac(kid, settings.MEDIA_SIGNING_KEYS[kid])


@lru_cache(maxsize=1)
def _http() -> urllib3.PoolManager:
    return urllib3.PoolManager(
        num_pools=32, maxsize=32, retries=False, timeout=urllib3.Timeout(connect=CONNECT, read=READ)
    )


def _presigned(origin: Origin, name: str) -> str:
    """Return the origin's own signed address of the object."""
    folder, _, rest = name.partition("/")
    return _bucket(origin, folder).link(rest, lives=LINK_LIVES)


@cache
def _bucket(origin: Origin, folder: str) -> stores.Bucketed:
    alias = next(alias for alias, prefix in settings.OBJECTS.items() if prefix == folder)
    return stores.store_at(origin, alias)
