"""Keep the packed names in step with the catalog: the work of a worker, at most a hundredth of its time."""

import gzip
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from catalog.models import CatalogVersion, Pocket, PocketPiece
from catalog.pocket import gathering, letters, packing
from catalog.search import state

LAYOUT = 1  # of the pieces; scripts of another one leave them alone
SHARE = 100  # times what packing took, until it is done again
PAUSE = timedelta(seconds=20)  # at least
GIVEN_UP = timedelta(minutes=15)  # whoever packs for so long was killed
GRACE = timedelta(hours=2)  # that a piece stays which nothing names any more: somebody may be fetching it
LARGE = 1 / 12  # of all pieces: differences of that size have all packed anew
SMALL = 48 * 1024  # bytes of differences that are never too many
NOTHING: dict[str, Any] = {
    "version": None,
    "layout": LAYOUT,
    "tracks": 0,
    "of": 0,
    "pieces": [],
    "changes": None,
    "letters": None,
}  # what clients are told before anything was packed
LEVEL = 9  # of gzip: a piece is compressed once


def keep(*, at: datetime) -> bool:
    """Pack what has changed; return whether anything had. Whoever comes second, or too soon, does nothing."""
    row, _ = Pocket.objects.get_or_create(id=1)
    made_of = f"{_version()}.{state.read().generation}"  # before the names are read: what comes between is packed later
    if row.made_of == made_of and row.layout == LAYOUT:
        return False
    free = Q(due_at__isnull=True) | Q(due_at__lte=at)
    if not Pocket.objects.filter(free, id=1).update(due_at=at + GIVEN_UP):
        return False
    started = time.monotonic()
    names = gathering.gather(at=at)
    base = packing.Base.read(bytes(row.base)) if row.layout == LAYOUT and row.base else None
    changes = packing.differences(base, names) if base else None
    told = row.told if base else {}
    if base is None or _too_large(changes, told):
        pieces = [_kept(piece) for piece in packing.pieces(names)]
        told = {"pieces": pieces, "letters": _kept(packing.dumped({"letters": letters.spelt(packing.texts(names))}))}
        changes, row.base = None, packing.base_of(names).dumped()
    told |= {"layout": LAYOUT, "changes": _kept(changes) if changes else None}
    told |= {"tracks": len(names.tracks), "of": names.of}
    row.told = told | {"version": packing.digest(packing.dumped(told | {"version": None}))}
    row.layout, row.made_of = LAYOUT, made_of
    row.due_at = timezone.now() + max(PAUSE, timedelta(seconds=SHARE * (time.monotonic() - started)))
    with transaction.atomic():
        row.save()
        _drop_all_but(named(row.told), at=at)
    return True


def named(told: dict[str, Any]) -> list[str]:
    """Return the digests of all pieces that clients are told of."""
    some = [*told.get("pieces", ()), told.get("letters"), told.get("changes")]
    return [piece["digest"] for piece in some if piece]


def current() -> dict[str, Any]:
    """Return what clients are told; empty before anything was packed, or where another version of the code did it."""
    row = Pocket.objects.filter(id=1, layout=LAYOUT).values_list("told", flat=True).first()
    return row or {}


def piece(digest: str) -> bytes | None:
    """Return a piece as it was compressed."""
    body = PocketPiece.objects.filter(digest=digest).values_list("body", flat=True).first()
    return None if body is None else bytes(body)


def _kept(piece: bytes) -> dict[str, Any]:
    """Keep a piece that is not there yet; return what clients are told of it."""
    digest = packing.digest(piece)
    body = gzip.compress(piece, LEVEL, mtime=0)
    PocketPiece.objects.update_or_create(
        digest=digest, defaults={"dropped_at": None}, create_defaults={"body": body, "dropped_at": None}
    )
    return {"digest": digest, "bytes": len(body)}


def _too_large(changes: bytes | None, told: dict[str, Any]) -> bool:
    if changes is None or len(changes) <= SMALL:
        return False
    size = len(gzip.compress(changes))
    return size > SMALL and size > LARGE * sum(piece["bytes"] for piece in told["pieces"])


def _drop_all_but(digests: Iterable[str], *, at: datetime) -> None:
    others = PocketPiece.objects.exclude(digest__in=list(digests))
    others.filter(dropped_at__isnull=True).update(dropped_at=at)
    others.filter(dropped_at__lte=at - GRACE).delete()


def _version() -> int:
    return CatalogVersion.objects.filter(id=1).values_list("number", flat=True).first() or 0
