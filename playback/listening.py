"""Own what listening writes: a press of play, and the events of what is heard, many requests in one transaction."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import FilteredRelation, Q, TextField
from django.db.models.functions import Cast
from rest_framework import exceptions

from accounts import guests
from accounts.models import User
from catalog.models import Track
from playback import commit, merging, plays, resume
from playback.models import Play, ResumePoint
from spotify_lite.prepared import Prepared

_SAMPLES: dict[str, Any] = {"track_id": merging.TRACK_IDS.stop - 1, "at": datetime.max.replace(tzinfo=UTC)}
_PLAYABLE = Prepared(  # with where the listener was in it
    Track,
    lambda track_id, listener_id, at: (
        Track.objects.listed(at=at)
        .filter(id=track_id)
        .annotate(point=FilteredRelation("resumepoint", condition=Q(resumepoint__listener_id=listener_id)))
        .values_list("plays", Cast("card", TextField()), "point__position_ms", "point__state")
    ),
    listener_id=(1 << 63) - 1,
    **_SAMPLES,
)
_DURATION = Prepared(
    Track,
    lambda track_id, at: Track.objects.listed(at=at).filter(id=track_id).values_list("id", "duration_ms"),
    **_SAMPLES,
)

Who = Callable[[], User]  # the caller, made a guest only now: what is refused leaves no row behind


class TrackNotPlayable(exceptions.APIException):
    """The track is listed, but there is no audio of it yet."""

    status_code = 409
    default_detail = "This track cannot be played yet: its audio is not here."
    problem_type = "track-not-playable"


class PlayTaken(exceptions.APIException):
    """The listener has used this play_id for another track."""

    status_code = 409
    default_detail = "This play_id is of a play of another track. Every press of play needs a new one."
    problem_type = "play-id-taken"


@dataclass(frozen=True, slots=True)
class Listening:
    """What one request writes."""

    listener_id: int
    device: str  # the name of the client, for plays that the request begins
    at: datetime  # when it came
    begun: tuple[tuple[UUID, int], ...] = ()  # (play id, track id) of a press of play
    events: tuple[merging.Event, ...] = ()
    durations_ms: Mapping[int, int] = field(default_factory=dict)  # of the tracks that were heard, where they are known


@dataclass(frozen=True, slots=True)
class Started:
    """A play, and all that its player needs to know of the track."""

    play_id: UUID
    plays: int  # of the track, ever
    card: dict[str, Any]
    resume_ms: int


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a list of events."""

    accepted: int
    rejected: list[tuple[int, str]]  # (index in the list, code)


def start(
    who: Who, *, listener_id: int | None, track_id: int, play_id: UUID | None, device: str, at: datetime
) -> Started:
    """Begin a play; the same play_id for the same track again is the same play.

    `listener_id` is the caller's where there is one already, who then goes on where they were.
    Raise NotFound, TrackNotPlayable, PlayTaken, NotAuthenticated or Busy.
    """
    found = _PLAYABLE.first(track_id=track_id, listener_id=listener_id or 0, at=at)
    if found is None:
        raise exceptions.NotFound
    plays_so_far, text, position_ms, state = found
    card = orjson.loads(text)
    if not card["audio"]:
        raise TrackNotPlayable
    play_id = play_id or plays.uuid7(at_ms=ms_of(at))
    listener = who()
    guests.note_seen(listener, at=at)
    stands = presses.submit(Listening(listener.id, device, at, begun=((play_id, track_id),)), rows=1)
    if stands[play_id] != track_id:
        raise PlayTaken
    return Started(play_id, plays_so_far, card, resume.go_on_ms(position_ms, state))


def report(who: Who, raw_events: list[Any], *, device: str, at: datetime) -> Report:
    """Take the events of a list that are good, each for itself; what is accepted is committed.

    Raise NotAuthenticated, or Busy when nothing was written.
    """
    now_ms = ms_of(at)
    parsed: dict[int, merging.Event] = {}
    rejected: dict[int, str] = {}
    for index, raw in enumerate(raw_events):
        try:
            parsed[index] = merging.parse(raw, now_ms=now_ms)
        except merging.Rejected as reason:
            rejected[index] = reason.code
    heard = {event.track_id for event in parsed.values()}
    durations = _durations_ms(heard, at=at)
    accepted: list[merging.Event] = []
    for index, event in parsed.items():
        try:
            accepted.append(merging.place(event, durations))
        except merging.Rejected as reason:
            rejected[index] = reason.code
    if accepted:
        listener = who()
        guests.note_seen(listener, at=at)
        wanted = Listening(listener.id, device, at, events=tuple(accepted), durations_ms=durations)
        positions.submit(wanted, rows=len(accepted))
    return Report(len(accepted), sorted(rejected.items()))


def _durations_ms(track_ids: Collection[int], *, at: datetime) -> dict[int, int]:
    """Return the durations of those that are listed; players report of one track, outboxes of many."""
    if len(track_ids) == 1:
        return dict(_DURATION.rows(track_id=next(iter(track_ids)), at=at))
    return dict(Track.objects.listed(at=at).filter(id__in=track_ids).values_list("id", "duration_ms"))


def store(batch: Sequence[Listening]) -> list[dict[UUID, int]]:
    """Write the batch in one transaction; return for each request the track that each of its play ids stands for."""
    begun: dict[plays.Key, plays.Press] = {}
    first_heard: dict[plays.Key, plays.Press] = {}
    heard: list[tuple[int, merging.Event]] = []
    durations_ms: dict[int, int] = {}
    for request in batch:
        durations_ms |= request.durations_ms
        for play_id, track_id in request.begun:
            begun.setdefault((play_id, request.listener_id), plays.Press(track_id, request.device, request.at))
        for event in request.events:
            heard.append((request.listener_id, event))
            key = event.play_id, request.listener_id
            if key not in first_heard:
                started = merging.EPOCH + timedelta(milliseconds=event.at_ms)
                first_heard[key] = plays.Press(event.track_id, request.device, started)
    with transaction.atomic():
        registered = plays.register(begun, first_heard)
        resume.save(merging.newest(heard))
        plays.hear(heard, registered, durations_ms=durations_ms, at=max(request.at for request in batch))
    return [
        {
            play_id: registered[play_id, request.listener_id].track_id
            for play_id in {play_id for play_id, _ in request.begun} | {event.play_id for event in request.events}
        }
        for request in batch
    ]


def forget(listener_ids: Collection[int]) -> None:
    """Delete what these listeners heard, in the transaction that deletes them and has locked their rows.

    Plays are locked first: who writes progress holds its play, so that no event and no resume point can come after
    those that go here. A resume point has no foreign key in the database that would refuse it.
    """
    heard = Play.objects.filter(listener_id__in=listener_ids)
    list(heard.select_for_update().order_by("play_id", "listener_id").values_list("id"))
    heard.delete()
    ResumePoint.objects.filter(listener_id__in=listener_ids).delete()


def ms_of(at: datetime) -> int:
    """Return Unix milliseconds."""
    return (at - merging.EPOCH) // timedelta(milliseconds=1)


# A press of play waits for other presses only: it needs no row that positions lock (`plays.register`).
presses: commit.Writer[Listening, dict[UUID, int]] = commit.Writer(store, name="commit-presses")
positions: commit.Writer[Listening, dict[UUID, int]] = commit.Writer(store, name="commit-positions")
