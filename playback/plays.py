"""Own plays: one press of play each, registered once, and counted once when enough of it was heard.

The functions run in the transaction of `playback.listening`. Every writer locks in one order (plays, resume points,
tracks, the catalog's version), each sorted, so that two batches cannot deadlock.
"""

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from catalog import derived
from catalog.models import Track
from playback import merging
from playback.models import Play, PlayEvent

MAX_EVENTS = 500  # kept of a play: 80 minutes of events every 10 s that do not add up to 30 s will not count

Key = tuple[UUID, int]  # play id, listener id


@dataclass(frozen=True, slots=True)
class Registered:
    """A play as it stands: the first to name it chose its track."""

    id: int
    track_id: int
    counted: bool


def uuid7(*, at_ms: int) -> UUID:
    """Return a version 7 UUID of RFC 9562 section 5.7: 48 bits of Unix milliseconds, then 74 random ones."""
    random = secrets.randbits(74)
    return UUID(int=at_ms << 80 | 7 << 76 | random >> 62 << 64 | 2 << 62 | random & (1 << 62) - 1)


def register(wanted: Mapping[Key, Play]) -> dict[Key, Registered]:
    """Make the plays that are not there yet, and return all of them as they stand, locked until the commit."""
    found = _lock(wanted)
    if missing := [wanted[key] for key in sorted(wanted.keys() - found.keys())]:
        Play.objects.bulk_create(missing, ignore_conflicts=True)  # another process may have made one meanwhile
        found = _lock(wanted)
    return found


def _lock(wanted: Mapping[Key, Play]) -> dict[Key, Registered]:
    rows = (
        Play.objects.select_for_update(no_key=True)
        .filter(play_id__in={play_id for play_id, _ in wanted}, listener_id__in={listener for _, listener in wanted})
        .order_by("play_id", "listener_id")
        .values_list("play_id", "listener_id", "id", "track_id", "counted_at")
    )
    return {
        (play_id, listener_id): Registered(row_id, track_id, counted_at is not None)
        for play_id, listener_id, row_id, track_id, counted_at in rows
    }


def hear(heard: Iterable[tuple[int, merging.Event]], plays: Mapping[Key, Registered], *, at: datetime) -> None:
    """Keep the events of plays that have not counted, and count those of which enough was heard.

    An event for another track than its play's moves the resume point only.
    """
    events: dict[Registered, list[merging.Event]] = defaultdict(list)
    for listener_id, event in heard:
        play = plays[event.play_id, listener_id]
        if not play.counted and play.track_id == event.track_id:
            events[play].append(event)
    if not events:
        return
    known = _known(events)
    added: list[PlayEvent] = []
    for play, arrived in events.items():
        for event in arrived:
            if event.seq not in known[play.id] and len(known[play.id]) < MAX_EVENTS:
                known[play.id][event.seq] = event
                added.append(_row(play, event))
    PlayEvent.objects.bulk_create(added)  # no conflicts: the plays are locked
    durations = dict(Track.objects.filter(id__in={play.track_id for play in events}).values_list("id", "duration_ms"))
    enough = [
        play
        for play in events
        if merging.counts(merging.heard_ms(known[play.id].values()), duration_ms=durations.get(play.track_id, 0))
    ]
    if enough:
        _count(enough, at=at)


def _known(plays: Iterable[Registered]) -> dict[int, dict[int, merging.Event]]:
    """Return the events kept of these plays, by play and seq."""
    known: dict[int, dict[int, merging.Event]] = defaultdict(dict)
    rows = PlayEvent.objects.filter(play_id__in=[play.id for play in plays]).values_list(
        "play_id", "play__track_id", "play__play_id", "seq", "at_ms", "position_ms", "state"
    )
    for row_id, track_id, play_id, seq, at_ms, position_ms, state in rows:
        known[row_id][seq] = merging.Event(track_id, play_id, seq, at_ms, position_ms, state)
    return known


def _row(play: Registered, event: merging.Event) -> PlayEvent:
    return PlayEvent(
        play_id=play.id, seq=event.seq, at_ms=event.at_ms, position_ms=event.position_ms, state=event.state
    )


def _count(plays: list[Registered], *, at: datetime) -> None:
    """Count these plays, which this transaction has locked: once each, and once in their tracks."""
    ids = [play.id for play in plays]
    Play.objects.filter(id__in=ids).update(counted_at=at)
    PlayEvent.objects.filter(play_id__in=ids).delete()
    per_track = sorted(Counter(play.track_id for play in plays).items())
    for track_id, number in per_track:
        Track.objects.filter(id=track_id).update(plays=F("plays") + number)
    if derived.move_buckets([track_id for track_id, _ in per_track]):
        derived.bump_version()
