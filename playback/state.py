"""Own what a listener's players show: the queue, where it is, and on which device; the newest action stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import Q

from accounts import guests
from accounts.models import User
from playback import commit, merging
from playback.models import PlaybackState, ResumePoint
from spotify_lite.given import Given

TRACKS_A_ROW = 100  # of a queue weigh as much as a position: a thousand are 10 KB

_PUT = Given(
    """
    INSERT INTO playback_playbackstate
        (listener_id, at_ms, play_id, seq, queue, "index", position_ms, playing, device, updated_at)
    SELECT listener_id, at_ms, play_id, seq, queue, place, position_ms, playing, device, updated_at
    FROM {given} WHERE true
    ON CONFLICT (listener_id) DO UPDATE SET
        at_ms = excluded.at_ms, play_id = excluded.play_id, seq = excluded.seq, queue = excluded.queue,
        "index" = excluded."index", position_ms = excluded.position_ms, playing = excluded.playing,
        device = excluded.device, updated_at = excluded.updated_at
    WHERE (excluded.at_ms, excluded.play_id, excluded.seq)
        > (playback_playbackstate.at_ms, playback_playbackstate.play_id, playback_playbackstate.seq)
    """,
    listener_id="bigint",
    at_ms="bigint",
    play_id="uuid",
    seq="int",
    queue="jsonb",
    place="int",
    position_ms="int",
    playing="boolean",
    device="text",
    updated_at="timestamptz",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The state that stands, with the position of the newest progress in it."""

    play_id: UUID
    seq: int
    at_ms: int  # of the action, Unix milliseconds of server time
    queue: list[int]  # track ids
    index: int  # in the queue; 0 when it is empty
    position_ms: int
    playing: bool
    device: str
    updated_ms: int  # when position and playing were true, Unix milliseconds


def put(who: Callable[[], User], wanted: PlaybackState, *, at: datetime) -> Shown:
    """Write an action's state where it is newer than what is there; return what stands.

    `wanted` comes without its listener, who is made a guest only here.
    """
    listener = who()
    guests.note_seen(listener, at=at)
    wanted.listener, wanted.updated_at = listener, at
    writer.submit(wanted, rows=1 + len(wanted.queue) // TRACKS_A_ROW)
    return read(listener.id) or _shown(wanted)


def save(states: Sequence[PlaybackState]) -> None:
    """Write the rows that are not there, or whose (at, play_id, seq) is greater than that of the one there.

    Sorted, and one a listener, as `playback.resume` does and for the same reasons.
    """
    newest: dict[int, PlaybackState] = {}
    for state in states:
        known = newest.get(state.listener_id)
        if known is None or _key(state) > _key(known):
            newest[state.listener_id] = state
    rows = [_row(newest[listener_id]) for listener_id in sorted(newest)]
    if rows:
        _PUT.run(rows)


def store(states: Sequence[PlaybackState]) -> list[None]:
    """Write the states of many listeners in one transaction."""
    with transaction.atomic():
        save(states)
    return [None] * len(states)


def _key(state: PlaybackState) -> tuple[int, UUID, int]:
    return state.at_ms, state.play_id, state.seq


def _row(state: PlaybackState) -> tuple[object, ...]:
    queue = orjson.dumps(state.queue).decode()
    shown = (queue, state.index, state.position_ms, state.playing, state.device, state.updated_at)
    return (state.listener_id, *_key(state), *shown)


def read(listener_id: int) -> Shown | None:
    """Return the state that stands, or None where nothing was played yet.

    Progress of the same play that is newer than the action tells position and playing, never queue or device.
    """
    state = PlaybackState.objects.filter(listener_id=listener_id).first()
    if state is None:
        return None
    point = _newer_point(state)
    return _shown(state) if point is None else _shown(state, point)


def _newer_point(state: PlaybackState) -> ResumePoint | None:
    if not state.queue:
        return None
    newer = Q(at_ms__gt=state.at_ms) | Q(at_ms=state.at_ms, seq__gt=state.seq)
    return ResumePoint.objects.filter(
        newer, listener_id=state.listener_id, track_id=state.queue[state.index], play_id=state.play_id
    ).first()


def _shown(state: PlaybackState, point: ResumePoint | None = None) -> Shown:
    return Shown(
        play_id=state.play_id,
        seq=state.seq,
        at_ms=state.at_ms,
        queue=state.queue,
        index=state.index,
        position_ms=point.position_ms if point else state.position_ms,
        playing=point.state == merging.PLAYING if point else state.playing,
        device=state.device,
        updated_ms=point.at_ms if point else (state.updated_at - merging.EPOCH) // timedelta(milliseconds=1),
    )


writer: commit.Writer[PlaybackState, None] = commit.Writer(store, name="commit-states")
