"""The catalog's lists, a page at a time: keyset querysets that walk an index from where the last page ended.

The rows are values in the order of `catalog.shapes`' *_FIELDS, one query a page. Orders: `popular` is by bucket and id
(plays move a row only when its bucket changes, so that pages do not shift under a reader), `recent` is newest first,
`title` is alphabetical, and the tracks of an album stand in album order unless another one is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from catalog import shapes
from catalog.models import Album, Artist, Credit, Genre, Track

ORDERS = ("popular", "recent", "title")
LAST_YEAR = 9_999  # years are counted down from it, so that the newest is first and what has none is last
UNNUMBERED = 65_535  # tracks without a number come last on their disc
WHOLE_ALBUM = 1_000  # tracks on an album's page
WHOLE_CAREER = 100  # albums on an artist's page
TOP_TRACKS = 10  # songs on an artist's page

Row = tuple[Any, ...]
AnyModel = TypeVar("AnyModel", bound=Model)


@dataclass(frozen=True)
class Slice:
    """One page of a list."""

    rows: list[Row]
    key: list[Any] | None  # the sort key of the last row where more rows follow, else None


def tracks(
    *,
    at: datetime,
    limit: int,
    after: Sequence[Any] | None = None,
    order: str | None = None,
    artist: int | None = None,
    album: int | None = None,
    genre: str | None = None,
    year: int | None = None,
) -> Slice:
    """Return listed tracks as rows of TRACK_FIELDS; `genre` is the slug, `order` one of ORDERS or None."""
    found = Track.objects.listed(at=at)
    popular = ["bucket", "id"]
    if genre is not None:
        found = found.by_genre(genre)
        popular = ["track_genres__bucket", "track_genres__track_id"]
    if artist is not None:
        found = found.by_artist(artist)
        popular = ["credits__bucket", "credits__track_id"]
    if album is not None:
        found = found.filter(album_id=album)
    if year is not None:
        found = found.filter(year=year)
    if order is None and album is not None:
        return _cut(found, shapes.TRACK_FIELDS, _album_order(), after=after, limit=limit)
    return _cut(found, shapes.TRACK_FIELDS, _keys(order, popular), after=after, limit=limit, order=order)


def albums(
    *,
    limit: int,
    at: datetime,
    after: Sequence[Any] | None = None,
    order: str | None = None,
    artist: int | None = None,
    genre: str | None = None,
    year: int | None = None,
) -> Slice:
    """Return listed albums as rows of ALBUM_FIELDS; `artist` is an album artist, `genre` one of its tracks'."""
    found = Album.objects.listed()
    if artist is not None:
        found = found.filter(credits__artist_id=artist)
    if genre is not None:
        # A walk by popularity that stops when the page is full: common genres fill it at once.
        of_genre = Track.objects.listed(at=at).by_genre(genre).filter(album_id=OuterRef("id"))
        found = found.filter(Exists(of_genre))
    if year is not None:
        found = found.filter(year=year)
    keys = _keys(order, ["bucket", "id"])
    return _cut(found, shapes.ALBUM_FIELDS, keys, after=after, limit=limit, order=order)


def artists(*, limit: int, after: Sequence[Any] | None = None) -> Slice:
    """Return listed artists as rows of ARTIST_FIELDS, the most played first."""
    return _cut(Artist.objects.listed(), shapes.ARTIST_FIELDS, ["bucket", "id"], after=after, limit=limit)


def genres(*, limit: int, after: Sequence[Any] | None = None) -> Slice:
    """Return listed genres as rows of GENRE_FIELDS, by name."""
    return _cut(Genre.objects.listed(), shapes.GENRE_FIELDS, ["name", "id"], after=after, limit=limit)


def tracks_of_album(album_id: int, *, at: datetime) -> list[Row]:
    """Return an album's listed tracks in album order, at most WHOLE_ALBUM, as rows of TRACK_FIELDS."""
    return tracks(at=at, album=album_id, limit=WHOLE_ALBUM).rows


def top_tracks(artist_id: int, *, at: datetime) -> list[Row]:
    """Return an artist's TOP_TRACKS most played listed tracks as rows of TRACK_FIELDS."""
    return tracks(at=at, artist=artist_id, limit=TOP_TRACKS).rows


def albums_of_artist(artist_id: int) -> list[Row]:
    """Return an album artist's listed albums, the newest year first, at most WHOLE_CAREER, as rows of ALBUM_FIELDS."""
    found = Album.objects.listed().filter(credits__artist_id=artist_id)
    newest = found.order_by(F("year").desc(nulls_last=True), "sort_title", "id")
    return list(newest.values_list(*shapes.ALBUM_FIELDS)[:WHOLE_CAREER])


def career(artist_id: int, *, limit: int, after: Sequence[Any] | None = None) -> Slice:
    """Return an album artist's listed albums as rows of ALBUM_FIELDS, the newest year first.

    The years of one artist need no index: their albums are found by the credit, and sorted.
    """
    found = Album.objects.listed().filter(credits__artist_id=artist_id)
    keys = [Value(LAST_YEAR) - Coalesce("year", Value(0)), "sort_title", "id"]
    return _cut(found, shapes.ALBUM_FIELDS, keys, after=after, limit=limit)


def albums_also_with(artist_id: int) -> QuerySet[Album]:
    """Return the albums of others that an artist is credited on, the newest year first, each with the `role` there."""
    credited = Credit.objects.filter(artist_id=artist_id)
    theirs = credited.exclude(track__album__credits__artist_id=artist_id).values("track__album")
    role = credited.filter(track__album=OuterRef("id")).order_by("position").values("role")[:1]
    found = Album.objects.listed().filter(id__in=theirs).annotate(role=Subquery(role))
    return found.order_by(F("year").desc(nulls_last=True), "sort_title", "id")


def in_order(found: QuerySet[AnyModel], ids: Sequence[int]) -> list[AnyModel]:
    """Return those of the ids that the queryset holds, in their order; one query, none for no ids."""
    rows = found.in_bulk(ids) if ids else {}
    return [rows[row_id] for row_id in ids if row_id in rows]


def _keys(order: str | None, popular: list[str]) -> list[str]:
    """Return what a list of this order is sorted by; ends in an id, so that no two rows are equal."""
    return {"recent": ["created_at", "id"], "title": ["sort_title", "id"]}.get(order or "popular", popular)


def _album_order() -> list[Any]:
    return ["disc_number", Coalesce("track_number", Value(UNNUMBERED)), "sort_title", "id"]


def _cut(
    found: QuerySet[Any],
    fields: Sequence[Any],
    keys: Sequence[Any],
    *,
    after: Sequence[Any] | None,
    limit: int,
    order: str | None = None,
) -> Slice:
    """Return `limit` rows after the key; one row more is read, to know whether the list goes on.

    A later page is two ranges: what ties with the last row but for its id, then what lies beyond; mostly the first
    fills the page. As one condition, `(bucket, id) > (b, i)`, SQLite would walk the bucket from its start, because it
    does not match a row value to an index that ends in the row id.
    """
    backwards = order == "recent"
    names = [f"key_{place}" for place in range(len(keys))]
    columns = {name: F(key) if isinstance(key, str) else key for name, key in zip(names, keys, strict=True)}
    ordered = [f"-{name}" for name in names] if backwards else names
    found = found.annotate(**columns).order_by(*ordered).values_list(*fields, *names)
    if after is None:
        rows = list(found[: limit + 1])
    else:
        *ties, row_id = [datetime.fromisoformat(after[0]), *after[1:]] if backwards else after
        step = "lt" if backwards else "gt"
        tied = dict(zip(names, ties, strict=False))
        rows = list(found.filter(**tied, **{f"{names[-1]}__{step}": row_id})[: limit + 1])
        if len(rows) <= limit:
            rows += found.filter(_beyond(tied, step))[: limit + 1 - len(rows)]
    width = len(fields)
    key = list(rows[limit - 1][width:]) if len(rows) > limit else None
    if key and backwards:
        key[0] = key[0].isoformat()
    return Slice(rows=[row[:width] for row in rows[:limit]], key=key)


def _beyond(tied: dict[str, Any], step: str) -> Q:
    """Return what is past these values: a > x, or a = x and b > y, and so on."""
    past, equal = Q(), Q()
    for name, value in tied.items():
        past |= equal & Q(**{f"{name}__{step}": value})
        equal &= Q(**{name: value})
    return past
