"""The gain of an album: there once all of it is measured, on each of its songs, and anew when songs come and go."""

import importlib
import uuid

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from catalog import albumgains, derived, edits
from catalog.history import Act
from catalog.models import Album, Master, Measurement, Track
from conftest import MakeTrack

pytestmark = pytest.mark.django_db
LOUD, QUIET = -10.0, -16.0


def measure(track: Track, lufs: float | None, *, peak: float = -3.0, seconds: float = 200.0) -> None:
    master = Master.objects.get(track=track)
    Measurement.objects.create(
        master=master, fingerprint=master.fingerprint, recipe=1, steps="64,128,256", samples=round(seconds * 44_100),
        sample_rate=44_100, loudness_lufs=lufs, true_peak_dbtp=peak, waveform=b"\x01", created_at=timezone.now(),
    )  # fmt: skip
    albumgains.note_of_track(track.id)


def told(client: Client, track: Track) -> tuple[float | None, float | None]:
    """Return an album's gain as the JSON of one of its songs says it, alone and in the list."""
    detail = client.get(f"/api/v1/tracks/{track.id}").json()["audio"]["album_gain_db"]
    songs = client.get(f"/api/v1/albums/{track.album_id}").json()["tracks"] if track.album_id else []
    listed = next((song["audio"]["album_gain_db"] for song in songs if song["id"] == track.id), detail)
    return detail, listed


def test_gain_is_told_on_every_song_once_the_last_one_is_measured(client: Client, make_track: MakeTrack):
    one, two = make_track("One"), make_track("Two")
    measure(one, LOUD)
    assert told(client, one) == told(client, two) == (None, None)
    measure(two, QUIET)
    assert told(client, one) == told(client, two) == (-6.0, -6.0)  # of -12.04 LUFS, to a tenth
    assert Album.objects.get().gain_db == -6.0
    page = client.get(f"/albums/{one.album_id}").content.decode()
    assert page.count("&quot;album_gain_db&quot;:-6.0") == 2


def test_song_that_comes_takes_it_away_until_it_is_measured_too(client: Client, make_track: MakeTrack):
    one = make_track("One")
    measure(one, LOUD)
    assert told(client, one) == (-8.0, -8.0)
    two = make_track("Two")
    assert told(client, one) == told(client, two) == (None, None)
    measure(two, QUIET)
    assert told(client, two) == (-6.0, -6.0)


def test_song_that_is_hidden_has_no_part_in_it(client: Client, make_track: MakeTrack, curator):
    one, two = make_track("One"), make_track("Two")
    measure(one, LOUD)
    measure(two, QUIET)
    edits.apply(
        Act(uuid.uuid4(), "hidden", curator.id, "curator", timezone.now()), "track", [two.id], {"published": False}
    )
    assert told(client, one) == (-8.0, -8.0)


def test_what_cannot_be_played_and_silence_are_not_waited_for(client: Client, make_track: MakeTrack):
    one, silent = make_track("One"), make_track("4'33")
    make_track("Known by name only", playable=False)
    measure(one, LOUD)
    measure(silent, None)
    assert told(client, one) == told(client, silent) == (-8.0, -8.0)


def test_song_that_changes_the_album_has_the_gain_of_the_new_one(client: Client, make_track: MakeTrack):
    one, two = make_track("One", album="Loud"), make_track("Two", album="Quiet")
    measure(one, LOUD)
    measure(two, QUIET)
    Track.objects.filter(id=two.id).update(album_id=one.album_id)
    derived.refresh_cards([two.id])
    derived.refresh_albums([one.album_id, two.album_id], at=timezone.now())
    two.refresh_from_db()
    assert told(client, one) == told(client, two) == (-6.0, -6.0)
    Track.objects.filter(id=two.id).update(album_id=None)
    derived.refresh_cards([two.id])
    derived.refresh_albums([one.album_id], at=timezone.now())
    two.refresh_from_db()
    assert told(client, one) == (-8.0, -8.0)
    assert told(client, two) == (None, None)


@pytest.mark.parametrize("songs", [3, 10])
def test_measuring_costs_the_same_however_many_songs_there_are(
    make_track: MakeTrack, songs: int, django_assert_num_queries
):
    made = [make_track(f"Song {number}") for number in range(songs)]
    for track in made[:-1]:
        measure(track, LOUD)
    album = Album.objects.get()
    with django_assert_num_queries(1):
        albumgains.note({album.id: None})
    measure(made[-1], LOUD)
    Album.objects.update(gain_db=None)
    with django_assert_num_queries(4):
        albumgains.note({album.id: None})


def test_what_an_earlier_version_measured_gets_it_with_the_migration(client: Client, make_track: MakeTrack):
    one, two, single = make_track("One"), make_track("Two"), make_track("Single", album=None)
    measure(one, LOUD)
    measure(two, QUIET, peak=0.5)
    measure(single, -20.0, peak=0.3)
    for track in Track.objects.all():
        del track.card["album_gain_db"]
        track.gain_db = 2.0
        track.save()
    Album.objects.update(gain_db=None)
    migration = importlib.import_module("catalog.migrations.0010_album_gain")
    migration.measure(apps, None)
    derived.bump_version()
    assert told(client, one) == told(client, two) == (-6.0, -6.0)
    gains = {track.title: (track.gain_db, track.card["gain_db"]) for track in Track.objects.all()}
    assert gains == {"One": (-8.0, -8.0), "Two": (-2.0, -2.0), "Single": (-1.3, -1.3)}
