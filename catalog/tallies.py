"""Add what new, listed tracks bring to the counts that albums, artists and genres keep, without a recount.

`catalog.derived` counts anew; a long import would count an artist's tracks once for each of its batches.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from catalog import derived
from catalog.models import Album, AlbumCredit, Artist, popularity
from spotify_lite.given import Given

ALBUMS = Given(
    """UPDATE catalog_album SET tracks_count = tracks_count + given.tracks, duration_ms = duration_ms + given.duration,
    plays = plays + given.heard, bucket = given.earned FROM {given} WHERE catalog_album.id = given.album""",
    album="bigint",
    tracks="integer",
    duration="bigint",
    heard="bigint",
    earned="integer",
)
ARTISTS = Given(
    """UPDATE catalog_artist SET tracks_count = tracks_count + given.tracks, albums_count = albums_count + given.albums,
    plays = plays + given.heard, bucket = given.earned FROM {given} WHERE catalog_artist.id = given.artist""",
    artist="bigint",
    tracks="integer",
    albums="integer",
    heard="bigint",
    earned="integer",
)
# A genre is an album's once, whichever of its tracks brought it; both have the popularity of the album.
GENRES_OF_ALBUMS = Given(
    """INSERT INTO catalog_albumgenre (album_id, genre_id, bucket)
    SELECT given.album, given.genre, album.bucket FROM {given} JOIN catalog_album AS album ON album.id = given.album
    WHERE true ON CONFLICT DO NOTHING""",
    album="bigint",
    genre="bigint",
)
BUCKETS_OF_GENRES = Given(
    """UPDATE catalog_albumgenre SET bucket = given.earned FROM {given}
    WHERE catalog_albumgenre.album_id = given.album AND catalog_albumgenre.bucket <> given.earned""",
    album="bigint",
    earned="integer",
)


@dataclass(slots=True)
class Tally:
    """What new tracks bring to one album or artist."""

    tracks: int = 0
    albums: int = 0
    duration_ms: int = 0
    plays: int = 0


@dataclass(slots=True)
class Tallies:
    """What the new tracks of one transaction bring; by id."""

    albums: dict[int, Tally] = field(default_factory=dict)
    artists: dict[int, Tally] = field(default_factory=dict)
    genres: Counter[int] = field(default_factory=Counter)
    genres_of_albums: set[tuple[int, int]] = field(default_factory=set)  # album and genre

    def add(
        self, *, album_id: int | None, artists: Iterable[int], genres: Collection[int], duration_ms: int, plays: int
    ) -> None:
        """Count one track."""
        for artist_id in artists:
            artist = self.artists.get(artist_id) or self.artists.setdefault(artist_id, Tally())
            artist.tracks += 1
            artist.plays += plays
        self.genres.update(genres)
        if album_id is None:
            return
        album = self.albums.get(album_id) or self.albums.setdefault(album_id, Tally())
        album.tracks += 1
        album.duration_ms += duration_ms
        album.plays += plays
        self.genres_of_albums.update((album_id, genre) for genre in genres)

    def add_albums(self, artists: Iterable[int], number: int = 1) -> None:
        """Count albums that are listed from now on for each of these artists."""
        for artist_id in artists:
            self.artists.setdefault(artist_id, Tally()).albums += number

    def write(self, *, new_albums: Collection[int], new_artists: Collection[int], at: datetime) -> None:
        """Bring the rows that were there before up to date, and note all of them for the search index."""
        pictured = self._write_albums({row: tally for row, tally in self.albums.items() if row not in new_albums})
        if self.genres_of_albums:
            GENRES_OF_ALBUMS.run(sorted(self.genres_of_albums))
        self._write_artists({row: tally for row, tally in self.artists.items() if row not in new_artists})
        if pictured:  # an artist shows the cover of the album that is played most
            credited = AlbumCredit.objects.filter(album_id__in=pictured).values_list("artist_id", flat=True)
            derived.refresh_artists(set(credited), at=at)
        derived.count_new_tracks(self.genres)
        derived.note_search_changes("album", sorted(self.albums))
        derived.note_search_changes("artist", sorted(self.artists))

    def _write_albums(self, tallies: dict[int, Tally]) -> list[int]:
        """Return those of the albums that have a cover."""
        if not tallies:
            return []
        rows = Album.objects.filter(id__in=tallies).values_list("id", "plays", "tracks_count", "cover_key")
        before = {row_id: (plays, tracks, cover_key) for row_id, plays, tracks, cover_key in rows}
        shown_first = [row_id for row_id, (_, tracks, _) in before.items() if not tracks]
        for artist_id in AlbumCredit.objects.filter(album_id__in=shown_first).values_list("artist_id", flat=True):
            self.add_albums([artist_id])
        earned = {row_id: popularity.bucket_of(before[row_id][0] + tally.plays) for row_id, tally in tallies.items()}
        ALBUMS.run(
            [
                (row_id, tally.tracks, tally.duration_ms, tally.plays, earned[row_id])
                for row_id, tally in sorted(tallies.items())
            ]
        )
        BUCKETS_OF_GENRES.run(sorted(earned.items()))
        return [row_id for row_id, (_, _, cover_key) in before.items() if cover_key]

    def _write_artists(self, tallies: dict[int, Tally]) -> None:
        if not tallies:
            return
        before = dict(Artist.objects.filter(id__in=tallies).values_list("id", "plays"))
        ARTISTS.run(
            [
                (row_id, tally.tracks, tally.albums, tally.plays, popularity.bucket_of(before[row_id] + tally.plays))
                for row_id, tally in sorted(tallies.items())
            ]
        )
