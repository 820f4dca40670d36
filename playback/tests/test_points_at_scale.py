"""Resume points for a billion listeners: one partition a listener, no index written by the next position."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from conftest import MakeTrack
from playback import merging, resume
from playback.models import ResumePoint
from playback.tests.conftest import MakeEvent

BEFORE, AFTER = [("playback", "0003_residents")], [("playback", "0004_points_at_scale")]
NOON = 20_000 * merging.DAY_MS + merging.DAY_MS // 2  # Unix milliseconds
# What the version before this table wrote and read.
OLD_MERGE = """
    INSERT INTO playback_resumepoint (listener_id, track_id, at_ms, play_id, seq, position_ms, state)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (listener_id, track_id) DO UPDATE SET
        at_ms = excluded.at_ms, play_id = excluded.play_id, seq = excluded.seq,
        position_ms = excluded.position_ms, state = excluded.state
    WHERE (excluded.at_ms, excluded.play_id, excluded.seq)
        > (playback_resumepoint.at_ms, playback_resumepoint.play_id, playback_resumepoint.seq)
"""
OLD_CONTINUE = """
    SELECT track_id, position_ms FROM playback_resumepoint
    WHERE listener_id = %s AND position_ms > 0 AND NOT state = 2 ORDER BY at_ms DESC, track_id
"""
on_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no partitions")


@pytest.fixture
def before(db: None) -> Iterator[None]:
    """Take the database back to the version before, and forth to ours after the test."""
    MigrationExecutor(connection).migrate(BEFORE)
    try:
        yield
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes("playback"))


def merge(listener_id: int, track_id: int, at_ms: int, position_ms: int) -> None:
    """Write a point as the version before does."""
    play_id = uuid.UUID(int=1) if connection.vendor == "postgresql" else uuid.UUID(int=1).hex
    with connection.cursor() as cursor:
        cursor.execute(OLD_MERGE, [listener_id, track_id, at_ms, play_id, 1, position_ms, merging.PAUSED])


def points() -> set[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT listener_id, track_id, at_ms, seq, position_ms, state FROM playback_resumepoint")
        return set(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_rows_move_and_the_version_before_goes_on_with_them(before: None) -> None:
    for listener_id in range(1, 101):  # enough for most partitions
        merge(listener_id, 5, NOON, 1_000)
    old = points()
    MigrationExecutor(connection).migrate(AFTER)
    assert points() == old
    assert set(ResumePoint.objects.values_list("day", flat=True)) == {20_000}
    merge(7, 5, NOON + merging.DAY_MS, 2_000)
    merge(7, 5, NOON, 3_000)
    merge(7, 6, NOON, 4_000)
    with connection.cursor() as cursor:
        cursor.execute(OLD_CONTINUE, [7])
        assert cursor.fetchall() == [(5, 2_000), (6, 4_000)]
    assert list(ResumePoint.objects.filter(listener_id=7).order_by("track_id").values_list("day", flat=True)) == [
        20_001,
        20_000,
    ]
    moved = points()
    MigrationExecutor(connection).migrate(BEFORE)
    assert points() == moved


def test_points_of_many_days_are_told_in_order(
    phone: APIClient, listener: User, make_track: MakeTrack, make_event: MakeEvent
) -> None:
    """Moments around midnight, of which the day alone would not tell the order; pages cut through a day."""
    midnight = datetime(2026, 1, 2, tzinfo=UTC).timestamp()
    ago = datetime.now(UTC).timestamp() - midnight
    tracks = [make_track(f"Track {place}") for place in range(6)]
    for place, seconds in enumerate((90_000, 86_401, 86_400, 1, 0, -3_600)):
        event = make_event(tracks[place].id, ago=ago + seconds, play_id=str(uuid.UUID(int=place + 1)))
        assert phone.post("/api/v1/me/progress", {"events": [event]}, format="json").json()["accepted"] == 1
    seen, url = [], "/api/v1/me/continue?limit=2"
    while url:
        body = phone.get(url).json()
        seen += [row["track"]["id"] for row in body["results"]]
        url = body["next"]
    assert seen == [track.id for track in reversed(tracks)]


def touched() -> set[str]:
    """Return the partitions that this transaction has locked."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT c.relname FROM pg_locks JOIN pg_class c ON c.oid = relation
            WHERE pid = pg_backend_pid() AND relkind = 'r' AND relname LIKE 'playback_resumepoint_%'
        """)
        return {name for (name,) in cursor.fetchall()}


def save(listener_id: int, at_ms: int, position_ms: int) -> None:
    resume.save([(listener_id, merging.Event(5, uuid.UUID(int=1), 1, at_ms, position_ms, merging.PLAYING))])


@on_postgres
def test_a_position_touches_one_partition(listener: User) -> None:
    save(listener.id, NOON, 1)
    assert len(touched()) == 1


@on_postgres
def test_a_listener_reads_one_partition(
    phone: APIClient, listener: User, make_track: MakeTrack, make_event: MakeEvent
) -> None:
    track = make_track()
    phone.post("/api/v1/me/progress", {"events": [make_event(track.id)]}, format="json")
    reads = {
        "continue": lambda: phone.get("/api/v1/me/continue"),
        "play": lambda: phone.post(f"/api/v1/tracks/{track.id}/play"),
        "playback": lambda: phone.get("/api/v1/me/playback"),
    }
    state = {"play_id": str(uuid.UUID(int=1)), "seq": 0, "at": "2026-01-01T00:00:00Z", "queue": [track.id], "index": 0}
    assert phone.put("/api/v1/me/playback", {**state, "position_ms": 0, "playing": True}, format="json")
    for name, read in reads.items():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            read()
        of_points = [one["sql"] for one in queries if "playback_resumepoint" in one["sql"] and "SELECT" in one["sql"]]
        assert of_points, name
        for sql in of_points:
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN " + sql.replace("%", "%%"))
                plan = "\n".join(line for (line,) in cursor.fetchall())
            assert plan.count(" on playback_resumepoint_") == 1, plan


@on_postgres
def test_the_next_position_of_a_day_writes_no_index(listener: User) -> None:
    def updates() -> tuple[int, int]:
        """Return the updates of this transaction, and those that left the indexes alone."""
        with connection.cursor() as cursor:
            cursor.execute("""
                SELECT sum(pg_stat_get_xact_tuples_updated(oid)), sum(pg_stat_get_xact_tuples_hot_updated(oid))
                FROM pg_class WHERE relname LIKE 'playback_resumepoint_%'
            """)
            return cursor.fetchone()

    save(listener.id, NOON, 1)
    for step in range(1, 6):
        save(listener.id, NOON + step * 10_000, step)
    assert updates() == (5, 5)
    save(listener.id, NOON + merging.DAY_MS, 9)
    assert updates() == (6, 5), "the first of another day does"
