"""Own where a listener is in a track: the statement that writes resume points, and the list to continue from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from playback.merging import ENDED, Event
from playback.models import Play, ResumePoint

# The merge rule, in the row: a batch in any order, of any age, ends in the same points. UUIDs compare alike here
# (lower-case hex in SQLite, bytes in PostgreSQL) and in Python.
_UPSERT = """
INSERT INTO playback_resumepoint (listener_id, track_id, at_ms, play_id, seq, position_ms, state)
{rows}
ON CONFLICT (listener_id, track_id) DO UPDATE SET
    at_ms = excluded.at_ms, play_id = excluded.play_id, seq = excluded.seq,
    position_ms = excluded.position_ms, state = excluded.state
WHERE (excluded.at_ms, excluded.play_id, excluded.seq)
    > (playback_resumepoint.at_ms, playback_resumepoint.play_id, playback_resumepoint.seq)
"""
# One text for every batch size, so that it stays prepared. SQLite is quickest row by row in one transaction.
_POSTGRESQL = _UPSERT.format(
    rows="SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::uuid[], %s::int[], %s::int[], %s::int[])"
)
_SQLITE = _UPSERT.format(rows="VALUES (%s, %s, %s, %s, %s, %s, %s)")


@dataclass(frozen=True, slots=True)
class Begun:
    """A track to continue."""

    track_id: int
    position_ms: int
    at_ms: int  # when it was heard, Unix milliseconds
    device: str  # that it was heard on
    plays: int  # of the track, ever
    card: dict[str, Any]


def save(heard: Iterable[tuple[int, Event]]) -> None:
    """Write (listener id, event) pairs as resume points where they are newer; equal keys change nothing.

    They must come from `merging.newest`: one a listener and track, or PostgreSQL refuses the statement, and sorted,
    or two batches deadlock.
    """
    rows = [
        (listener_id, event.track_id, event.at_ms, event.play_id, event.seq, event.position_ms, event.state)
        for listener_id, event in heard
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL, [list(column) for column in zip(*rows, strict=True)])
        else:
            cursor.executemany(_SQLITE, [(*row[:3], row[3].hex, *row[4:]) for row in rows])


def position_ms(listener_id: int, track_id: int) -> int:
    """Return where to go on in this track: 0 when it was never begun, or heard to its end."""
    point = (
        ResumePoint.objects.filter(listener_id=listener_id, track_id=track_id)
        .values_list("position_ms", "state")
        .first()
    )
    return 0 if point is None or point[1] == ENDED else point[0]


def begun(listener_id: int, *, at: datetime, after: Sequence[int] | None, limit: int) -> list[Begun]:
    """Return what to continue, the newest first: begun, not ended, of tracks that are listed; one query.

    `after` is the (at_ms, track id) of the last one shown.
    """
    released = Q(track__release_at__isnull=True) | Q(track__release_at__lte=at)
    points = ResumePoint.objects.filter(
        released, listener_id=listener_id, position_ms__gt=0, track__published=True, track__available=True
    ).exclude(state=ENDED)
    if after is not None:
        points = points.filter(Q(at_ms__lt=after[0]) | Q(at_ms=after[0], track_id__gt=after[1]))
    device = Play.objects.filter(listener_id=OuterRef("listener_id"), play_id=OuterRef("play_id")).values("device")
    rows = points.order_by("-at_ms", "track_id").values_list(
        "track_id", "position_ms", "at_ms", Coalesce(Subquery(device), Value("")), "track__plays", "track__card"
    )
    return [Begun(*row) for row in rows[:limit]]
