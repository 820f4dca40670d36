"""Own the merge rule: what a client's event must look like, which of two stands, and how much of a play was heard.

Pure. Times are Unix milliseconds of server time, positions milliseconds into the track.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

PLAYING, PAUSED, ENDED = 0, 1, 2
STATES = {"playing": PLAYING, "paused": PAUSED, "ended": ENDED}

DAY_MS = 86_400_000
MAX_INT = (1 << 31) - 1  # what the columns of seq and position hold
TRACK_IDS = range(1, 1 << 34)
CLOCK_AHEAD_MS = 60_000  # a client that learnt our clock is not further ahead than this
COUNTED_AFTER_MS = 30_000  # a skip is not a play
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CLOCK_SET_MS = (datetime(2000, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)  # a clock never set says 1970

UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Event:
    """Where a play was at a moment."""

    track_id: int
    play_id: UUID
    seq: int  # grows within a play, shared with the playback state
    at_ms: int  # when it was heard
    position_ms: int
    state: int  # PLAYING, PAUSED or ENDED

    @property
    def key(self) -> tuple[int, UUID, int]:
        """Return what decides between two events of one listener and track: the greater stands."""
        return self.at_ms, self.play_id, self.seq


class Rejected(ValueError):
    """An event that is not taken; `code` names the first thing that is wrong with it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse(raw: Any, *, now_ms: int) -> Event:
    """Return the event of a JSON object; raise Rejected with event, play_id, seq, track, position, state, at or clock.

    Whether the track can be heard is told by `place`.
    """
    if not isinstance(raw, dict):
        raise Rejected("event")
    play_id = uuid_of(raw.get("play_id"))
    if play_id is None:
        raise Rejected("play_id")
    seq, track_id, position = raw.get("seq"), raw.get("track_id"), raw.get("position_ms")
    if type(seq) is not int or not 0 <= seq <= MAX_INT:
        raise Rejected("seq")
    if type(track_id) is not int or track_id not in TRACK_IDS:
        raise Rejected("track")
    if type(position) is not int or position < 0:
        raise Rejected("position")
    state = raw.get("state")
    if not isinstance(state, str) or state not in STATES:
        raise Rejected("state")
    at_ms = moment_of(raw.get("at"))
    if at_ms is None:
        raise Rejected("at")
    if not CLOCK_SET_MS <= at_ms <= now_ms + CLOCK_AHEAD_MS:
        raise Rejected("clock")
    return Event(track_id, play_id, seq, at_ms, min(position, MAX_INT), STATES[state])


def place(event: Event, durations_ms: Mapping[int, int]) -> Event:
    """Return the event with its position inside the track; raise Rejected("track") for one that is not listed.

    A duration of 0 is unknown and clips nothing.
    """
    duration = durations_ms.get(event.track_id)
    if duration is None:
        raise Rejected("track")
    return replace(event, position_ms=duration) if 0 < duration < event.position_ms else event


def uuid_of(raw: Any) -> UUID | None:
    """Return the UUID of its canonical text, in either case (RFC 9562 section 4); None for anything else."""
    return UUID(raw) if isinstance(raw, str) and UUID_TEXT.fullmatch(raw) else None


def moment_of(raw: Any) -> int | None:
    """Return the Unix milliseconds of an RFC 3339 date-time with its offset; None for anything else."""
    if not (isinstance(raw, str) and RFC_3339.fullmatch(raw)):
        return None
    try:
        return (datetime.fromisoformat(raw.upper()) - EPOCH) // timedelta(milliseconds=1)
    except ValueError:  # a 30th of February, or a year before the first
        return None


def newest(heard: Iterable[tuple[int, Event]]) -> list[tuple[int, Event]]:
    """Return of (listener id, event) the greatest event of each listener and track, sorted by both.

    The order matters to whoever locks rows by it: all writers in one order cannot deadlock.
    """
    greatest: dict[tuple[int, int], Event] = {}
    for listener_id, event in heard:
        known = greatest.get((listener_id, event.track_id))
        if known is None or event.key > known.key:
            greatest[listener_id, event.track_id] = event
    return [(listener_id, event) for (listener_id, _), event in sorted(greatest.items(), key=lambda item: item[0])]


def heard_ms(events: Iterable[Event]) -> int:
    """Return how much of one play was heard, in any order of its events.

    Between neighbours by seq, where the earlier was playing, it is the lesser of what the position advanced and
    what the clock did: a seek forward is not listening, and neither is time that passed while stalled.
    """
    ordered = sorted({event.seq: event for event in events}.values(), key=lambda event: event.seq)
    return sum(
        max(0, min(later.position_ms - earlier.position_ms, later.at_ms - earlier.at_ms))
        for earlier, later in pairwise(ordered)
        if earlier.state == PLAYING
    )


def counts(heard: int, *, duration_ms: int) -> bool:
    """Return whether so many milliseconds make a play: 30 seconds, or half of a shorter track."""
    return heard >= (min(COUNTED_AFTER_MS, duration_ms / 2) if duration_ms else COUNTED_AFTER_MS)
