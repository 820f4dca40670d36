"""Audit what POPs hold: read objects through them, compare with what their names say, and replace what differs.

A truncated body never stays in a cache; one that was altered on its way, or rotted on a disk, has the right length.
The key of a stored object is the SHA-256 of its bytes, so nothing else need be known.
"""

import hashlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import urllib3
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from catalog.models import Rendition
from playback import edges, residents, signing
from playback.models import Resident
from spotify_lite.places import Edge

CHUNK = 1 << 18  # bytes
PATIENCE = urllib3.Timeout(connect=3.0, read=70.0)  # seconds; a cold slice may come from a slow origin
SLICE = 50  # objects of a POP that the clock's audit reads at once
SETTLED = 0.5  # seconds until the cache has surely taken what it has just sent
RATE = 20_000_000  # bytes a second, of which listeners hardly notice anything

logger = logging.getLogger(__name__)


class Outcome(Enum):
    """What became of one object at one POP."""

    WHOLE = "whole"
    REPLACED = "replaced"  # it was damaged there, and is not any more
    DAMAGED = "damaged"  # also after it was fetched again: the storage's own copy, or the way, is to be looked at
    ABSENT = "absent"  # no longer there; only what a POP holds is audited
    UNREACHABLE = "unreachable"


class _Away(Exception):
    """The POP does not answer as it should."""


@dataclass(frozen=True, slots=True)
class Audited:
    """One object at one POP."""

    edge: str
    key: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class _Object:
    key: str
    extension: str
    size: int  # bytes

    @property
    def path(self) -> str:
        return f"/media/{self.key[:2]}/{self.key}.{self.extension}"


class Auditor:
    """Reads through one POP, no faster than it may."""

    def __init__(self, edge: Edge, *, rate: int = RATE) -> None:
        """Take the POP, and the bytes a second that are read from it."""
        self.edge = edge
        self._rate = rate
        self._http = urllib3.PoolManager(retries=False, timeout=PATIENCE, maxsize=1)
        health = edges.ask(self._http, edge)
        self.cache = health.cache if health else ""  # the name of its cache; empty where it does not answer

    def held(self, *, most: int) -> Iterator[Audited]:
        """Audit what it is said to hold: what was not looked at longest first, so that every object has its turn."""
        rows = Resident.objects.filter(edge=self.edge.name, cache=self.cache).order_by("seen_at", "id")
        yield from self._audit(list(rows.values_list("key", flat=True)[:most]), fill=False)

    def everything(self, renditions: "QuerySet[Rendition]") -> Iterator[Audited]:
        """Audit these renditions; what it does not hold is fetched into it."""
        yield from self._audit(list(renditions.values_list("key", flat=True).distinct()), fill=True)

    def _audit(self, keys: list[str], *, fill: bool) -> Iterator[Audited]:
        found = {row.key: row for row in Rendition.objects.filter(key__in=keys, file=None)}
        for key in keys:
            if not self.cache:
                yield Audited(self.edge.name, key, Outcome.UNREACHABLE)
                continue
            row = found.get(key)
            outcome = self._one(_Object(key, row.extension, row.size), fill=fill) if row else Outcome.ABSENT
            self._note(key, row.size if row else 0, outcome)
            yield Audited(self.edge.name, key, outcome)

    def _one(self, thing: _Object, *, fill: bool) -> Outcome:
        try:
            if not fill and self._ask("GET", f"/edge/resident{thing.path}") == 404:
                return Outcome.ABSENT
            if self._reads_right(thing):
                return Outcome.WHOLE
            logger.warning("The edge %s holds %s damaged", self.edge.name, thing.key)
            self._purge(thing)
            if self._reads_right(thing):
                return Outcome.REPLACED
            time.sleep(SETTLED)
            self._purge(thing)
        except (urllib3.exceptions.HTTPError, _Away) as error:
            logger.warning("The edge %s cannot be audited for %s: %s", self.edge.name, thing.key, error)
            return Outcome.UNREACHABLE
        logger.error("What the edge %s fetches of %s is damaged", self.edge.name, thing.key)
        return Outcome.DAMAGED

    def _reads_right(self, thing: _Object) -> bool:
        """Say whether length and hash are right; raise _Away where it is not served or breaks off."""
        digest, length, started = hashlib.sha256(), 0, time.monotonic()
        with self._http.request("GET", self._signed(thing.path), preload_content=False, redirect=False) as answer:
            if answer.status != 200:
                raise _Away(f"status {answer.status}")
            for piece in answer.stream(CHUNK):
                digest.update(piece)
                length += len(piece)
                time.sleep(max(0.0, length / self._rate - (time.monotonic() - started)))
        return length == thing.size and digest.hexdigest() == thing.key

    def _purge(self, thing: _Object) -> None:
        status = self._ask("POST", f"/edge/purge{thing.path}")
        if status != 200:
            raise _Away(f"status {status} to a purge")

    def _ask(self, method: str, path: str) -> int:
        return int(self._http.request(method, self._signed(path), redirect=False).status)

    def _signed(self, path: str) -> str:
        kid = settings.MEDIA_SIGNING_KID
        exp = signing.exp_for(time.time())
        return self.edge.url + signing.sign(path, exp, kid, settings.MEDIA_SIGNING_KEYS[kid])

    def _note(self, key: str, size: int, outcome: Outcome) -> None:
        if outcome in {Outcome.WHOLE, Outcome.REPLACED}:
            residents.save([(self.edge.name, key, size)], caches={self.edge.name: self.cache})
        elif outcome in {Outcome.ABSENT, Outcome.DAMAGED}:
            Resident.objects.filter(edge=self.edge.name, key=key).delete()
        else:  # the next pass looks at others first
            Resident.objects.filter(edge=self.edge.name, key=key).update(seen_at=timezone.now())


def auditable() -> tuple[Edge, ...]:
    """Return the POPs that can be audited: CloudFront tells nobody what it holds."""
    return settings.EDGES if settings.MEDIA_SIGNER == "hmac" else ()


def audit_held(*, most: int = SLICE) -> int:
    """Audit so many objects of each POP; return how many were damaged there."""
    audited = [one for edge in auditable() for one in Auditor(edge).held(most=most)]
    return sum(one.outcome in {Outcome.REPLACED, Outcome.DAMAGED} for one in audited)
