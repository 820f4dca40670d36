"""The group commit: what waits is written together, one bad write fails alone, and nobody hangs."""

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection

from accounts.models import User
from conftest import MakeTrack
from playback import commit, listening
from playback.merging import PLAYING, Event
from playback.models import Play, ResumePoint
from spotify_lite import rest

pytestmark = pytest.mark.django_db(transaction=True)

Store = Callable[[Sequence[int]], list[int]]


class Stage:
    """A writer with a store that can be held, and threads that submit to it."""

    def __init__(self, store: Store) -> None:
        self.open = threading.Event()
        self.entered = threading.Event()
        self.groups: list[list[int]] = []
        self._store = store
        self.writer: commit.Writer[int, int] = commit.Writer(self._held, name="commit")
        self.pool = ThreadPoolExecutor(64)

    def _held(self, group: Sequence[int]) -> list[int]:
        self.entered.set()
        assert self.open.wait(10)
        self.groups.append(list(group))
        return self._store(group)

    def submit(self, write: int, rows: int = 1) -> "Future[int]":
        return self.pool.submit(self.writer.submit, write, rows=rows)

    def submit_behind_a_first(self, writes: Sequence[int], rows: int = 1) -> "list[Future[int]]":
        """Return the results to come of a group that forms while a first write is held."""
        first = self.submit(0)
        assert self.entered.wait(10)
        waiting = [self.submit(write, rows) for write in writes]
        while len(self.writer._waiting) < len(writes):
            threading.Event().wait(0.005)
        self.open.set()
        return [first, *waiting]


@pytest.fixture
def stage() -> Iterator[Callable[[Store], Stage]]:
    stages = []

    def make(store: Store) -> Stage:
        stages.append(Stage(store))
        return stages[-1]

    yield make
    for one in stages:
        one.open.set()
        one.pool.shutdown()
        one.writer.stop()


def double(group: Sequence[int]) -> list[int]:
    return [2 * write for write in group]


def test_a_write_alone_does_not_wait_for_others(stage: Callable[[Store], Stage]) -> None:
    threads: list[threading.Thread] = []

    def store(group: Sequence[int]) -> list[int]:
        threads.append(threading.current_thread())
        return double(group)

    writer: commit.Writer[int, int] = commit.Writer(store, name="commit")
    assert [writer.submit(4, rows=1), writer.submit(5, rows=1)] == [8, 10]
    assert threads == [threading.current_thread()] * 2, "nor is it handed to another thread"


def test_one_thread_writes_what_waited(stage: Callable[[Store], Stage]) -> None:
    threads: list[str] = []

    def store(group: Sequence[int]) -> list[int]:
        threads.append(threading.current_thread().name)
        return double(group)

    scene = stage(store)
    for result in scene.submit_behind_a_first([1, 2]):
        result.result(5)
    assert threads[1] == "commit"
    assert scene.submit(3).result(5) == 6
    assert threads[2] != "commit", "and leaves what comes alone to itself again"


def test_what_waited_meanwhile_is_one_group(stage: Callable[[Store], Stage]) -> None:
    scene = stage(double)
    results = scene.submit_behind_a_first(range(1, 31))
    assert sorted(result.result(5) for result in results) == [2 * write for write in range(31)]
    assert [len(group) for group in scene.groups] == [1, 30]


def test_a_group_is_bounded(stage: Callable[[Store], Stage]) -> None:
    scene = stage(double)
    results = scene.submit_behind_a_first(range(1, 13), rows=100)
    assert len([result.result(5) for result in results]) == 13
    assert [len(group) for group in scene.groups] == [1, 5, 5, 2]


@pytest.mark.parametrize("refused", [DataError, IntegrityError])
def test_one_bad_write_fails_alone(stage: Callable[[Store], Stage], refused: type[Exception]) -> None:
    def store(group: Sequence[int]) -> list[int]:
        if 13 in group:
            raise refused
        return double(group)

    scene = stage(store)
    results = scene.submit_behind_a_first([*range(10, 20)])
    errors = [result.exception(5) for result in results]
    assert [index for index, error in enumerate(errors) if error] == [4]
    assert isinstance(errors[4], rest.Busy)
    assert scene.submit(1).result(5) == 2


def test_a_lost_connection_is_tried_once_more(stage: Callable[[Store], Stage]) -> None:
    failures = [OperationalError("server closed the connection")]

    def store(group: Sequence[int]) -> list[int]:
        if failures:
            raise failures.pop()
        return double(group)

    scene = stage(store)
    scene.open.set()
    assert scene.submit(4).result(5) == 8
    assert scene.groups == [[4], [4]]


def test_a_database_that_is_down_is_told_and_comes_back(stage: Callable[[Store], Stage]) -> None:
    down = True

    def store(group: Sequence[int]) -> list[int]:
        if down:
            raise OperationalError("no route to host")
        return double(group)

    scene = stage(store)
    results = scene.submit_behind_a_first([1, 2, 3])
    assert all(isinstance(result.exception(5), rest.Busy) for result in results)
    down = False
    assert scene.submit(4).result(5) == 8


def test_a_fault_of_ours_is_raised_and_the_thread_lives_on(stage: Callable[[Store], Stage]) -> None:
    def store(group: Sequence[int]) -> list[int]:
        return [10 // write for write in group]

    scene = stage(store)
    scene.open.set()
    assert isinstance(scene.submit(0).exception(5), ZeroDivisionError)
    assert scene.submit(5).result(5) == 2


def test_a_full_queue_refuses_at_once(stage: Callable[[Store], Stage], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit, "QUEUE_ROWS", 3)
    scene = stage(double)
    scene.submit(0)
    assert scene.entered.wait(10)
    waiting = [scene.submit(write) for write in (1, 2, 3)]
    while len(scene.writer._waiting) < 3:
        threading.Event().wait(0.005)
    assert isinstance(scene.submit(4).exception(5), rest.Busy)
    scene.open.set()
    assert sorted(result.result(5) for result in waiting) == [2, 4, 6]


def test_a_queue_is_full_of_small_requests_too(
    stage: Callable[[Store], Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "QUEUE_REQUESTS", 2)
    scene = stage(double)
    first = scene.submit(0)
    assert scene.entered.wait(10)
    waiting = [scene.submit(write, rows=0) for write in (1, 2)]
    while len(scene.writer._waiting) < 2:
        threading.Event().wait(0.005)
    assert isinstance(scene.submit(3, rows=0).exception(5), rest.Busy)
    scene.open.set()
    assert [result.result(5) for result in (first, *waiting)] == [0, 2, 4]
    assert (scene.writer._waiting, scene.writer._rows) == ([], 0)


def test_a_crowd_that_is_refused_comes_back_at_different_times() -> None:
    waits = {rest.Busy().wait for _ in range(200)}
    assert len(waits) > 3
    assert min(waits) >= 1


def test_a_write_that_nobody_waits_for_is_not_made(
    stage: Callable[[Store], Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that stood still and comes back has only what somebody still waits for."""
    scene = stage(double)
    first = scene.submit(0)
    assert scene.entered.wait(10)
    monkeypatch.setattr(commit, "PATIENCE", 0.05)
    assert isinstance(scene.submit(1, rows=7).exception(5), rest.Busy)
    assert scene.writer._rows == 0
    scene.open.set()
    assert first.result(5) == 0
    assert scene.submit(2).result(5) == 4
    assert [0] in scene.groups
    assert [2] in scene.groups
    assert len(scene.groups) == 2


def test_waiting_has_an_end(stage: Callable[[Store], Stage], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit, "PATIENCE", 0.05)
    scene = stage(double)
    scene.submit(0)
    assert scene.entered.wait(10)
    assert isinstance(scene.submit(1).exception(5), rest.Busy)


@pytest.fixture
def thread() -> Iterator[None]:
    """End the process's own writer after the test, so that its connection does not outlive the database."""
    yield
    listening.presses.stop()
    listening.positions.stop()


def test_a_report_is_committed_when_it_returns(thread: None, listener: User, make_track: MakeTrack) -> None:
    track, now = make_track(), datetime.now(UTC)
    raw = {"play_id": str(uuid.uuid4()), "seq": 1, "track_id": track.id, "position_ms": 5, "state": "paused"}
    told = listening.report(lambda: listener, [{**raw, "at": rest.timestamp(now)}], device="", at=now)
    assert told.accepted == 1
    assert ResumePoint.objects.get().position_ms == 5
    assert not connection.in_atomic_block


def test_a_listener_who_is_gone_fails_nobody_else(thread: None, listener: User, make_track: MakeTrack) -> None:
    """Foreign keys are checked at COMMIT, for the whole group at once."""
    track = make_track()

    def write(who: int, number: int) -> Any:
        event = Event(track.id, uuid.UUID(int=number), 1, 1_800_000_000_000 + number, number, PLAYING)
        return listening.Listening(who, "", datetime.now(UTC), events=(event,))

    def submit(number: int) -> None:
        try:
            listening.positions.submit(write(999_999 if number == 7 else listener.id, number), rows=1)
        finally:
            connection.close()  # a request that came alone has written with its own

    pool = ThreadPoolExecutor(19)
    futures = [pool.submit(submit, number) for number in range(1, 20)]
    errors = {number: future.exception(10) for number, future in enumerate(futures, 1)}
    pool.shutdown()
    assert [number for number, error in errors.items() if error] == [7]
    assert ResumePoint.objects.get().position_ms == 19
    assert Play.objects.filter(listener=listener).count() == 18
