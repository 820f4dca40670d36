"""Presses of play and actions on the queue never wait for positions, whatever becomes of those."""

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Track
from conftest import MakeTrack
from playback import commit, guests, listening, state
from playback.listening import Listening
from playback.merging import PLAYING, Event
from playback.models import Play, PlaybackState, ResumePoint
from playback.tests.conftest import MakeEvent
from spotify_lite import rest

pytestmark = pytest.mark.django_db(transaction=True)

NOW_MS = 1_800_000_000_000
PLAY_ID = uuid.UUID(int=77)


class Aside:
    """Calls on threads of their own, each of which closes the connection that it has opened."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(16)

    def run(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> "Future[Any]":
        def work() -> Any:
            try:
                return call(*arguments, **named)
            finally:
                connection.close()

        return self._pool.submit(work)

    def end(self) -> None:
        self._pool.shutdown()


@pytest.fixture
def aside() -> Iterator[Aside]:
    """End the writers of the process too, so that their connections do not outlive the database."""
    threads = Aside()
    yield threads
    threads.end()
    for writer in (listening.presses, listening.positions, state.writer):
        writer.stop()


def heard(who: User, track: Track, *, play_id: uuid.UUID = PLAY_ID, seconds: Sequence[int] = (1,)) -> Listening:
    events = tuple(Event(track.id, play_id, at, NOW_MS + at * 1000, at * 1000, PLAYING) for at in seconds)
    return Listening(who.id, "", datetime.now(UTC), events=events, durations_ms={track.id: track.duration_ms})


def shown(track: Track, *, seq: int = 1) -> dict[str, Any]:
    at = rest.timestamp(datetime.now(UTC))
    place = {"queue": [track.id], "index": 0, "position_ms": 0, "playing": True, "device": "Kitchen"}
    return {"play_id": str(PLAY_ID), "seq": seq, "at": at, **place}


def test_a_full_queue_of_positions_refuses_nothing_else(
    *,
    aside: Aside,
    phone: APIClient,
    stranger: User,
    make_track: MakeTrack,
    make_event: MakeEvent,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Positions are held before their commit, and as many wait as may."""
    track = make_track()
    entered, leave, store = threading.Event(), threading.Event(), listening.positions._store

    def stand(batch: Sequence[Listening]) -> Any:
        entered.set()
        assert leave.wait(20)
        return store(batch)

    monkeypatch.setattr(listening.positions, "_store", stand)
    monkeypatch.setattr(commit, "QUEUE_REQUESTS", 2)
    ids = [uuid.UUID(int=number) for number in range(1, 4)]
    kept = []
    for waiting, play_id in enumerate(ids):
        kept.append(aside.run(listening.positions.submit, heard(stranger, track, play_id=play_id), rows=1))
        assert entered.wait(10)
        while len(listening.positions._waiting) < waiting:
            threading.Event().wait(0.005)

    for _ in range(3):
        refused = phone.post("/api/v1/me/progress", {"events": [make_event(track.id)]}, format="json")
        assert (refused.status_code, refused["Content-Type"]) == (503, "application/problem+json")
        assert int(refused["Retry-After"]) > 0
    for _ in range(3):
        assert phone.post(f"/api/v1/tracks/{track.id}/play").status_code == 201
    assert phone.put("/api/v1/me/playback", shown(track), format="json").status_code == 200
    assert len(listening.positions._waiting) == 2
    assert Play.objects.filter(listener__username="listener").count() == 3
    assert PlaybackState.objects.get().device == "Kitchen"

    leave.set()
    for result in kept:
        result.result(10)
    assert set(Play.objects.filter(listener=stranger).values_list("play_id", flat=True)) == set(ids)
    assert phone.post("/api/v1/me/progress", {"events": [make_event(track.id)]}, format="json").status_code == 200


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there, one writes at a time")
def test_a_press_of_play_waits_for_no_lock_of_positions(
    aside: Aside, phone: APIClient, listener: User, make_track: MakeTrack
) -> None:
    """Positions lock plays, points, tracks that count and the catalog's version; a press needs none of these.

    It is a new play, or one said again; only one that is being counted this moment would wait for that.
    """
    track = make_track()
    url, body = f"/api/v1/tracks/{track.id}/play", {"play_id": str(PLAY_ID)}
    assert phone.post(url, body, format="json").status_code == 201
    with transaction.atomic():
        counting = heard(listener, track, play_id=uuid.UUID(int=79), seconds=range(0, 40, 5))
        listening.store([counting, heard(listener, track)])
        presses = [
            aside.run(
                listening.presses.submit, Listening(listener.id, "", datetime.now(UTC), ((one, track.id),)), rows=1
            )
            for one in (PLAY_ID, uuid.UUID(int=78))
        ]
        for press in presses:
            assert set(press.result(10).values()) == {track.id}
    track.refresh_from_db()
    assert (track.plays, Play.objects.count(), ResumePoint.objects.get().seq) == (1, 3, 35)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there, one writes at a time")
def test_presses_and_positions_of_the_same_plays_end_without_a_deadlock(
    aside: Aside, listener: User, make_track: MakeTrack, caplog: pytest.LogCaptureFixture
) -> None:
    """Both begin plays that are not there yet, from both ends of their order, while half of them are said again."""
    tracks = [make_track(f"Track {place}") for place in range(4)]
    ids = [uuid.UUID(int=number) for number in range(1, 121)]

    def press(numbers: Sequence[int]) -> None:
        begun = tuple((ids[number], tracks[number % 4].id) for number in numbers)
        listening.presses.submit(Listening(listener.id, "", datetime.now(UTC), begun), rows=len(begun))

    def report(numbers: Sequence[int]) -> None:
        events = tuple(
            Event(tracks[number % 4].id, ids[number], 1, NOW_MS + number, number, PLAYING) for number in numbers
        )
        wanted = Listening(listener.id, "", datetime.now(UTC), events=events)
        listening.positions.submit(wanted, rows=len(events))

    results = []
    for start in range(0, 120, 6):
        numbers = list(range(start, min(120, start + 12)))
        results += [aside.run(press, numbers[::-1]), aside.run(report, numbers), aside.run(press, numbers[::2])]
    for result in results:
        result.result(20)
    assert "again after" not in caplog.text, "a deadlock is ended by the database, and written again"
    assert Play.objects.count() == 120
    assert {point.track_id: point.position_ms for point in ResumePoint.objects.all()} == {
        track.id: 116 + place for place, track in enumerate(tracks)
    }


def test_states_of_many_listeners_are_one_statement(
    listener: User, stranger: User, make_track: MakeTrack, django_assert_num_queries: Any
) -> None:
    people = [listener, stranger, *(User.objects.create_user(f"listener {number}") for number in range(8))]
    now = datetime.now(UTC)

    def state_of(who: User, seq: int) -> PlaybackState:
        return PlaybackState(
            listener=who, at_ms=NOW_MS, play_id=PLAY_ID, seq=seq, queue=[seq, 2], index=1, updated_at=now
        )

    with django_assert_num_queries(1):
        state.save([state_of(who, seq) for seq in (1, 3, 2) for who in people])
    assert set(PlaybackState.objects.values_list("listener", "seq")) == {(who.id, 3) for who in people}
    assert all(row.queue == [3, 2] and row.playing is False for row in PlaybackState.objects.all())
    state.save([state_of(listener, 2), state_of(stranger, 4)])
    assert dict(PlaybackState.objects.values_list("listener", "seq")) == {who.id: 3 for who in people} | {
        stranger.id: 4
    }


def test_the_queue_of_one_who_is_gone_fails_nobody_else(aside: Aside, listener: User) -> None:
    """Foreign keys are checked at COMMIT, for the whole group at once."""
    entered, leave = threading.Event(), threading.Event()
    writer: commit.Writer[PlaybackState, None] = commit.Writer(_held(entered, leave), name="commit-states")

    def state_of(who: int) -> PlaybackState:
        at = datetime.now(UTC)
        return PlaybackState(listener_id=who, at_ms=NOW_MS, play_id=PLAY_ID, seq=1, queue=[5], updated_at=at)

    first = aside.run(writer.submit, state_of(listener.id), rows=1)
    assert entered.wait(10)
    people = [User.objects.create_user(f"listener {number}").id for number in range(4)]
    results = {who: aside.run(writer.submit, state_of(who), rows=1) for who in (*people, 999_999)}
    while len(writer._waiting) < 5:
        threading.Event().wait(0.005)
    leave.set()
    failed = [who for who, result in results.items() if result.exception(10)]
    assert first.result(10) is None
    writer.stop()
    assert failed == [999_999]
    assert PlaybackState.objects.count() == 5


def _held(entered: threading.Event, leave: threading.Event) -> Callable[[Sequence[PlaybackState]], list[None]]:
    """Return the real store, which stands still the first time."""

    def store(states: Sequence[PlaybackState]) -> list[None]:
        entered.set()
        assert leave.wait(20)
        return state.store(states)

    return store


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there, one writes at a time")
@pytest.mark.parametrize("write", ["queue", "position"])
def test_what_a_guest_writes_while_they_sign_in_is_theirs_after_it_or_refused(
    *,
    aside: Aside,
    listener: User,
    make_track: MakeTrack,
    monkeypatch: pytest.MonkeyPatch,
    write: str,
) -> None:
    """It comes when the merge has read all of theirs, and has not deleted them yet."""
    track, guest = make_track(), User.objects.create(username="guest-1", is_guest=True)
    before = PlaybackState(listener=guest, at_ms=NOW_MS, play_id=PLAY_ID, seq=0, queue=[track.id])
    before.updated_at = datetime.now(UTC)
    state.store([before])
    for who in (guest, listener):  # one play on both sides, as after a sign-out
        listening.store([heard(who, track)])
    later = PlaybackState(listener=guest, at_ms=NOW_MS + 9, play_id=PLAY_ID, seq=9, queue=[track.id] * 2)
    later.updated_at = datetime.now(UTC)
    wanted = {
        "queue": lambda: state.writer.submit(later, rows=1),
        "position": lambda: listening.positions.submit(heard(guest, track, seconds=[9]), rows=1),
    }[write]
    asked: list[Future[Any]] = []
    save = state.save

    def save_late(states: Sequence[PlaybackState]) -> None:
        if not asked and threading.current_thread() is threading.main_thread():
            asked.append(aside.run(wanted))
            wait(asked, timeout=1)  # until it is taken, or waits for the merge
        save(states)

    monkeypatch.setattr(state, "save", save_late)
    guests.merge(guest, into=listener)
    error = asked[0].exception(10)
    assert error is None or isinstance(error, rest.Busy)
    queue = PlaybackState.objects.get(listener=listener).queue
    position_ms = ResumePoint.objects.get(listener=listener).position_ms
    there = len(queue) == 2 if write == "queue" else position_ms == 9_000
    assert there == (error is None)
