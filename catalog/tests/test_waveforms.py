"""The waveform of a track over REST: its bytes, how long they may be kept, and who is told that there are none."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Master, Measurement, Track
from conftest import MakeTrack
from spotify_lite.tests import ladders

pytestmark = pytest.mark.django_db
PEAKS = bytes(range(0, 250, 2))


@pytest.fixture
def song(make_track: MakeTrack) -> Track:
    track = make_track()
    measure(track)
    return track


def measure(track: Track, **fields: Any) -> None:
    master = Master.objects.get(track=track)
    values = {"fingerprint": master.fingerprint, "recipe": 1, "steps": "64", "samples": 9, "sample_rate": 44_100}
    values |= {"waveform": PEAKS, "created_at": timezone.now()} | fields
    Measurement.objects.update_or_create(master=master, defaults=values)


def address(track: Track) -> str:
    return f"/api/v1/tracks/{track.id}/waveform"


def test_peaks_are_told_as_bytes_in_one_query(client: Client, song: Track, django_assert_num_queries):
    with django_assert_num_queries(1):
        answer = client.get(address(song))
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "application/octet-stream", PEAKS)
    assert answer["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in answer
    again = client.get(address(song), headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    measure(song, fingerprint="f" * 64)
    assert client.get(address(song), headers={"If-None-Match": answer["ETag"]}).status_code == 200


def test_with_the_key_of_the_audio_it_is_kept_for_ever(client: Client, song: Track):
    ladders.give(song, 64, 128)
    audio_url = client.get(f"/api/v1/tracks/{song.id}").json()["audio_url"]
    key = audio_url.partition("?")[0].rpartition("/")[2].partition(".")[0]
    assert client.get(address(song), {"of": key})["Cache-Control"] == "public, max-age=31536000, immutable"
    other = client.get(address(song), {"of": "0" * 64})  # of bytes that it was once made of
    assert (other.content, other["Cache-Control"]) == (PEAKS, "public, max-age=60")


def test_caches_of_others_keep_none_where_guests_may_not_listen(client: Client, song: Track, settings: Any, listener):
    settings.GUESTS = False
    assert client.get(address(song)).status_code == 401
    client.force_login(listener)
    assert client.get(address(song))["Cache-Control"] == "private, max-age=60"


@pytest.mark.parametrize("key", ["", "abc", "A" * 64, "0" * 65, "%00", "../../x"])
def test_what_is_no_key_is_a_problem_that_names_it(client: Client, song: Track, key: str):
    answer = client.get(f"{address(song)}?of={key}")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["of"])


def test_what_is_not_measured_yet_or_empty_has_no_content_for_a_minute(client: Client, make_track: MakeTrack):
    unmeasured, empty = make_track("One"), make_track("Three")
    measure(empty, waveform=b"")
    for path in (address(unmeasured), f"{address(unmeasured)}?of={'0' * 64}", address(empty)):
        answer = client.get(path)
        assert (answer.status_code, answer.content, answer["Cache-Control"]) == (204, b"", "public, max-age=60"), path


def test_there_is_none_of_what_is_hidden_or_unknown(client: Client, make_track: MakeTrack):
    hidden = make_track("Two", published=False)
    measure(hidden)
    for path in (address(hidden), "/api/v1/tracks/9999/waveform"):
        answer = client.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json"), path
        assert answer["Cache-Control"] == "no-store"
