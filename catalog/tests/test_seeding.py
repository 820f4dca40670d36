"""An invented catalog is there at once, found like any other, and added only once."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from catalog import invented, search
from catalog.models import Album, Artist, Genre, SearchChange, Track

pytestmark = pytest.mark.django_db


def run(capsys, **options):
    call_command("seed_catalog", skip_checks=True, **options)
    return capsys.readouterr().out


def test_seeded_tracks_are_listed_and_found_without_audio(capsys):
    assert "Added 3" in run(capsys, tracks=300, seed=1)
    tracks = Track.objects.listed(at=timezone.now())
    assert 300 <= tracks.count() < 500
    track = tracks.select_related("album").order_by("bucket", "id")[0]
    found = search.search(f"{track.title} {track.artist}", kinds=["track"], limit=1, at=timezone.now())
    assert found.tracks == [track.id]
    assert track.card["audio"] == []
    assert track.card["album"] == {"id": track.album.id, "title": track.album.title}
    assert track.album.tracks_count == track.album.tracks.count()
    assert sum(Artist.objects.values_list("tracks_count", flat=True)) >= tracks.count()
    assert Genre.objects.listed().exists()
    assert not SearchChange.objects.exists()


def test_the_same_seed_adds_nothing_twice_and_says_so(capsys):
    run(capsys, tracks=100, seed=1)
    counts = (Track.objects.count(), Album.objects.count(), Artist.objects.count())
    assert f"already has these {counts[0]} tracks" in run(capsys, tracks=100, seed=1)
    assert (Track.objects.count(), Album.objects.count(), Artist.objects.count()) == counts
    assert f"{counts[0]} were there already" in run(capsys, tracks=400, seed=1)
    more = Track.objects.count()
    run(capsys, tracks=100, seed=2)
    assert Track.objects.count() > more


def test_the_same_seed_invents_the_same():
    assert invented.artist(7, 3) == invented.artist(7, 3)
    assert invented.artist(7, 3) != invented.artist(8, 3)


def test_a_rebuild_says_what_it_indexed(capsys, make_track):
    make_track()
    call_command("search_rebuild", skip_checks=True)
    assert "Indexed 3 tracks, artists and albums." in capsys.readouterr().out
