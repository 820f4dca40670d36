"""POST me/progress: each event for itself, accepted only when it is committed."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import CatalogVersion, Work
from conftest import MakeTrack
from playback.models import Play, PlayEvent, ResumePoint
from playback.tests.conftest import MakeEvent
from spotify_lite import rest

URL = "/api/v1/me/progress"


def post(client: APIClient, *events: Any) -> dict[str, Any]:
    answer = client.post(URL, {"events": list(events)}, format="json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_an_event_becomes_the_resume_point(
    phone: APIClient, listener: User, make_track: MakeTrack, make_event: MakeEvent
) -> None:
    track = make_track()
    event = make_event(track.id, 42_000, state="paused", seq=7)
    answer = phone.post(URL, {"events": [event]}, format="json")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert (body["accepted"], body["rejected"]) == (1, [])
    assert datetime.fromisoformat(body["server_time"]) - datetime.now(UTC) < timedelta(seconds=5)
    point = ResumePoint.objects.get(listener=listener, track=track)
    assert (point.position_ms, point.state, point.seq, str(point.play_id)) == (42_000, 1, 7, event["play_id"])
    assert rest.timestamp_of_ms(point.at_ms) == event["at"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"play_id": None}, "play_id"), ({"play_id": "no"}, "play_id"), ({"play_id": 5}, "play_id"),
        ({"play_id": uuid.UUID(int=1).hex}, "play_id"), ({"play_id": str(uuid.UUID(int=1)) + "\n"}, "play_id"),
        ({"seq": -1}, "seq"), ({"seq": 1 << 31}, "seq"), ({"seq": True}, "seq"), ({"seq": "1"}, "seq"),
        ({"seq": 1.0}, "seq"), ({"seq": None}, "seq"),
        ({"track_id": 0}, "track"), ({"track_id": 999_999}, "track"), ({"track_id": 1 << 63}, "track"),
        ({"track_id": -1}, "track"), ({"track_id": True}, "track"), ({"track_id": "1"}, "track"),
        ({"position_ms": -1}, "position"), ({"position_ms": "5"}, "position"), ({"position_ms": True}, "position"),
        ({"position_ms": 1e308}, "position"), ({"position_ms": None}, "position"),
        ({"position_ms": [[[]]]}, "position"),
        ({"state": "stopped"}, "state"), ({"state": 0}, "state"), ({"state": None}, "state"), ({"state": []}, "state"),
        ({"at": None}, "at"), ({"at": 1_700_000_000}, "at"), ({"at": "2026-01-02"}, "at"),
        ({"at": "2026-01-02T03:04:05"}, "at"), ({"at": "2026-02-30T03:04:05Z"}, "at"),
        ({"at": "0000-01-01T00:00:00Z"}, "at"), ({"at": "0001-01-01T00:00:00+23:59"}, "clock"),
        ({"at": "2026-01-02T03:04:05Z "}, "at"), ({"at": "٢٠٢٦-01-02T03:04:05Z"}, "at"),
        ({"at": "1970-01-01T00:00:10Z"}, "clock"), ({"at": "9999-12-31T23:59:59Z"}, "clock"),
    ],
)  # fmt: skip
def test_a_bad_event_is_rejected_alone(
    phone: APIClient, make_track: MakeTrack, make_event: MakeEvent, change: dict[str, Any], code: str
) -> None:
    track = make_track()
    body = post(phone, {**make_event(track.id, 1_000), **change}, make_event(track.id, 2_000, seq=2))
    assert body["accepted"] == 1
    assert body["rejected"] == [{"index": 0, "code": code}]
    assert ResumePoint.objects.get().position_ms == 2_000


@pytest.mark.parametrize("event", [None, 5, "x", [], True])
def test_what_is_no_object_is_rejected_alone(
    phone: APIClient, make_track: MakeTrack, make_event: MakeEvent, event: Any
) -> None:
    body = post(phone, make_event(make_track().id), event)
    assert (body["accepted"], body["rejected"]) == (1, [{"index": 1, "code": "event"}])


def test_every_missing_field_is_told(phone: APIClient, make_track: MakeTrack, make_event: MakeEvent) -> None:
    whole = make_event(make_track().id)
    missing = [{key: value for key, value in whole.items() if key != name} for name in whole]
    assert [one["code"] for one in post(phone, *missing)["rejected"]] == [
        "play_id", "seq", "track", "position", "state", "at"
    ]  # fmt: skip


def test_a_clock_may_be_a_minute_ahead(phone: APIClient, make_track: MakeTrack, make_event: MakeEvent) -> None:
    track = make_track()
    body = post(phone, make_event(track.id, ago=-55), make_event(track.id, ago=-65, seq=2))
    assert (body["accepted"], body["rejected"]) == (1, [{"index": 1, "code": "clock"}])


def test_an_offset_is_understood(phone: APIClient, make_track: MakeTrack, make_event: MakeEvent) -> None:
    post(phone, make_event(make_track().id, at="2026-01-02t05:04:05.6789+02:00"))
    assert rest.timestamp_of_ms(ResumePoint.objects.get().at_ms) == "2026-01-02T03:04:05.678Z"


def test_a_position_past_the_end_is_the_end(phone: APIClient, make_track: MakeTrack, make_event: MakeEvent) -> None:
    post(phone, make_event(make_track(duration_ms=180_000).id, 1 << 40))
    assert ResumePoint.objects.get().position_ms == 180_000


def test_an_unlisted_track_is_an_unknown_one(phone: APIClient, make_track: MakeTrack, make_event: MakeEvent) -> None:
    later = make_track("Later", release_at=datetime.now(UTC) + timedelta(hours=1))
    hidden = make_track("Hidden", published=False)
    gone = make_track("Gone", available=False)
    body = post(phone, *(make_event(track.id) for track in (later, hidden, gone)))
    assert [one["code"] for one in body["rejected"]] == ["track"] * 3
    assert not ResumePoint.objects.exists()


def test_over_a_hundred_events_are_413(phone: APIClient, make_track: MakeTrack, make_event: MakeEvent) -> None:
    track = make_track()
    events = [make_event(track.id, seq=seq) for seq in range(101)]
    assert phone.post(URL, {"events": events}, format="json").status_code == 413
    assert not ResumePoint.objects.exists()
    assert post(phone, *events[:100])["accepted"] == 100


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", "{}", '{"events": {}}', '{"events": null}', '{"events": [NaN]}', "[" * 100_000]
)
def test_a_malformed_body_is_400(phone: APIClient, body: str) -> None:
    answer = phone.post(URL, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_body_over_a_mebibyte_is_413(phone: APIClient) -> None:
    body = json.dumps({"events": ["x" * (1 << 20)]})
    assert phone.post(URL, body, content_type="application/json").status_code == 413


def test_a_hundred_thousand_events_are_413(phone: APIClient) -> None:
    body = '{"events": [' + ",".join(["0"] * 100_000) + "]}"
    assert phone.post(URL, body, content_type="application/json").status_code == 413


def test_of_a_key_that_comes_twice_the_last_counts(
    phone: APIClient, make_track: MakeTrack, make_event: MakeEvent
) -> None:
    event = json.dumps(make_event(make_track().id, 1_000))[:-1] + ', "position_ms": "x", "position_ms": 2000}'
    answer = phone.post(URL, f'{{"events": 5, "events": [{event}]}}', content_type="application/json")
    assert answer.json()["accepted"] == 1
    assert ResumePoint.objects.get().position_ms == 2_000


def test_nested_values_are_rejected_alone(phone: APIClient, make_track: MakeTrack, make_event: MakeEvent) -> None:
    """Deep inside of an event that the parser still takes."""
    track, deep = make_track(), json.loads("[" * 500 + "]" * 500)
    odd = [
        {**make_event(track.id), name: deep} for name in ("play_id", "seq", "track_id", "position_ms", "state", "at")
    ]
    body = post(phone, *odd, make_event(track.id, 2_000), {**make_event(track.id, 3_000, seq=2), "more": deep})
    assert [one["code"] for one in body["rejected"]] == ["play_id", "seq", "track", "position", "state", "at"]
    assert body["accepted"] == 2


def test_no_events_are_no_error(phone: APIClient) -> None:
    assert post(phone)["accepted"] == 0


def test_the_newest_listening_wins_not_the_newest_arrival(
    phone: APIClient, make_track: MakeTrack, make_event: MakeEvent
) -> None:
    track, offline = make_track(), str(uuid.UUID(int=9))
    post(phone, make_event(track.id, 60_000, ago=10))
    body = post(phone, make_event(track.id, 5_000, ago=86_400, play_id=offline))  # a device that was away for a day
    assert body["accepted"] == 1
    assert ResumePoint.objects.get().position_ms == 60_000


def test_an_event_again_changes_nothing(phone: APIClient, make_track: MakeTrack, make_event: MakeEvent) -> None:
    event = make_event(make_track().id, 8_000)
    assert [post(phone, event)["accepted"], post(phone, event, event)["accepted"]] == [1, 2]
    assert (ResumePoint.objects.count(), PlayEvent.objects.count(), Play.objects.count()) == (1, 1, 1)


def test_a_listener_moves_their_own_points_only(
    phone: APIClient,
    stranger_phone: APIClient,
    make_track: MakeTrack,
    make_event: MakeEvent,
) -> None:
    track = make_track()
    post(phone, make_event(track.id, 10_000, ago=5))
    post(stranger_phone, make_event(track.id, 20_000))  # the same play_id, by chance or malice
    assert ResumePoint.objects.get(listener__username="listener").position_ms == 10_000
    assert ResumePoint.objects.get(listener__username="stranger").position_ms == 20_000
    assert Play.objects.count() == 2


def test_an_event_of_an_unknown_play_begins_it(
    phone: APIClient, listener: User, make_track: MakeTrack, make_event: MakeEvent
) -> None:
    track = make_track()
    event = make_event(track.id, ago=3_600)
    post(phone, event)
    play = Play.objects.get()
    assert (play.listener, play.track, play.device) == (listener, track, "Phone")
    assert rest.timestamp(play.started_at) == event["at"]


def test_a_play_counts_once_when_30_seconds_are_heard(
    phone: APIClient, make_track: MakeTrack, make_event: MakeEvent
) -> None:
    track = make_track(plays=1_000)
    version = CatalogVersion.objects.get().number
    post(phone, make_event(track.id, 0, ago=40, seq=1), make_event(track.id, 29_000, ago=11, seq=2))
    assert Play.objects.get().counted_at is None
    post(phone, make_event(track.id, 31_000, ago=9, seq=3))
    track.refresh_from_db()
    assert track.plays == 1_001
    assert Play.objects.get().counted_at is not None
    assert not PlayEvent.objects.exists()
    post(phone, make_event(track.id, 100_000, ago=1, seq=4), make_event(track.id, 0, ago=40, seq=1))
    track.refresh_from_db()
    assert track.plays == 1_001
    assert not PlayEvent.objects.exists()
    assert CatalogVersion.objects.get().number == version, "1,000 and 1,001 plays are one bucket"


def test_a_count_that_changes_the_order_is_seen(phone: APIClient, make_track: MakeTrack, make_event: MakeEvent) -> None:
    track = make_track(plays=0)
    version, bucket = CatalogVersion.objects.get().number, track.bucket
    post(phone, make_event(track.id, 0, ago=40, seq=1), make_event(track.id, 35_000, ago=5, seq=2, state="ended"))
    track.refresh_from_db()
    assert (track.plays, track.bucket < bucket) == (1, True)
    assert CatalogVersion.objects.get().number == version + 1


@pytest.mark.parametrize(("policy", "asked"), [("off", 0), ("on_demand", 1), ("eager", 1)])
def test_play_that_counts_asks_for_the_songs_ladder_once(
    policy: str, asked: int, *, phone: APIClient, make_track: MakeTrack, make_event: MakeEvent, settings: Any
) -> None:
    settings.PACKAGING = policy
    track = make_track()
    post(phone, *(make_event(track.id, 1000 * second, ago=40 - second, seq=second) for second in (0, 10, 20, 29)))
    assert not Work.objects.exists()
    post(phone, make_event(track.id, 31_000, ago=9, seq=31))
    post(phone, make_event(track.id, 35_000, ago=5, seq=35))
    assert list(Work.objects.values_list("kind", "subject_id")) == [("ladder", track.masters.get().id)] * asked


def test_events_arriving_backwards_count_alike(phone: APIClient, make_track: MakeTrack, make_event: MakeEvent) -> None:
    track = make_track()
    for seq in (4, 3, 2, 1):
        post(phone, make_event(track.id, seq * 11_000, ago=50 - seq * 11, seq=seq))
    track.refresh_from_db()
    assert track.plays == 1


def test_seeking_is_not_listening(phone: APIClient, make_track: MakeTrack, make_event: MakeEvent) -> None:
    track = make_track()
    post(phone, make_event(track.id, 0, ago=10, seq=1), make_event(track.id, 170_000, ago=5, seq=2))
    post(phone, make_event(track.id, 0, ago=900, seq=1, play_id=str(uuid.UUID(int=2)), state="paused"))
    post(phone, make_event(track.id, 90_000, ago=5, seq=2, play_id=str(uuid.UUID(int=2))))
    track.refresh_from_db()
    assert track.plays == 0


def test_half_of_a_short_track_is_a_play(phone: APIClient, make_track: MakeTrack, make_event: MakeEvent) -> None:
    track = make_track(duration_ms=20_000)
    post(phone, make_event(track.id, 0, ago=20, seq=1), make_event(track.id, 10_000, ago=10, seq=2))
    track.refresh_from_db()
    assert track.plays == 1


def test_an_event_of_another_track_does_not_count_for_the_play(
    phone: APIClient, make_track: MakeTrack, make_event: MakeEvent
) -> None:
    first, second = make_track("One"), make_track("Two")
    post(phone, make_event(first.id, 0, ago=60, seq=1), make_event(second.id, 50_000, ago=10, seq=2))
    first.refresh_from_db()
    assert first.plays == 0
    assert ResumePoint.objects.count() == 2


@pytest.mark.parametrize("number", [1, 30])
def test_a_batch_takes_the_same_queries_whatever_its_size(
    phone: APIClient, make_track: MakeTrack, make_event: MakeEvent, django_assert_num_queries: Any, number: int
) -> None:
    tracks = [make_track(f"Track {index}") for index in range(number)]
    events = [make_event(track.id, play_id=str(uuid.UUID(int=index + 9))) for index, track in enumerate(tracks)]
    post(phone, events[0])
    # token; tracks; then one transaction (two statements of its own here): plays, points, events known
    more = 2 if number > 1 else 0  # the plays that are new, and their events
    with django_assert_num_queries(7 + more):
        post(phone, *events)
