"""Events of plays that never count are kept for a day; the plays and the resume points stay."""

import uuid

import pytest
from rest_framework.test import APIClient

from conftest import MakeTrack
from playback import plays, tasks
from playback.models import Play, PlayEvent, ResumePoint
from playback.tests.conftest import MakeEvent
from spotify_lite.celery import app

DAY = 86_400  # seconds


def report(client: APIClient, *events: object) -> None:
    answer = client.post("/api/v1/me/progress", {"events": list(events)}, format="json")
    assert answer.json()["accepted"] == len(events)


def test_events_of_a_play_that_never_counted_are_swept(
    phone: APIClient, make_track: MakeTrack, make_event: MakeEvent
) -> None:
    track = make_track()
    report(phone, make_event(track.id, 2_000, ago=DAY + 60))
    tasks.sweep_events()
    assert not PlayEvent.objects.exists()
    assert Play.objects.get().counted_at is None
    assert ResumePoint.objects.get().position_ms == 2_000
    tasks.sweep_events()


def test_a_younger_event_is_kept(phone: APIClient, make_track: MakeTrack, make_event: MakeEvent) -> None:
    track = make_track()
    report(phone, make_event(track.id, 2_000, ago=DAY + 60, seq=1), make_event(track.id, 4_000, ago=DAY - 60, seq=2))
    tasks.sweep_events()
    assert PlayEvent.objects.get().seq == 2


def test_what_a_device_brings_from_days_ago_still_counts(
    phone: APIClient, make_track: MakeTrack, make_event: MakeEvent
) -> None:
    track, offline = make_track(), str(uuid.UUID(int=9))
    report(phone, make_event(track.id, 1_000))
    report(phone, make_event(track.id, 0, ago=3 * DAY, seq=1, play_id=offline))
    tasks.sweep_events()
    report(phone, make_event(track.id, 40_000, ago=3 * DAY - 40, seq=2, play_id=offline))
    track.refresh_from_db()
    assert track.plays == 1


def test_many_are_swept_a_batch_at_a_time(
    phone: APIClient, make_track: MakeTrack, make_event: MakeEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plays, "SWEPT_AT_ONCE", 4)
    track = make_track()
    report(phone, *(make_event(track.id, ago=DAY + 60, seq=seq) for seq in range(10)))
    report(phone, make_event(track.id, seq=11))
    assert plays.sweep_events(before_ms=PlayEvent.objects.get(seq=11).at_ms) == 10
    assert PlayEvent.objects.get().seq == 11


def test_it_runs_every_hour() -> None:
    [entry] = [one for one in app.conf.beat_schedule.values() if one["task"] == tasks.sweep_events.name]
    assert entry["schedule"] == 3600.0
