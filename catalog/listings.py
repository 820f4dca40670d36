"""The catalog's lists, a page at a time.

The rows are values in the order of `catalog.shapes`' *_FIELDS. Orders: `popular` is by bucket and id (plays move a row
only when its bucket changes, so that pages do not shift under a reader), `recent` is newest first (ids are given in the
order in which music comes), `title` is alphabetical, and the tracks of an album stand in album order unless another one
is asked for.

A list with one filter, by popularity or newest first, has an index of its own. Of all other combinations, the filter
that few rows have narrows the list down, and these are sorted; where each of them is wide, the page is looked for
along the index that has the order, and may be short (see `catalog.walks`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Case, Exists, F, Model, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat

from catalog import shapes, walks
from catalog.models import Album, AlbumCredit, AlbumGenre, Artist, Credit, Genre, Track, TrackGenre
from catalog.models.newest import Newest
from catalog.walks import Index, Row, Slice

ORDERS = ("popular", "recent", "title")
LAST_YEAR = 9_999  # years are counted down from it, so that the newest is first and what has none is last
UNNUMBERED = 65_535  # tracks without a number come last on their disc
WHOLE_ALBUM = 1_000  # tracks on an album's page
WHOLE_CAREER = 100  # albums on an artist's page
TOP_TRACKS = 10  # songs on an artist's page

AnyModel = TypeVar("AnyModel", bound=Model)
Narrow = Callable[[QuerySet[Any]], QuerySet[Any]]

# The orders as expressions that no index has.
SORTED: dict[str, list[Any]] = {
    "popular": [F("bucket") + 0, F("id") + 0],
    "recent": [F("id") + 0],
    "title": [Concat("sort_title", Value("")), F("id") + 0],
}


@dataclass(frozen=True)
class Filter:
    """One filter of a list."""

    found: Narrow  # keeps the rows that have it, by an index
    tested: Narrow  # keeps them by looking at each row: it never leads the database away from another index
    entries: QuerySet[Any]  # what an index holds of them
    orders: dict[str, Index] = field(default_factory=dict)  # that have an index of their own under this filter


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
    filters = []
    if album is not None:
        filters.append(_column("album_id", album, Track.objects.filter(album_id=album)))
    if artist is not None:
        filters.append(_related("credits", Credit.objects.all(), "track", "popular", "recent", artist_id=artist))
    if year is not None:
        of_year = Track.objects.shown().filter(year=year)
        filters.append(_column("year", year, of_year, "popular", "recent"))
    if genre is not None:
        filters.append(
            _related("track_genres", TrackGenre.objects.all(), "track", "popular", "recent", genre_id=_genre(genre))
        )
    found: QuerySet[Any] = Track.objects.listed(at=at)
    if album is not None and order is None:
        for one in filters:
            found = one.found(found) if one is filters[0] else one.tested(found)
        return walks.sort(found, shapes.TRACK_FIELDS, _album_order(), after=after, limit=limit)
    every = _orders(Track.objects.shown(), Track.objects.all())
    return _page(found, shapes.TRACK_FIELDS, filters, every, order or "popular", after=after, limit=limit)


def albums(
    *,
    limit: int,
    after: Sequence[Any] | None = None,
    order: str | None = None,
    artist: int | None = None,
    genre: str | None = None,
    year: int | None = None,
) -> Slice:
    """Return listed albums as rows of ALBUM_FIELDS; `artist` is an album artist, `genre` one of its tracks'."""
    filters = []
    if artist is not None:
        filters.append(_related("credits", AlbumCredit.objects.all(), "album", artist_id=artist))
    if year is not None:
        filters.append(_column("year", year, Album.objects.listed().filter(year=year), "popular"))
    if genre is not None:
        filters.append(_related("album_genres", AlbumGenre.objects.all(), "album", "popular", genre_id=_genre(genre)))
    found = Album.objects.listed()
    every = _orders(found, Album.objects.all())
    return _page(found, shapes.ALBUM_FIELDS, filters, every, order or "popular", after=after, limit=limit)


def artists(*, limit: int, after: Sequence[Any] | None = None) -> Slice:
    """Return listed artists as rows of ARTIST_FIELDS, the most played first."""
    found = Artist.objects.listed()
    index = Index(found, ("bucket", "id"), ("bucket", "id"), whole=True)
    return walks.along(found, shapes.ARTIST_FIELDS, index, after=after, limit=limit)


def genres(*, limit: int, after: Sequence[Any] | None = None) -> Slice:
    """Return listed genres as rows of GENRE_FIELDS, by name."""
    found = Genre.objects.listed()
    index = Index(found, ("name", "id"), ("name", "id"), whole=True)
    return walks.along(found, shapes.GENRE_FIELDS, index, after=after, limit=limit)


def tracks_of_album(album_id: int, *, at: datetime) -> list[Row]:
    """Return an album's listed tracks in album order, at most WHOLE_ALBUM, as rows of TRACK_FIELDS."""
    return tracks(at=at, album=album_id, limit=WHOLE_ALBUM).rows


def top_tracks(artist_id: int, *, at: datetime) -> list[Row]:
    """Return an artist's TOP_TRACKS most played listed tracks as rows of TRACK_FIELDS."""
    return tracks(at=at, artist=artist_id, limit=TOP_TRACKS).rows


def albums_of_artist(artist_id: int) -> list[Row]:
    """Return an album artist's listed albums, the newest year first, at most WHOLE_CAREER, as rows of ALBUM_FIELDS."""
    return career(artist_id, limit=WHOLE_CAREER).rows


def career(artist_id: int, *, limit: int, after: Sequence[Any] | None = None) -> Slice:
    """Return an album artist's listed albums as rows of ALBUM_FIELDS, the newest year first.

    The years of one artist need no index: their albums are found by the credit, and sorted.
    """
    found = Album.objects.listed().filter(credits__artist_id=artist_id)
    keys = [Value(LAST_YEAR) - Coalesce("year", Value(0)), Concat("sort_title", Value("")), F("id") + 0]
    return walks.sort(found, shapes.ALBUM_FIELDS, keys, after=after, limit=limit)


def albums_also_with(artist_id: int) -> QuerySet[Album]:
    """Return the albums of others that an artist is credited on, the newest year first, each with the `role` there.

    They are looked for among the artist's most played tracks, at most walks.STRIDE.
    """
    credited = Credit.objects.filter(artist_id=artist_id)
    most_played = credited.order_by("bucket", "track_id").values("track_id")[: walks.STRIDE]
    theirs = Track.objects.filter(id__in=most_played, album__isnull=False).exclude(
        Exists(AlbumCredit.objects.filter(artist_id=artist_id, album_id=OuterRef("album_id")))
    )
    role = credited.filter(track__album=OuterRef("id")).order_by("position").values("role")[:1]
    found = Album.objects.listed().filter(id__in=theirs.values("album_id")).annotate(role=Subquery(role))
    return found.order_by(F("year").desc(nulls_last=True), "sort_title", "id")


def in_order(found: QuerySet[AnyModel], ids: Sequence[int]) -> list[AnyModel]:
    """Return those of the ids that the queryset holds, in their order; one query, none for no ids."""
    rows = found.in_bulk(ids) if ids else {}
    return [rows[row_id] for row_id in ids if row_id in rows]


def _page(
    found: QuerySet[Any],
    fields: Sequence[Any],
    filters: list[Filter],
    every: dict[str, Index],
    order: str,
    *,
    after: Sequence[Any] | None,
    limit: int,
) -> Slice:
    """Return a page under these filters, most telling first, in an order; `every` are the indexes without a filter."""
    backwards = order == "recent"
    if len(filters) != 1 or order not in filters[0].orders:
        narrowest = next((one for one in filters if walks.few(one.entries)), None)
        if narrowest:
            found = narrowest.found(found)
            for one in filters:
                found = found if one is narrowest else one.tested(found)
            ids = walks.sort(found, ["pk"], SORTED[order], after=after, limit=limit, backwards=backwards)
            return walks.read(found.model._default_manager.all(), fields, ids)
    led = next((one for one in filters if order in one.orders), None)
    index = led.orders[order] if led else every[order]
    for one in filters:
        found = one.found(found) if one is led else one.tested(found)
    if len(filters) > (led is not None):  # rows are passed over that other filters leave out
        index = replace(index, whole=False)
    if not led and backwards:  # the table's own index of the newest holds their ids negated
        page = walks.along(found, fields, index, after=[-after[0]] if after else None, limit=limit)
        return Slice(page.rows, [-page.key[0]] if page.key else None)
    return walks.along(found, fields, index, after=after, limit=limit, backwards=backwards)


def _orders(shown: QuerySet[Any], every: QuerySet[Any]) -> dict[str, Index]:
    """Return the indexes of a whole table."""
    return {
        "popular": Index(shown, ("bucket", "id"), ("bucket", "id"), whole=True),
        "recent": Index(shown.annotate(newest=Newest("id")), ("newest",), (Newest("id"),), whole=True),
        "title": Index(every, ("sort_title", "id"), ("sort_title", "id")),
    }


def _related(name: str, rows: QuerySet[Any], owner: str, *orders: str, **wanted: Any) -> Filter:
    """Return the filter by rows that lead to what is listed: credits, genres."""
    rows = rows.filter(**wanted)
    keys = {"popular": ("bucket", f"{owner}_id"), "recent": (f"{owner}_id",)}
    return Filter(
        found=lambda found: found.filter(**{f"{name}__{column}": value for column, value in wanted.items()}),
        # Not EXISTS: PostgreSQL makes a join of it, which begins with all rows of a genre.
        tested=lambda found: found.alias(
            **{f"of_{name}": Subquery(rows.filter(**{f"{owner}_id": OuterRef("pk")}).values("pk")[:1])}
        ).filter(**{f"of_{name}__isnull": False}),
        entries=rows,
        orders={order: Index(rows, keys[order], tuple(f"{name}__{key}" for key in keys[order])) for order in orders},
    )


def _column(column: str, value: int, entries: QuerySet[Any], *orders: str) -> Filter:
    """Return the filter by a column of what is listed."""
    keys = {"popular": ("bucket", "id"), "recent": ("id",)}
    return Filter(
        found=lambda found: found.filter(**{column: value}),
        # A bare comparison would be used to find them; and PostgreSQL takes any `column + 0 = value` to be rare.
        tested=lambda found: found.filter(Case(When(**{column: value}, then=True), default=False)),
        entries=entries,
        orders={order: Index(entries, keys[order], keys[order], whole=True) for order in orders},
    )


def _genre(slug: str) -> QuerySet[Any]:
    """Return the id of a genre, for a comparison; that of one that there is not is null."""
    return Genre.objects.filter(slug=slug).values("id")[:1]


def _album_order() -> list[Any]:
    return [F("disc_number"), Coalesce("track_number", Value(UNNUMBERED)), F("sort_title"), F("id")]
