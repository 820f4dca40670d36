"""Own what a listener's players show: the queue, where it is, and on which device; the newest action stands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts import guests
from accounts.models import User
from playback import merging
from playback.models import PlaybackState, ResumePoint


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
    save(wanted)
    return read(listener.id) or _shown(wanted)


def save(wanted: PlaybackState) -> None:
    """Write the row where there is none, or where its (at, play_id, seq) is greater than the one there."""
    older = (
        Q(at_ms__lt=wanted.at_ms)
        | Q(at_ms=wanted.at_ms, play_id__lt=wanted.play_id)
        | Q(at_ms=wanted.at_ms, play_id=wanted.play_id, seq__lt=wanted.seq)
    )
    with transaction.atomic():
        PlaybackState.objects.bulk_create([wanted], ignore_conflicts=True)
        PlaybackState.objects.filter(older, listener_id=wanted.listener_id).update(
            at_ms=wanted.at_ms,
            play_id=wanted.play_id,
            seq=wanted.seq,
            queue=wanted.queue,
            index=wanted.index,
            position_ms=wanted.position_ms,
            playing=wanted.playing,
            device=wanted.device,
            updated_at=wanted.updated_at,
        )


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
