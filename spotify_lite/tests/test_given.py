"""Statements over given rows: one text for one row and for many, in both databases, with values as they were."""

import uuid
from datetime import UTC, datetime
from typing import Any

from accounts.models import User
from conftest import MakeTrack
from playback.models import Play
from spotify_lite.given import Given

AT = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)
MAKE = Given(
    """
    INSERT INTO playback_play (play_id, listener_id, track_id, device, started_at)
    SELECT play_id, listener_id, track_id, device, started_at FROM {given} WHERE true
    ON CONFLICT (play_id, listener_id) DO NOTHING
    RETURNING device
    """,
    play_id="uuid",
    listener_id="bigint",
    track_id="bigint",
    device="text",
    started_at="timestamptz",
)
FIND = Given(
    "SELECT found.device FROM {given}, playback_play AS found WHERE found.play_id = given.play_id "
    "ORDER BY found.play_id {locked}",
    play_id="uuid",
)


def test_values_arrive_as_they_were(listener: User, make_track: MakeTrack) -> None:
    track, play_id, device = make_track(), uuid.uuid4(), "Kitchen 🎧 \"50 %\" 'x' {} \\"
    assert [tuple(row) for row in MAKE.run([(play_id, listener.id, track.id, device, AT)])] == [(device,)]
    play = Play.objects.get()
    assert (play.play_id, play.listener, play.track, play.device) == (play_id, listener, track, device)
    assert play.started_at == AT


def test_many_rows_are_one_statement(listener: User, make_track: MakeTrack, django_assert_num_queries: Any) -> None:
    track = make_track()
    rows = [(uuid.UUID(int=number), listener.id, track.id, str(number), AT) for number in range(1_000)]
    with django_assert_num_queries(4):
        assert len(MAKE.run(rows[:600])) == 600
        assert [device for (device,) in MAKE.run(rows)] == [str(number) for number in range(600, 1_000)]
        assert MAKE.run(rows) == []
        assert [device for (device,) in FIND.run([(row[0],) for row in reversed(rows)])] == [row[3] for row in rows]
    assert Play.objects.count() == 1_000
