"""GET and PUT me/playback: one queue and one place in it, whichever device asks."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from accounts.models import User
from conftest import MakeTrack
from playback.models import PlaybackState
from playback.tests.conftest import MakeEvent
from spotify_lite import rest

URL = "/api/v1/me/playback"


def wanted(*, ago: float = 0, **fields: Any) -> dict[str, Any]:
    return {
        "play_id": str(uuid.UUID(int=1)),
        "seq": 1,
        "at": rest.timestamp(datetime.now(UTC) - timedelta(seconds=ago)),
        "queue": [11, 12, 13],
        "index": 1,
        "position_ms": 5_000,
        "playing": True,
        "device": "Kitchen",
        **fields,
    }


def put(client: APIClient, state: Any) -> Any:
    return client.put(URL, state, format="json")


def test_a_state_is_told_to_every_device(phone: APIClient) -> None:
    state = wanted()
    answer = put(phone, state)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    told = answer.json()
    assert {name: told[name] for name in state} == state
    assert set(told) == {*state, "updated_at"}
    assert phone.get(URL).json() == told


def test_the_newer_action_stands_whichever_arrives_last(phone: APIClient) -> None:
    newer, older = wanted(ago=1, index=2), wanted(ago=60, index=0)
    put(phone, newer)
    assert put(phone, older).json()["index"] == 2
    assert put(phone, {**newer, "index": 0}).json()["index"] == 2, "an equal key changes nothing"
    assert put(phone, {**newer, "seq": 2, "index": 0}).json()["index"] == 0
    assert put(phone, {**newer, "play_id": str(uuid.UUID(int=2)), "seq": 0, "index": 1}).json()["index"] == 1
    assert PlaybackState.objects.count() == 1


def test_newer_progress_of_the_play_moves_the_position_only(
    phone: APIClient, make_track: MakeTrack, make_event: MakeEvent
) -> None:
    track = make_track()
    state = wanted(ago=30, queue=[track.id], index=0)
    put(phone, state)
    event = make_event(track.id, 35_000, ago=1, seq=2, state="paused")
    phone.post("/api/v1/me/progress", {"events": [event]}, format="json")
    told = phone.get(URL).json()
    assert (told["position_ms"], told["playing"], told["updated_at"]) == (35_000, False, event["at"])
    assert (told["queue"], told["device"], told["seq"], told["at"]) == ([track.id], "Kitchen", 1, state["at"])


@pytest.mark.parametrize("change", [{"ago": 60}, {"play_id": str(uuid.UUID(int=7))}])
def test_older_progress_and_that_of_another_play_moves_nothing(
    phone: APIClient, make_track: MakeTrack, make_event: MakeEvent, change: dict[str, Any]
) -> None:
    track = make_track()
    put(phone, wanted(ago=30, queue=[track.id], index=0))
    event = make_event(track.id, 35_000, **{"ago": 1, "seq": 2, **change})
    phone.post("/api/v1/me/progress", {"events": [event]}, format="json")
    assert phone.get(URL).json()["position_ms"] == 5_000


def test_an_unchanged_state_is_304(phone: APIClient) -> None:
    put(phone, wanted(ago=5))
    etag = phone.get(URL)["ETag"]
    again = phone.get(URL, HTTP_IF_NONE_MATCH=etag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    put(phone, wanted(seq=2))
    assert phone.get(URL, HTTP_IF_NONE_MATCH=etag).status_code == 200


def test_nobody_has_an_empty_state_and_is_made_no_guest(api: APIClient, db: None) -> None:
    told = api.get(URL).json()
    assert told == {
        "play_id": None, "seq": None, "at": None, "queue": [], "index": 0, "position_ms": 0,
        "playing": False, "device": "", "updated_at": None,
    }  # fmt: skip
    assert not User.objects.exists()


def test_an_empty_queue_stands_too(phone: APIClient) -> None:
    told = put(phone, wanted(queue=[], index=0, position_ms=0, playing=False)).json()
    assert (told["queue"], told["index"], told["playing"]) == ([], 0, False)
    assert phone.get(URL).status_code == 200


def test_a_device_is_named_by_its_token_where_it_says_nothing(phone: APIClient) -> None:
    state = wanted()
    del state["device"]
    assert put(phone, state).json()["device"] == "Phone"


@pytest.mark.parametrize(
    "change",
    [
        {"play_id": None}, {"play_id": "x"}, {"seq": -1}, {"seq": True}, {"seq": "1"}, {"seq": 1 << 31},
        {"at": None}, {"at": "yesterday"}, {"at": 5}, {"at": "1970-01-01T00:00:00Z"}, {"at": "2999-01-01T00:00:00Z"},
        {"queue": None}, {"queue": {}}, {"queue": [0]}, {"queue": [1 << 34]}, {"queue": ["1"]}, {"queue": [True]},
        {"queue": [1.0]}, {"index": 3}, {"index": -1}, {"index": True}, {"queue": [], "index": 1},
        {"position_ms": -1}, {"position_ms": 1 << 31}, {"position_ms": "0"}, {"playing": 1}, {"playing": "true"},
        {"playing": None}, {"device": None}, {"device": 5}, {"device": "x" * 101}, {"device": "\0"},
    ],
)  # fmt: skip
def test_a_state_that_does_not_fit_is_400_and_names_the_field(api: APIClient, db: None, change: dict[str, Any]) -> None:
    answer = put(api, wanted(**change))
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) <= set(change) | {"index"}
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[]", "null", "5", '"x"', '{"position_ms": NaN}', '{"seq": Infinity}', "[" * 100_000, "\0", "{}",
        '{"device": "\\ud800"}', '{"queue": ' + "[" * 500 + "]" * 500 + "}",
    ],
)  # fmt: skip
def test_a_malformed_body_is_400(phone: APIClient, body: str) -> None:
    answer = phone.put(URL, body, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert not PlaybackState.objects.exists()


@pytest.mark.parametrize(
    "change",
    [{"position_ms": 1e308}, {"seq": 1e308}, {"queue": [1e308]}, {"queue": [None]}, {"queue": [{}]}, {"queue": [[1]]},
     {"queue": [-1]}, {"queue": [1 << 63]}, {"index": 1 << 63}, {"play_id": {}}, {"play_id": ["x"]}, {"at": []},
     {"at": {}}, {"device": {}}, {"device": ["x"]}, {"playing": {}}, {"playing": []}],
)  # fmt: skip
def test_odd_values_are_400(phone: APIClient, change: dict[str, Any]) -> None:
    answer = put(phone, wanted(**change))
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_body_over_a_mebibyte_is_413(phone: APIClient) -> None:
    assert put(phone, wanted(device="x" * (1 << 20))).status_code == 413
    assert put(phone, wanted(queue=[1] * 100_000)).status_code == 413
    assert not PlaybackState.objects.exists()


def test_of_a_key_that_comes_twice_the_last_counts(phone: APIClient) -> None:
    body = json.dumps(wanted(index=0))[:-1] + ', "index": 7, "index": 2}'
    assert phone.put(URL, body, content_type="application/json").json()["index"] == 2


def test_a_queue_may_name_songs_that_are_not_there(phone: APIClient, make_track: MakeTrack) -> None:
    """They may come back, or come out tomorrow; who shows the queue asks for each, and leaves out what is 404."""
    hidden = make_track("Hidden", published=False)
    told = put(phone, wanted(queue=[hidden.id, 999_999], index=1)).json()
    assert (told["queue"], phone.get(URL).json()["queue"]) == ([hidden.id, 999_999],) * 2


def test_a_queue_holds_a_thousand(phone: APIClient) -> None:
    assert put(phone, wanted(queue=[1] * 1_000, index=999)).status_code == 200
    assert put(phone, wanted(queue=[1] * 1_001)).status_code == 413


def test_a_poll_takes_three_queries(phone: APIClient, django_assert_num_queries: Any) -> None:
    put(phone, wanted())
    with django_assert_num_queries(3):  # the token with its user, the state, the resume point
        phone.get(URL)


@override_settings(GUESTS=False)
def test_where_guests_may_not_listen_a_login_is_needed(api: APIClient, db: None) -> None:
    assert api.get(URL).status_code == 401
    assert put(api, wanted()).status_code == 401
