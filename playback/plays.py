"""Own plays: one press of play each, registered once, and counted once when enough of it was heard.

The functions run in the transaction of `playback.listening`. Every writer locks in one order (plays, resume points,
tracks, the catalog's version), each sorted, so that two batches cannot deadlock.
"""

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from catalog import derived, wishes
from catalog.models import Track
from playback import merging
from playback.models import Play, PlayEvent
from spotify_lite.given import Given, Row

MAX_EVENTS = 500  # kept of a play: 80 minutes of events every 10 s that do not add up to 30 s will not count
SWEPT_AT_ONCE = 1_000  # events a transaction: some 10 ms in which who hears one of these plays waits

Key = tuple[UUID, int]  # play id, listener id

_FOUND = """
    SELECT found.play_id, found.listener_id, found.id, found.track_id, found.counted_at IS NOT NULL
    FROM {given}, playback_play AS found
    WHERE found.play_id = given.play_id AND found.listener_id = given.listener_id
"""
_SEE = Given(_FOUND, play_id="uuid", listener_id="bigint")
_FIND = Given(
    _FOUND + "ORDER BY found.play_id, found.listener_id {locked}",
    play_id="uuid",
    listener_id="bigint",
)
_MAKE = Given(
    """
    INSERT INTO playback_play (play_id, listener_id, track_id, device, started_at)
    SELECT play_id, listener_id, track_id, device, started_at FROM {given} WHERE true
    ON CONFLICT (play_id, listener_id) DO NOTHING
    RETURNING play_id, listener_id, id, track_id, false
    """,
    play_id="uuid",
    listener_id="bigint",
    track_id="bigint",
    device="text",
    started_at="timestamptz",
)
_KNOWN = Given(
    """
    SELECT event.play_id, event.seq, event.at_ms, event.position_ms, event.state
    FROM {given}, playback_playevent AS event
    WHERE event.play_id = given.play_id
    """,
    play_id="bigint",
)
_KEEP = Given(
    """
    INSERT INTO playback_playevent (play_id, seq, at_ms, position_ms, state)
    SELECT play_id, seq, at_ms, position_ms, state FROM {given}
    """,
    play_id="bigint",
    seq="int",
    at_ms="bigint",
    position_ms="int",
    state="int",
)


@dataclass(frozen=True, slots=True)
class Press:
    """A play that may be new."""

    track_id: int
    device: str
    started_at: datetime


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


def register(begun: Mapping[Key, Press], heard: Mapping[Key, Press]) -> dict[Key, Registered]:
    """Make the plays that are not there yet, and return all of them as they stand.

    Those that are begun are taken for new, those that are heard for known: one statement each where that is so.
    Those that are heard are locked until the commit. Where none is, plays that were begun before are only looked at:
    a press of play said twice does not wait for whoever writes the positions of that play.
    """
    found = _registered(_FIND, sorted(heard)) if heard else {}
    if missing := sorted((begun.keys() | heard.keys()) - found.keys()):
        presses = [begun.get(key) or heard[key] for key in missing]
        rows = [
            (*key, press.track_id, press.device, press.started_at) for key, press in zip(missing, presses, strict=True)
        ]
        found |= _registered(_MAKE, rows)
        if taken := [key for key in missing if key not in found]:  # begun before, or by another process meanwhile
            found |= _registered(_FIND if heard else _SEE, taken)
    return found


def _registered(statement: Given, rows: Sequence[Row]) -> dict[Key, Registered]:
    return {
        (UUID(play_id) if isinstance(play_id, str) else play_id, listener_id): Registered(
            row_id, track_id, bool(counted)
        )
        for play_id, listener_id, row_id, track_id, counted in statement.run(rows)
    }


def hear(
    heard: Iterable[tuple[int, merging.Event]],
    plays: Mapping[Key, Registered],
    *,
    durations_ms: Mapping[int, int],
    at: datetime,
) -> None:
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
    added: list[Row] = []
    for play, arrived in events.items():
        for event in arrived:
            if event.seq not in known[play.id] and len(known[play.id]) < MAX_EVENTS:
                known[play.id][event.seq] = event
                added.append((play.id, event.seq, event.at_ms, event.position_ms, event.state))
    if added:
        _KEEP.run(added)  # no conflicts: the plays are locked
    enough = [
        play
        for play in events
        if merging.counts(merging.heard_ms(known[play.id].values()), duration_ms=durations_ms.get(play.track_id, 0))
    ]
    if enough:
        _count(enough, at=at)


def _known(events: Mapping[Registered, Sequence[merging.Event]]) -> dict[int, dict[int, merging.Event]]:
    """Return the events kept of these plays, by play and seq."""
    known: dict[int, dict[int, merging.Event]] = defaultdict(dict)
    plays = {play.id: arrived[0] for play, arrived in events.items()}
    for row_id, seq, at_ms, position_ms, state in _KNOWN.run([(row_id,) for row_id in plays]):
        one = plays[row_id]
        known[row_id][seq] = merging.Event(one.track_id, one.play_id, seq, at_ms, position_ms, state)
    return known


def _count(plays: list[Registered], *, at: datetime) -> None:
    """Count these plays, which this transaction has locked: once each, and once in their tracks."""
    ids = [play.id for play in plays]
    Play.objects.filter(id__in=ids).update(counted_at=at)
    PlayEvent.objects.filter(play_id__in=ids).delete()
    per_track = sorted(Counter(play.track_id for play in plays).items())
    for track_id, number in per_track:
        Track.objects.filter(id=track_id).update(plays=F("plays") + number)
    wishes.note_plays([track_id for track_id, _ in per_track])
    if derived.move_buckets([track_id for track_id, _ in per_track]):
        derived.bump_version()


def sweep_events(*, before_ms: int) -> int:
    """Delete the events of plays that have not counted, from before that time (Unix ms); return how many.

    Ids grow with arrival. Only what arrived before the first event of a later time goes, so that a device that was
    away for days, and reports them now, is not swept while it reports. Locked rows wait for the next sweep.
    """
    newest = PlayEvent.objects.order_by("-id").values_list("id", flat=True).first()
    later = PlayEvent.objects.filter(at_ms__gte=before_ms).order_by("id").values_list("id", flat=True).first()
    if newest is None:
        return 0
    old = PlayEvent.objects.filter(id__lt=newest + 1 if later is None else later).order_by("id")
    swept = 0
    while True:
        with transaction.atomic():
            ids = list(old.select_for_update(skip_locked=True).values_list("id", flat=True)[:SWEPT_AT_ONCE])
            PlayEvent.objects.filter(id__in=ids).delete()
        swept += len(ids)
        if len(ids) < SWEPT_AT_ONCE:
            return swept
