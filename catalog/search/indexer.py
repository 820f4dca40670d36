"""Keep the index in step with the catalog: from the outbox as rows change, or all of it anew."""

import uuid
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q, QuerySet

from catalog.models import Album, AlbumCredit, Artist, Credit, SearchChange, Track, TrackGenre, popularity
from catalog.search import documents, tables
from catalog.search.documents import Document

BATCH = 1000  # rows a transaction: the writers' lock is held for a fraction of a second
INDEXERS_LOCK = 0x5EA2C4  # of PostgreSQL's advisory locks

Maker = Callable[[QuerySet[Any], Collection[int]], list[Document]]
Progress = Callable[[int], object]  # called with the number of rows done since the last call


def index_pending(*, limit: int = 5000) -> int:
    """Bring about `limit` noted changes into the index; return how many notes were handled.

    A batch reads its notes, then the rows, writes the index and deletes those very notes in one transaction under one
    lock, so two processes take turns, and a row that changes meanwhile has a new note. An index that is being built
    beside the live one gets the changes too.
    """
    handled = 0
    while handled < limit and SearchChange.objects.exists():
        with transaction.atomic(), connection.cursor() as cursor:
            _take_turns(cursor)
            notes = list(SearchChange.objects.order_by("id").values_list("id", "kind", "subject_id")[:BATCH])
            for kind in tables.KINDS:
                row_ids = sorted({subject for _, of, subject in notes if of == kind})
                new = documents_of(kind, row_ids)
                for index in tables.indexes(cursor) if row_ids else ():
                    tables.replace(cursor, index, kind, tables.stored(cursor, index, kind, row_ids), new)
            SearchChange.objects.filter(id__in=[note for note, _, _ in notes]).delete()
        handled += len(notes)
    return handled


def rebuild(*, progress: Progress | None = None) -> int:
    """Build the whole index beside the live one and change places; return the number of documents.

    Searches go on meanwhile. Notes that stood at the start are in what is read here, and go with the change of places.
    A build that died is swept by the next one.
    """
    index = f"{tables.LIVE}_{uuid.uuid4().hex[:8]}"
    with transaction.atomic(), connection.cursor() as cursor:
        _take_turns(cursor)
        for abandoned in tables.indexes(cursor)[1:]:
            tables.drop(cursor, abandoned)
        tables.create(cursor, index)
        covered = list(SearchChange.objects.values_list("id", flat=True))
    count = 0
    for kind in tables.KINDS:
        after = (-1, 0)
        while True:
            with transaction.atomic(), connection.cursor() as cursor:
                _take_turns(cursor)
                rows = _next_rows(kind, after)
                row_ids = [row_id for _, row_id in rows]
                new = documents_of(kind, row_ids)
                tables.replace(cursor, index, kind, tables.stored(cursor, index, kind, row_ids), new)
            if not rows:
                break
            after = rows[-1]
            count += len(new)
            if progress:
                progress(len(rows))
    with transaction.atomic(), connection.cursor() as cursor:
        _take_turns(cursor)
        tables.finish(cursor, index)
        tables.swap(cursor, index)
        for start in range(0, len(covered), BATCH):
            SearchChange.objects.filter(id__in=covered[start : start + BATCH]).delete()
    return count


def listed(kind: str) -> QuerySet[Any]:
    """Return the rows that belong into the index. Release dates are the query's matter: nobody notes their passing."""
    queries: dict[str, QuerySet[Any]] = {
        "track": Track.objects.filter(published=True, available=True),
        "artist": Artist.objects.listed(),
        "album": Album.objects.listed(),
    }
    return queries[kind]


def documents_of(kind: str, row_ids: Collection[int]) -> list[Document]:
    """Return the documents of those of these rows that are listed."""
    if not row_ids:
        return []
    rows = listed(kind).filter(id__in=row_ids)
    makers: dict[str, Maker] = {"track": _tracks, "artist": _artists, "album": _albums}
    return makers[kind](rows, row_ids)


def _next_rows(kind: str, after: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the next (bucket, id) in order of sid; a row whose bucket moves meanwhile is noted in the outbox."""
    bucket, row_id = after
    later = Q(bucket__gt=bucket) | Q(bucket=bucket, id__gt=row_id)
    rows = listed(kind).filter(later, bucket__gte=bucket).order_by("bucket", "id")
    return list(rows.values_list("bucket", "id")[:BATCH])


def _tracks(rows: QuerySet[Any], row_ids: Collection[int]) -> list[Document]:
    names, aliases = _credited(Credit.objects.filter(track_id__in=row_ids), "track_id")
    genres: dict[int, list[str]] = {}
    for row_id, name in TrackGenre.objects.filter(track_id__in=row_ids).values_list("track_id", "genre__name"):
        genres.setdefault(row_id, []).append(name)
    values = rows.values_list("id", "bucket", "release_at", "title", "artist", "album__title", "year")
    return [
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
    ]


def _artists(rows: QuerySet[Any], row_ids: Collection[int]) -> list[Document]:
    return [
        documents.read(
            kind="artist",
            sid=popularity.sid_of(bucket, row_id),
            row_id=row_id,
            title=name,
            aliases=documents.split_aliases(aliases),
        )
        for row_id, bucket, name, aliases in rows.values_list("id", "bucket", "name", "aliases")
    ]


def _albums(rows: QuerySet[Any], row_ids: Collection[int]) -> list[Document]:
    names, aliases = _credited(AlbumCredit.objects.filter(album_id__in=row_ids), "album_id")
    return [
        documents.read(
            kind="album",
            sid=popularity.sid_of(bucket, row_id),
            row_id=row_id,
            title=title,
            artists=(*names.get(row_id, ()), credit),
            aliases=aliases.get(row_id, ()),
            year=year,
        )
        for row_id, bucket, title, credit, year in rows.values_list("id", "bucket", "title", "artist", "year")
    ]


def _credited(people: QuerySet[Any], owner: str) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Return the artists' names and their aliases by track or album, in the order of the credits."""
    names: dict[int, list[str]] = {}
    aliases: dict[int, list[str]] = {}
    for row_id, name, others in people.order_by("position", "id").values_list(owner, "artist__name", "artist__aliases"):
        names.setdefault(row_id, []).append(name)
        aliases.setdefault(row_id, []).extend(documents.split_aliases(others))
    return names, aliases


def _release(release_at: datetime | None) -> int:
    return documents.moment(release_at) if release_at else documents.ALWAYS


def _take_turns(cursor: CursorWrapper) -> None:
    """Let one indexer write at a time, until the end of its transaction. On SQLite each transaction is alone anyway."""
    if connection.vendor == "postgresql":
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INDEXERS_LOCK])
