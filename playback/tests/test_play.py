"""POST tracks/{id}/play: what a player learns from one press, and what is kept of it."""

import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conftest import MakeTrack
from playback import plays
from playback.models import Play
from playback.tests.conftest import MakeEvent


def test_play_answers_all_that_a_player_needs(phone: APIClient, listener: User, make_track: MakeTrack) -> None:
    track = make_track("Tideline")
    answer = phone.post(f"/api/v1/tracks/{track.id}/play", {"device": "Kitchen"}, format="json")
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert set(body) == {
        "play_id", "track", "resume_ms", "sources", "hls_url", "dash_url", "expires_at", "server_time"
    }  # fmt: skip
    assert body["track"]["title"] == "Tideline"
    assert body["sources"][0]["url"] == body["track"]["audio_url"]
    assert set(body["sources"][0]) == {"url", "mime", "bitrate", "place"}
    assert body["expires_at"] == body["track"]["audio"]["expires_at"]
    assert body["resume_ms"] == 0
    play = Play.objects.get()
    assert (play.listener, play.track, str(play.play_id), play.device) == (listener, track, body["play_id"], "Kitchen")
    assert play.play_id.version == 7
    assert play.counted_at is None


def test_play_goes_on_where_the_listener_was(phone: APIClient, make_track: MakeTrack, make_event: MakeEvent) -> None:
    track = make_track()
    phone.post("/api/v1/me/progress", {"events": [make_event(track.id, 42_000)]}, format="json")
    assert phone.post(f"/api/v1/tracks/{track.id}/play").json()["resume_ms"] == 42_000


def test_where_another_listener_was_is_not_told(
    phone: APIClient, stranger_phone: APIClient, api: APIClient, make_track: MakeTrack, make_event: MakeEvent
) -> None:
    track = make_track()
    phone.post("/api/v1/me/progress", {"events": [make_event(track.id, 42_000)]}, format="json")
    for other in (stranger_phone, api):
        assert other.post(f"/api/v1/tracks/{track.id}/play").json()["resume_ms"] == 0


def test_play_begins_anew_after_the_end(phone: APIClient, make_track: MakeTrack, make_event: MakeEvent) -> None:
    track = make_track()
    phone.post("/api/v1/me/progress", {"events": [make_event(track.id, 180_000, state="ended")]}, format="json")
    assert phone.post(f"/api/v1/tracks/{track.id}/play").json()["resume_ms"] == 0


def test_the_same_play_id_again_is_the_same_play(phone: APIClient, make_track: MakeTrack) -> None:
    track, play_id = make_track(), str(uuid.uuid4())
    for _ in range(2):
        answer = phone.post(f"/api/v1/tracks/{track.id}/play", {"play_id": play_id}, format="json")
        assert answer.status_code == 201
        assert answer.json()["play_id"] == play_id
    assert Play.objects.count() == 1


def test_a_play_id_of_another_track_is_a_conflict(phone: APIClient, make_track: MakeTrack) -> None:
    first, second, play_id = make_track("One"), make_track("Two"), str(uuid.uuid4())
    phone.post(f"/api/v1/tracks/{first.id}/play", {"play_id": play_id}, format="json")
    answer = phone.post(f"/api/v1/tracks/{second.id}/play", {"play_id": play_id}, format="json")
    assert answer.status_code == 409
    assert answer.json()["type"] == "play-id-taken"
    assert Play.objects.get().track == first


def test_a_play_id_is_unique_for_each_listener_only(
    phone: APIClient, stranger_phone: APIClient, make_track: MakeTrack
) -> None:
    first, second, play_id = make_track("One"), make_track("Two"), str(uuid.uuid4())
    assert phone.post(f"/api/v1/tracks/{first.id}/play", {"play_id": play_id}, format="json").status_code == 201
    theirs = stranger_phone.post(f"/api/v1/tracks/{second.id}/play", {"play_id": play_id}, format="json")
    assert theirs.status_code == 201
    assert Play.objects.count() == 2


def test_a_track_without_audio_is_told_in_words(phone: APIClient, make_track: MakeTrack) -> None:
    track = make_track(playable=False)
    answer = phone.post(f"/api/v1/tracks/{track.id}/play")
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "track-not-playable"
    assert Play.objects.count() == 0


@pytest.mark.parametrize("path", ["999", "0", "17179869184", "9223372036854775808", "-1", "abc"])
def test_a_track_that_is_not_there_is_404(phone: APIClient, db: None, path: str) -> None:
    assert phone.post(f"/api/v1/tracks/{path}/play").status_code == 404


def test_an_unpublished_track_looks_like_none(api: APIClient, make_track: MakeTrack) -> None:
    track = make_track(published=False)
    assert api.post(f"/api/v1/tracks/{track.id}/play").status_code == 404
    assert not User.objects.guests().exists()


@pytest.mark.parametrize(
    "body",
    [
        "{", "[]", '"x"', "3", "null x", '{"play_id": 5}', '{"play_id": "abc"}', '{"play_id": true}',
        '{"play_id": "{00000000-0000-0000-0000-000000000001}"}', '{"device": 5}', '{"device": "\\u0000"}',
        '{"device": "' + "x" * 101 + '"}',
    ],
)  # fmt: skip
def test_a_malformed_body_is_400_and_changes_nothing(api: APIClient, make_track: MakeTrack, body: str) -> None:
    track = make_track()
    answer = api.post(f"/api/v1/tracks/{track.id}/play", body, content_type="application/json")
    assert answer.status_code == 400
    assert not User.objects.exists()


def test_a_wrong_method_is_405(phone: APIClient, make_track: MakeTrack) -> None:
    answer = phone.get(f"/api/v1/tracks/{make_track().id}/play")
    assert answer.status_code == 405
    assert "POST" in answer["Allow"]


def test_the_decision_takes_two_queries_and_a_transaction(
    phone: APIClient, make_track: MakeTrack, django_assert_num_queries: Any
) -> None:
    track = make_track()
    play_id = phone.post(f"/api/v1/tracks/{track.id}/play").json()["play_id"]  # the first use of a token is noted
    # the token with its user, the track with the resume point; and one transaction, of the play
    with django_assert_num_queries(2 + 3):
        phone.post(f"/api/v1/tracks/{track.id}/play")
    with django_assert_num_queries(2 + 4):  # and what the play that is there is of
        phone.post(f"/api/v1/tracks/{track.id}/play", {"play_id": play_id}, format="json")


def test_uuid7_sorts_by_time() -> None:
    early, late = plays.uuid7(at_ms=1_700_000_000_000), plays.uuid7(at_ms=1_700_000_000_001)
    assert early < late
    assert early.version == 7
    assert early.variant == uuid.RFC_4122
    assert early.int >> 80 == 1_700_000_000_000
