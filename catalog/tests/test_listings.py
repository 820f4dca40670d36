"""The catalog's lists: their orders and filters, and that pages neither lose nor repeat a row."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalog import listings
from catalog.listings import Slice
from catalog.models import Album, Artist, Track
from conftest import MakeTrack

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def walk(page: Callable[..., Slice], *, limit: int, **filters: Any) -> list[int]:
    """Return the ids of all pages, each read with the key of the one before."""
    seen: list[int] = []
    key = None
    while True:
        found = page(limit=limit, after=key, **filters)
        assert len(found.rows) <= limit
        seen += [row[0] for row in found.rows]
        key = found.key
        if key is None:
            return seen


@pytest.fixture
def shelf(make_track: MakeTrack) -> list[Track]:
    """Seven tracks: two artists, two albums, two genres, equal plays among them, made in order of id."""
    plays = [5, 0, 900, 0, 5, 70, 0]
    return [
        make_track(
            title=f"Song {'gbdacfe'[place]}",
            artist=("Halcyon Pike", "Mira Vale")[place % 2],
            album=("Slow Harbour Lights", "Glass Weather")[place % 2],
            genres=("Ambient", "Jazz") if place % 3 == 0 else ("Jazz",),
            plays=heard,
            year=2001 + place % 2,
            track_number=None if place == 4 else 9 - place,
            disc_number=1 + place // 4,
            at=NOW - timedelta(days=place // 2),
        )
        for place, heard in enumerate(plays)
    ]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
@pytest.mark.parametrize(
    ("order", "places"),
    [
        ("popular", [2, 5, 0, 4, 1, 3, 6]),
        ("recent", [6, 5, 4, 3, 2, 1, 0]),
        ("title", [3, 1, 4, 2, 6, 5, 0]),
    ],
)
def test_each_order_is_the_same_at_every_page_size(shelf: list[Track], order: str, places: list[int], limit: int):
    wanted = [shelf[place].id for place in places]

    assert walk(listings.tracks, limit=limit, at=NOW, order=order) == wanted


@pytest.mark.parametrize("order", [None, *listings.ORDERS])
def test_filters_keep_what_they_name_in_every_order(shelf: list[Track], order: str | None):
    halcyon, mira = Artist.objects.get(name="Halcyon Pike"), Artist.objects.get(name="Mira Vale")
    glass = Album.objects.get(title="Glass Weather")
    everything = {"limit": 2, "at": NOW, "order": order}

    assert set(walk(listings.tracks, artist=mira.id, **everything)) == {shelf[place].id for place in (1, 3, 5)}
    assert set(walk(listings.tracks, album=glass.id, **everything)) == {shelf[place].id for place in (1, 3, 5)}
    assert set(walk(listings.tracks, genre="ambient", **everything)) == {shelf[place].id for place in (0, 3, 6)}
    assert set(walk(listings.tracks, year=2001, **everything)) == {shelf[place].id for place in (0, 2, 4, 6)}
    both = walk(listings.tracks, artist=halcyon.id, genre="ambient", year=2001, **everything)
    assert set(both) == {shelf[place].id for place in (0, 6)}


def test_an_artists_and_a_genres_list_are_by_popularity(shelf: list[Track]):
    halcyon = Artist.objects.get(name="Halcyon Pike")

    assert walk(listings.tracks, limit=2, at=NOW, artist=halcyon.id) == [shelf[place].id for place in (2, 0, 4, 6)]
    assert walk(listings.tracks, limit=2, at=NOW, genre="jazz") == [shelf[place].id for place in (2, 5, 0, 4, 1, 3, 6)]


def test_an_albums_tracks_stand_by_disc_and_number_and_unnumbered_ones_last(shelf: list[Track]):
    slow = Album.objects.get(title="Slow Harbour Lights")
    wanted = [shelf[place].id for place in (2, 0, 6, 4)]

    assert walk(listings.tracks, limit=1, at=NOW, album=slow.id) == wanted
    assert [row[0] for row in listings.tracks_of_album(slow.id, at=NOW)] == wanted


def test_unlisted_tracks_are_in_no_list(make_track: MakeTrack):
    for hidden in ({"published": False}, {"available": False}, {"release_at": NOW + timedelta(seconds=1)}):
        track = make_track(**hidden)
        artist = Artist.objects.get(name="Halcyon Pike")

        for filters in ({}, {"artist": artist.id}, {"album": track.album_id}, {"genre": "ambient"}):
            assert walk(listings.tracks, limit=5, at=NOW, **filters) == []


def test_a_track_is_listed_from_the_moment_of_its_release(make_track: MakeTrack):
    track = make_track(release_at=NOW)

    assert walk(listings.tracks, limit=5, at=NOW - timedelta(seconds=1)) == []
    assert walk(listings.tracks, limit=5, at=NOW) == [track.id]


def test_albums_are_filtered_and_ordered(shelf: list[Track]):
    slow, glass = Album.objects.get(title="Slow Harbour Lights"), Album.objects.get(title="Glass Weather")
    mira = Artist.objects.get(name="Mira Vale")

    assert walk(listings.albums, limit=1) == [slow.id, glass.id]
    assert walk(listings.albums, limit=1, order="title") == [glass.id, slow.id]
    assert walk(listings.albums, limit=1, order="recent") == [glass.id, slow.id]
    assert walk(listings.albums, limit=1, artist=mira.id) == [glass.id]
    assert walk(listings.albums, limit=1, genre="ambient") == [slow.id, glass.id]
    assert walk(listings.albums, limit=1, genre="polka") == []
    assert walk(listings.albums, limit=1, year=2002) == [glass.id]


def test_artists_and_genres_come_page_by_page(shelf: list[Track]):
    ids = {artist.name: artist.id for artist in Artist.objects.all()}

    assert walk(listings.artists, limit=1) == [ids["Halcyon Pike"], ids["Mira Vale"]]
    assert walk(listings.genres, limit=1) == ["ambient", "jazz"]


def test_an_artists_albums_are_newest_first(make_track: MakeTrack):
    for title, year in (("Old", 1999), ("Undated", None), ("New", 2020)):
        make_track(album=title, year=year)
    artist = Artist.objects.get()

    assert [row[1] for row in listings.albums_of_artist(artist.id)] == ["New", "Old", "Undated"]
