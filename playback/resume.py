"""Own where a listener is in a track: the statement that writes resume points, and the list to continue from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from catalog.models import tracks
from playback.merging import DAY_MS, ENDED, Event
from playback.models import Play, ResumePoint
from spotify_lite.given import Given

# The merge rule, in the row: a batch in any order, of any age, ends in the same points. UUIDs compare alike here
# (lower-case hex in SQLite, bytes in PostgreSQL) and in Python.
_MERGE = Given(
    """
    INSERT INTO playback_resumepoint (listener_id, track_id, at_ms, play_id, seq, position_ms, state)
    SELECT listener_id, track_id, at_ms, play_id, seq, position_ms, state FROM {given} WHERE true
    ON CONFLICT (listener_id, track_id) DO UPDATE SET
        at_ms = excluded.at_ms, play_id = excluded.play_id, seq = excluded.seq,
        position_ms = excluded.position_ms, state = excluded.state
    WHERE (excluded.at_ms, excluded.play_id, excluded.seq)
        > (playback_resumepoint.at_ms, playback_resumepoint.play_id, playback_resumepoint.seq)
    """,
    listener_id="bigint",
    track_id="bigint",
    at_ms="bigint",
    play_id="uuid",
    seq="int",
    position_ms="int",
    state="int",
)


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
    if rows:
        _MERGE.run(rows)


def go_on_ms(position_ms: int | None, state: int | None) -> int:
    """Return where to go on in a track, from its resume point: 0 when it was never begun, or heard to its end."""
    return 0 if position_ms is None or state == ENDED else position_ms


def begun(listener_id: int, *, at: datetime, after: Sequence[int] | None, limit: int) -> list[Begun]:
    """Return what to continue, the newest first: begun, not ended, of tracks that are listed; one query.

    `after` is the (at_ms, track id) of the last one shown.
    """
    points = ResumePoint.objects.filter(
        tracks.listed(at=at, through="track__"), listener_id=listener_id, position_ms__gt=0
    ).exclude(state=ENDED)
    if after is not None:
        points = points.filter(day__lte=after[0] // DAY_MS)  # for the index
        points = points.filter(Q(at_ms__lt=after[0]) | Q(at_ms=after[0], track_id__gt=after[1]))
    device = Play.objects.filter(listener_id=OuterRef("listener_id"), play_id=OuterRef("play_id")).values("device")
    rows = points.order_by("-day", "-at_ms", "track_id").values_list(
        "track_id", "position_ms", "at_ms", Coalesce(Subquery(device), Value("")), "track__plays", "track__card"
    )
    return [Begun(*row) for row in rows[:limit]]
