"""An invented catalog is there at once, reads like a real one, is found like any other, and is added only once."""

from collections import Counter
from itertools import islice

import pytest
from django.core.management import call_command
from django.utils import timezone

from catalog import invented, search
from catalog.models import Album, Artist, Genre, SearchChange, Track
from catalog.tests import recounts


def run(capsys, **options):
    call_command("seed_catalog", skip_checks=True, **options)
    return capsys.readouterr().out


@pytest.mark.django_db
def test_seeded_tracks_are_listed_and_found_without_audio(capsys):
    assert "Added 300 tracks" in run(capsys, tracks=300, seed=1)
    tracks = Track.objects.listed(at=timezone.now())
    assert tracks.count() == 300
    track = tracks.select_related("album").order_by("bucket", "id")[0]
    found = search.search(f"{track.title} {track.artist}", kinds=["track"], limit=1, at=timezone.now())
    assert found.tracks == [track.id]
    assert track.card["audio"] == []
    assert track.card["album"] == {"id": track.album.id, "title": track.album.title}
    assert Genre.objects.listed().exists()
    assert not SearchChange.objects.exists()
    recounts.compare()


@pytest.mark.django_db
def test_the_same_seed_adds_nothing_twice_and_says_so(capsys):
    run(capsys, tracks=100, seed=1)
    counts = (Track.objects.count(), Album.objects.count(), Artist.objects.count())
    assert "already has these 100 tracks" in run(capsys, tracks=100, seed=1)
    assert (Track.objects.count(), Album.objects.count(), Artist.objects.count()) == counts
    assert "100 were there already" in run(capsys, tracks=400, seed=1)
    assert Track.objects.count() == 400
    run(capsys, tracks=100, seed=2)
    assert Track.objects.count() > 400
    recounts.compare()


def test_the_same_seed_invents_the_same_wherever_one_begins():
    rows = list(islice(invented.rows(7), 400))
    assert rows == list(islice(invented.rows(7), 400))
    assert rows != list(islice(invented.rows(8), 400))
    third = next(invented.rows_of(7, 3))
    assert third in rows
    assert next(invented.rows(7, first=3)) == third
    # The very rows, so that figures of another year are of the same catalog.
    assert (rows[0].artist, rows[0].title, rows[0].plays) == ("Carol Greibrawindsen", "Baby", 7)


def test_an_invented_catalog_has_the_proportions_of_real_ones():
    """Ranges, not figures: the law of plays, words that grow with the catalog, namesakes, versions, scripts."""
    rows = list(islice(invented.rows(1), 30_000))
    plays = sorted((row.plays for row in rows), reverse=True)
    assert sum(plays[:300]) > sum(plays) / 2  # one song of a hundred has more than half of the plays
    words = [{word for row in rows[:number] for word in row.title.lower().split()} for number in (10_000, 30_000)]
    assert 1.5 * len(words[0]) < len(words[1]) < 3 * len(words[0])
    titles = Counter(row.title for row in rows)
    assert 0.4 < len(titles) / len(rows) < 0.8
    assert 30 < titles["Intro"] < 600
    for mark in ("(Live)", "- Remastered 2011", "Remix)", "(Acoustic)", "Karaoke", "No. "):
        assert any(mark in row.title for row in rows), mark
    for letter in "вのا한étß":
        assert any(letter in row.artist + row.title for row in rows), letter
    assert any(" feat. " in row.artist for row in rows)
    assert any(";" in row.artist for row in rows)
    assert sum(row.year >= 2010 for row in rows) > len(rows) / 2
    genres = Counter(row.genre.split(";")[0] for row in rows).most_common()
    assert genres[0][1] > 5 * genres[20][1]
    per_artist = Counter(row.artist for row in rows)
    assert 5 < len(rows) / len(per_artist) < 30


@pytest.mark.django_db
def test_a_rebuild_says_what_it_indexed(capsys, make_track):
    make_track()
    call_command("search_rebuild", skip_checks=True)
    assert "Indexed 3 tracks, artists and albums." in capsys.readouterr().out
