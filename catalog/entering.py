"""Write rows of sheets to the catalog, a batch a transaction, with all that is kept of them; no file is looked at."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalog import bulk, completions, credits, derived, doubles, entries, imports, names, search  # noqa: A004
from catalog.cells import Row
from catalog.entries import Entry
from catalog.models import (
    Album,
    AlbumCredit,
    Artist,
    Change,
    Credit,
    Genre,
    SearchChange,
    Track,
    TrackGenre,
    popularity,
)
from catalog.roster import Found, Named, Roster
from catalog.tallies import Tallies

logger = logging.getLogger(__name__)

BATCH = 4000  # rows a transaction: the lock of writers is held for a third of a second
NOTED = 50_000  # rows: a rebuild, at 10,000 a second, is quicker than so many notes one by one
TRACKS = (
    *("title", "sort_title", "artist", "album_id", "disc_number", "track_number", "year", "duration_ms", "explicit"),
    *("isrc", "plays", "bucket", "published", "curated", "available", "created_at", "card", "id"),
)
ALBUMS = (
    *("title", "sort_title", "artist", "artists", "year", "compilation", "match_key", "curated", "created_at"),
    *("tracks_count", "duration_ms", "plays", "bucket", "id"),
)
ARTISTS = (
    *("name", "sort_name", "match_key", "aliases", "created_at"),
    *("albums_count", "tracks_count", "plays", "bucket", "id"),
)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of rows."""

    tracks: int = 0  # new ones
    known: int = 0  # rows whose track was there
    completed: int = 0  # known ones that took something
    albums: int = 0  # new ones
    artists: int = 0

    def __add__(self, other: "Written") -> "Written":
        return Written(
            self.tracks + other.tracks,
            self.known + other.known,
            self.completed + other.completed,
            self.albums + other.albums,
            self.artists + other.artists,
        )


class Writer:
    """The writer of one import."""

    def __init__(self) -> None:
        self._roster = Roster()
        self._newest_change = Change.objects.newest()
        # One of each for all cards: to make a model's instance takes longer than to write its row.
        self._track, self._album = Track(), Album()

    def write(self, rows: Sequence[Row]) -> tuple[Written, list[int]]:
        """Take in one batch, in one transaction; return the ids of the rows' tracks, too, 0 for one that came twice."""
        now, batch = timezone.now(), [entries.read(row) for row in rows]
        with transaction.atomic():
            imports.hold_catalog()
            self._look_again()
            found = self._roster.find(*entries.named(batch))
            entries.respell(batch, found)
            known = doubles.match(batch, found)
            new = [entry for entry in batch if entry.new]
            _write_genres(found)
            completions.add_aliases(batch, found)
            self._create(new, found, now)
            completed = completions.complete(batch, known, found, at=now)
            if new or completed:
                derived.bump_version()
        self._roster.keep(found)
        made = Written(len(new), len(batch) - len(new), completed, len(found.new_albums), len(found.new_artists))
        return made, [entry.track_id for entry in batch]

    def _look_again(self) -> None:
        """Forget the names that were found if a curator has changed anything: what was merged away is there no more."""
        newest = Change.objects.newest()
        if newest != self._newest_change:
            self._roster.forget()
            self._newest_change = newest

    def _create(self, new: Sequence[Entry], found: Found, now: datetime) -> None:
        """Write new tracks, with the artists and albums that are new, and count them all."""
        if not new:
            found.forget_new_artists(but=())
            return
        tallies = Tallies()
        tracks: list[tuple[Any, ...]] = []
        credited: list[tuple[Any, ...]] = []
        genres: list[tuple[Any, ...]] = []
        for track_id, entry in zip(bulk.new_ids(Track, len(new)), new, strict=True):
            entry.track_id = track_id
            row, bucket = entry.row, popularity.bucket_of(entry.row.plays)
            people = _people(entry, found)
            kinds = [found.genres[slug] for slug, _ in entry.genres]
            album_id = found.albums[entry.lead.key].id if entry.lead else None
            tallies.add(
                album_id=album_id,
                artists=[artist_id for artist_id, *_ in people],
                genres=[genre_id for genre_id, _ in kinds],
                duration_ms=row.duration_ms,
                plays=row.plays,
            )
            credited += [(track_id, artist_id, role, at, bucket) for at, (artist_id, _, role) in enumerate(people)]
            genres += [(track_id, genre_id, at, bucket) for at, (genre_id, _) in enumerate(kinds)]
            card = self._card(entry, found, people, [name for _, name in kinds])
            tracks.append(
                (
                    *(row.title, names.sort_key(row.title), entry.shown, album_id, entry.disc, row.track, row.year),
                    *(row.duration_ms, row.explicit, "", row.plays, bucket, True, [], True, now, card, track_id),
                )
            )
        led = {row_id: [found.artists[key] for key in lead.artists] for row_id, lead in found.new_albums.items()}
        for leaders in led.values():
            tallies.add_albums({one.id for one in leaders})
        found.forget_new_artists(but=tallies.artists)
        _write_artists(found, tallies, now)
        _write_albums(found, led, tallies, now)
        bulk.pour(Track, TRACKS, tracks)
        bulk.pour(Credit, ("track_id", "artist_id", "role", "position", "bucket"), credited)
        bulk.pour(TrackGenre, ("track_id", "genre_id", "position", "bucket"), genres)
        derived.note_search_changes("track", [row[-1] for row in tracks])
        tallies.write(new_albums=found.new_albums, new_artists=found.new_artists, at=now)

    def _card(
        self, entry: Entry, found: Found, people: list[tuple[int, str, str]], genres: list[str]
    ) -> dict[str, Any]:
        track, row = self._track, entry.row
        track.title, track.artist, track.disc_number, track.track_number = row.title, entry.shown, entry.disc, row.track
        track.year, track.duration_ms, track.explicit = row.year, row.duration_ms, row.explicit
        if entry.lead is None:
            return derived.card_of(track, None, artists=people, genres=genres)
        album = found.albums[entry.lead.key]
        self._album.id, self._album.title = album.id, album.title
        return derived.card_of(
            track, self._album, artists=people, genres=genres, cover_key=album.cover_key, tint=album.tint
        )


def index(*, progress: Callable[[int, int], object]) -> None:
    """Let what was written be found: by its notes, or all of it anew where that is quicker; told steps done and all."""
    noted, done = SearchChange.objects.count(), 0
    if noted > NOTED:
        total = search.rebuild_size()

        def step(number: int) -> None:
            nonlocal done
            done += number
            progress(done, total)

        try:
            search.rebuild(progress=step)
        except search.Busy:
            logger.info("another process builds the search index: what was written here is indexed by its notes")
    while number := search.index_pending():
        done += number
        progress(done, max(noted, done))


def _people(entry: Entry, found: Found) -> list[tuple[int, str, str]]:
    """Return id, name and role of who is credited; two names may have become one artist."""
    people: dict[int, tuple[int, str, str]] = {}
    for key, one in zip(entry.people.keys, entry.people.credits, strict=True):
        artist = found.artists[key]
        people.setdefault(artist.id, (artist.id, artist.name, one.role))
    return list(people.values())


def _write_genres(found: Found) -> None:
    """Write new genres: also those that only a completed track needs."""
    rows = [(slug, found.genres[slug][1], 0, row_id) for row_id, slug in found.new_genres.items()]
    bulk.insert(Genre, ("slug", "name", "tracks_count", "id"), rows)


def _write_artists(found: Found, tallies: Tallies, now: datetime) -> None:
    rows = []
    for row_id, key in found.new_artists.items():
        artist, tally = found.artists[key], tallies.artists[row_id]
        rows.append(
            (
                *(artist.name, names.sort_key(artist.name), key, artist.aliases, now),
                *(tally.albums, tally.tracks, tally.plays, popularity.bucket_of(tally.plays), row_id),
            )
        )
    bulk.pour(Artist, ARTISTS, rows)


def _write_albums(found: Found, led: dict[int, list[Named]], tallies: Tallies, now: datetime) -> None:
    rows: list[tuple[Any, ...]] = []
    credited: list[tuple[int, int, int]] = []
    for row_id, lead in found.new_albums.items():
        tally, leaders = tallies.albums[row_id], {one.id: one.name for one in led[row_id]}
        rows.append(
            (
                *(lead.title, names.sort_key(lead.title), lead.artist),
                *([{"id": artist_id, "name": name} for artist_id, name in leaders.items()], lead.year),
                *(lead.artist == credits.VARIOUS, lead.key, [], now),
                *(tally.tracks, tally.duration_ms, tally.plays, popularity.bucket_of(tally.plays), row_id),
            )
        )
        credited += [(row_id, artist_id, place) for place, artist_id in enumerate(leaders)]
    bulk.pour(Album, ALBUMS, rows)
    bulk.pour(AlbumCredit, ("album_id", "artist_id", "position"), credited)
