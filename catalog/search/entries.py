"""Read rows of the catalog as documents: what is listed, by ids or in the order of the index."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from catalog.models import Album, AlbumCredit, AlbumGenre, Artist, Credit, Track, TrackGenre, popularity
from catalog.search import documents
from catalog.search.documents import Document

BATCH = 5000  # rows that are read at once: what a batch costs beside its rows is little then


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows, one after another in the order of the index."""

    documents: list[Document]
    rows: int  # of the catalog; none: there are no more
    last: int  # the sid to go on after


Source = Callable[[str, int], Batch]  # (kind, sid to go on after; -1: from the first) -> what follows
Maker = Callable[[QuerySet[Any], Collection[int]], Iterable[Document]]


def count() -> int:
    """Return how many rows belong into the index; walks through their indexes."""
    return sum(listed(kind).count() for kind in ("track", "artist", "album"))


def listed(kind: str) -> QuerySet[Any]:
    """Return the rows that belong into the index. Release dates are the query's matter: nobody notes their passing."""
    queries: dict[str, QuerySet[Any]] = {
        "track": Track.objects.filter(published=True, available=True),
        "artist": Artist.objects.listed(),
        "album": Album.objects.listed(),
    }
    return queries[kind]


def of_ids(kind: str, row_ids: Collection[int]) -> list[Document]:
    """Return the documents of those of these rows that are listed, in the order of the index."""
    if not row_ids:
        return []
    makers: dict[str, Maker] = {"track": _tracks, "artist": _artists, "album": _albums}
    found = makers[kind](listed(kind).filter(id__in=row_ids), row_ids)
    return sorted(found, key=lambda document: document.sid)


def after(kind: str, sid: int) -> Batch:
    """Return the listed rows that follow a sid."""
    row_ids, last = places(kind, sid)
    return Batch(of_ids(kind, row_ids), len(row_ids), last)


def places(kind: str, sid: int) -> tuple[list[int], int]:
    """Return the ids of the listed rows that follow a sid, and the last one's sid. A row that moves is noted."""
    bucket, row_id = popularity.parts_of(sid) if sid >= 0 else (-1, 0)
    later = Q(bucket__gt=bucket) | Q(bucket=bucket, id__gt=row_id)
    rows = listed(kind).filter(later, bucket__gte=bucket).order_by("bucket", "id")
    found = list(rows.values_list("bucket", "id")[:BATCH])
    return [row_id for _, row_id in found], popularity.sid_of(*found[-1]) if found else sid


def _tracks(rows: QuerySet[Any], row_ids: Collection[int]) -> Iterable[Document]:
    names, aliases = _credited(Credit.objects.filter(track_id__in=row_ids), "track_id")
    genres = _genres(TrackGenre.objects.filter(track_id__in=row_ids).order_by("position"), "track_id")
    values = rows.values_list("id", "bucket", "release_at", "title", "artist", "album__title", "year")
    return (
        documents.read(
            kind="track",
            sid=popularity.sid_of(bucket, row_id),
            row_id=row_id,
            release=_release(release_at),
            title=title,
            artists=(*names.get(row_id, ()), credit),
            aliases=aliases.get(row_id, ()),
            album=album or "",
            year=year,
            genres=genres.get(row_id, ()),
        )
        for row_id, bucket, release_at, title, credit, album, year in values
    )


def _artists(rows: QuerySet[Any], row_ids: Collection[int]) -> Iterable[Document]:
    return (
        documents.read(
            kind="artist",
            sid=popularity.sid_of(bucket, row_id),
            row_id=row_id,
            title=name,
            aliases=documents.split_aliases(aliases),
        )
        for row_id, bucket, name, aliases in rows.values_list("id", "bucket", "name", "aliases")
    )


def _albums(rows: QuerySet[Any], row_ids: Collection[int]) -> Iterable[Document]:
    names, aliases = _credited(AlbumCredit.objects.filter(album_id__in=row_ids), "album_id")
    genres = _genres(AlbumGenre.objects.filter(album_id__in=row_ids).order_by("genre_id"), "album_id")
    return (
        documents.read(
            kind="album",
            sid=popularity.sid_of(bucket, row_id),
            row_id=row_id,
            title=title,
            artists=(*names.get(row_id, ()), credit),
            aliases=aliases.get(row_id, ()),
            year=year,
            genres=genres.get(row_id, ()),
        )
        for row_id, bucket, title, credit, year in rows.values_list("id", "bucket", "title", "artist", "year")
    )


def _credited(people: QuerySet[Any], owner: str) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Return the artists' names and their aliases by track or album, in the order of the credits."""
    names: dict[int, list[str]] = {}
    aliases: dict[int, list[str]] = {}
    for row_id, name, others in people.order_by("position", "id").values_list(owner, "artist__name", "artist__aliases"):
        names.setdefault(row_id, []).append(name)
        if others:
            aliases.setdefault(row_id, []).extend(documents.split_aliases(others))
    return names, aliases


def _genres(kinds: QuerySet[Any], owner: str) -> dict[int, list[str]]:
    genres: dict[int, list[str]] = {}
    for row_id, name in kinds.values_list(owner, "genre__name"):
        genres.setdefault(row_id, []).append(name)
    return genres


def _release(release_at: datetime | None) -> int:
    return documents.moment(release_at) if release_at else documents.ALWAYS
