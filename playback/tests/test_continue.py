"""GET me/continue: what was begun and not heard to its end, the newest first."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Track
from conftest import MakeTrack
from playback.tests.conftest import MakeEvent

URL = "/api/v1/me/continue"


@pytest.fixture
def begun(phone: APIClient, make_track: MakeTrack, make_event: MakeEvent) -> list[Track]:
    """Return five tracks that the listener began, the newest first."""
    tracks = [make_track(f"Track {index}") for index in range(5)]
    events = [
        make_event(track.id, 10_000 + index, ago=index * 60, play_id=str(uuid.UUID(int=index)))
        for index, track in enumerate(tracks)
    ]
    assert phone.post("/api/v1/me/progress", {"events": events}, format="json").json()["accepted"] == 5
    return tracks


def test_begun_tracks_are_listed_newest_first(phone: APIClient, begun: list[Track]) -> None:
    answer = phone.get(URL)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert body["next"] is None
    assert [row["track"]["id"] for row in body["results"]] == [track.id for track in begun]
    first = body["results"][0]
    assert set(first) == {"track", "position_ms", "updated_at", "device"}
    assert (first["position_ms"], first["device"]) == (10_000, "Phone")
    assert datetime.now(UTC) - datetime.fromisoformat(first["updated_at"]) < timedelta(seconds=20)
    assert first["track"]["audio_url"].startswith("http://testserver/media/")


def test_pages_follow_each_other(phone: APIClient, begun: list[Track]) -> None:
    seen, url = [], f"{URL}?limit=2"
    while url:
        body = phone.get(url).json()
        seen.append([row["track"]["id"] for row in body["results"]])
        url = body["next"]
    ids = [track.id for track in begun]
    assert seen == [ids[:2], ids[2:4], ids[4:]]


def test_a_cursor_is_nobody_elses(phone: APIClient, stranger_phone: APIClient, begun: list[Track]) -> None:
    following = phone.get(f"{URL}?limit=2").json()["next"]
    assert stranger_phone.get(following).status_code == 400
    assert stranger_phone.get(URL).json()["results"] == []


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=x", "cursor=x", "cursor="])
def test_bad_paging_is_400(phone: APIClient, query: str) -> None:
    assert phone.get(f"{URL}?{query}").status_code == 400


def test_what_ended_or_never_began_is_left_out(
    phone: APIClient, make_track: MakeTrack, make_event: MakeEvent, begun: list[Track]
) -> None:
    ended, unheard = make_track("Ended"), make_track("Unheard")
    events = [make_event(ended.id, 180_000, state="ended"), make_event(unheard.id, 0)]
    phone.post("/api/v1/me/progress", {"events": events}, format="json")
    Track.objects.filter(id=begun[0].id).update(published=False)
    Track.objects.filter(id=begun[1].id).update(available=False)
    Track.objects.filter(id=begun[2].id).update(release_at=datetime.now(UTC) + timedelta(hours=1))
    assert [row["track"]["id"] for row in phone.get(URL).json()["results"]] == [begun[3].id, begun[4].id]


def test_the_list_takes_two_queries(phone: APIClient, begun: list[Track], django_assert_num_queries: Any) -> None:
    for limit in (1, 3, 5):
        with django_assert_num_queries(2):  # the token with its user; the list
            assert len(phone.get(f"{URL}?limit={limit}").json()["results"]) == limit


def test_nobody_has_nothing_to_continue_and_is_made_no_guest(api: APIClient, begun: list[Track]) -> None:
    assert api.get(URL).json() == {"next": None, "results": []}
    assert not User.objects.guests().exists()


@override_settings(GUESTS=False)
def test_where_guests_may_not_listen_a_login_is_needed(api: APIClient, db: None) -> None:
    answer = api.get(URL)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
