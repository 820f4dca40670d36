"""Bring everything kept in line after a curator's edit: cards, counts, covers and the search index.

An edit reaches further than its row: a renamed artist is on the cards of all its tracks. Look at the reach before and
after the change, and refresh both.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from catalog import derived, work
from catalog.models import Album, AlbumCredit, Artist, Credit, Genre, Track, TrackGenre, Work

BATCH = 500  # cards rebuilt in one transaction: 0.4 s


@dataclass(frozen=True)
class Reach:
    """The ids of the rows whose kept columns an edit touches."""

    tracks: frozenset[int] = frozenset()
    albums: frozenset[int] = frozenset()
    artists: frozenset[int] = frozenset()
    genres: frozenset[int] = frozenset()

    def __or__(self, other: "Reach") -> "Reach":
        return Reach(
            self.tracks | other.tracks,
            self.albums | other.albums,
            self.artists | other.artists,
            self.genres | other.genres,
        )


def reach_of(row: Track | Album | Artist | Genre) -> Reach:
    """Return what shows or counts this row, as the database has it now."""
    if row.pk is None:
        return Reach()
    if isinstance(row, Track):
        return reach_of_tracks([row.pk])
    if isinstance(row, Album):
        own = Reach(albums=frozenset([row.pk]), artists=_ids(AlbumCredit.objects.filter(album=row), "artist_id"))
        return own | Reach(tracks=_ids(Track.objects.filter(album=row), "id"))
    if isinstance(row, Artist):
        return Reach(
            tracks=_ids(Credit.objects.filter(artist=row), "track_id"),
            albums=_ids(AlbumCredit.objects.filter(artist=row), "album_id"),
            artists=frozenset([row.pk]),
        )
    return Reach(tracks=_ids(TrackGenre.objects.filter(genre=row), "track_id"), genres=frozenset([row.pk]))


def reach_of_tracks(track_ids: Iterable[int]) -> Reach:
    """Return the tracks with their albums, the artists of both, and their genres."""
    tracks = frozenset(track_ids)
    albums = _ids(Track.objects.filter(id__in=tracks, album__isnull=False), "album_id")
    return Reach(
        tracks,
        albums,
        _ids(Credit.objects.filter(track_id__in=tracks), "artist_id")
        | _ids(AlbumCredit.objects.filter(album_id__in=albums), "artist_id"),
        _ids(TrackGenre.objects.filter(track_id__in=tracks), "genre_id"),
    )


def refresh(reach: Reach) -> None:
    """Rebuild what is kept for all rows in reach; past the first batch of tracks and albums, workers do it.

    A genre's new name may be on 30,000 cards: in one transaction no listener's position could be saved for 20 s.
    """
    now = timezone.now()
    tracks, albums = sorted(reach.tracks), sorted(reach.albums)
    with transaction.atomic():
        _refresh_batch(tracks[:BATCH], albums[:BATCH])
        derived.refresh_artists(reach.artists, at=now)
        derived.refresh_genres(reach.genres, at=now)
        derived.bump_version()
        for start in range(BATCH, max(len(tracks), len(albums)), BATCH):
            rest = {"tracks": tracks[start : start + BATCH], "albums": albums[start : start + BATCH]}
            work.enqueue("cards", uuid.uuid4().int >> 65, payload=rest)  # a batch has no id: any 63 bits will do


def refresh_later(row: Work) -> None:
    """Rebuild the batch of the row's payload."""
    with transaction.atomic():
        _refresh_batch(row.payload["tracks"], row.payload["albums"])
        derived.bump_version()


def forget(reach: Reach, *, kind: str, ids: Iterable[int]) -> None:
    """Refresh after a deletion, and take the deleted rows out of the search index, if it has their kind."""
    with transaction.atomic():
        if kind:
            derived.note_search_changes(kind, ids)
        refresh(reach)


def _refresh_batch(tracks: list[int], albums: list[int]) -> None:
    bucket = Subquery(Track.objects.filter(id=OuterRef("track_id")).values("bucket"))
    Credit.objects.filter(track_id__in=tracks).update(bucket=bucket)  # a new credit has no bucket yet
    TrackGenre.objects.filter(track_id__in=tracks).update(bucket=bucket)
    derived.refresh_cards(tracks)
    derived.refresh_albums(albums, at=timezone.now())


def _ids(rows: models.QuerySet, column: str) -> frozenset[int]:
    return frozenset(rows.values_list(column, flat=True))
