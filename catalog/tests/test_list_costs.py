"""What a page of a list costs in a long catalog: rows that the database passes, on the first page and far behind it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import bulk, derived, listings, walks
from catalog.models import Album, AlbumCredit, Artist, Credit, Genre, Track, TrackGenre, popularity
from catalog.walks import Slice

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TRACKS = 6_000
STRIDE = 200
LIMIT = 10
DEEP = 1_000  # rows before a page that is called deep
VARIOUS, HALCYON = 1, 2
STEPS = 100  # instructions of SQLite's machine between two ticks
WAYS = ("seqscan", "bitmapscan", "mergejoin", "hashjoin")
# What a page may pass: a probe of each filter, and two strides of an index with each row looked up by every filter.
# From end to end, the catalog's tracks alone are 6,000 rows or 1,500 ticks, and as many again for a filter.
MOST = {"postgresql": 14 * STRIDE, "sqlite": 200}


@pytest.fixture
def long_catalog(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a catalog that is long for a stride of STRIDE: an artist on a third of all, wide genres and rare ones."""
    monkeypatch.setattr(walks, "STRIDE", STRIDE)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # what earlier tests rolled back still fills the tables, and misleads plans
            cursor.execute("TRUNCATE catalog_track, catalog_album, catalog_artist, catalog_genre CASCADE")
    names = ["Various", "Halcyon Pike", *(f"Artist {number}" for number in range(300))]
    artists = [Artist(name=name, sort_name=name, match_key=name, created_at=NOW, tracks_count=1) for name in names]
    genres = [Genre(slug=slug, name=slug, tracks_count=1) for slug in ("pop", "jazz", "polka")]
    albums = [
        Album(
            title=f"Album {n:04}", sort_title=f"album {n:04}", artist="", year=1990 + n % 4, match_key=n, created_at=NOW
        )
        for n in range(1_500)
    ]
    bulk.create(artists)
    bulk.create(genres)
    bulk.create(albums)
    tracks = [_track(number, albums) for number in range(TRACKS)]
    bulk.create(tracks)
    credited, kinds = [], []
    for number, track in enumerate(tracks):
        owner = artists[0] if number % 3 == 0 else artists[1] if number % 60 == 1 else artists[2 + number % 300]
        credited.append((track.pk, owner.pk, "main", 0, track.bucket))
        slugs = [genres[number % 2]]
        slugs += [genres[2]] if number % 100 == 3 else [genres[0]] if number % 100 == 1 else []
        kinds += [(track.pk, genre.pk, place, track.bucket) for place, genre in enumerate(slugs)]
    bulk.insert(Credit, ("track_id", "artist_id", "role", "position", "bucket"), credited)
    bulk.insert(TrackGenre, ("track_id", "genre_id", "position", "bucket"), kinds)
    owners = [(album.pk, artists[n % 2 if n % 3 else 2 + n % 300].pk, 0) for n, album in enumerate(albums)]
    bulk.insert(AlbumCredit, ("album_id", "artist_id", "position"), owners)
    derived.refresh_albums([album.pk for album in albums], at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _track(number: int, albums: list[Album]) -> Track:
    bucket = popularity.UNPLAYED if number % 2 else number * 37 % 100
    return Track(
        title=f"Song {number * 7919 % TRACKS:05}",
        sort_title=f"song {number * 7919 % TRACKS:05}",
        artist="",
        album=albums[number % len(albums)],
        year=1905 if number % 500 == 9 else 1990 + number % 4,
        bucket=bucket,
        published=not TRACKS - 400 <= number < TRACKS - 100,  # a long stretch of the newest is hidden
        release_at=NOW + timedelta(days=9) if number % 97 == 5 else None,
        card={"cover_key": None},
        created_at=NOW,
    )


def filters(**choices: list[Any]) -> list[dict[str, Any]]:
    """Return every combination of up to three of these filters."""
    return [
        dict(zip(names, values, strict=True))
        for size in range(4)
        for names in combinations(choices, size)
        for values in product(*(choices[name] for name in names))
    ]


LISTS: list[tuple[Callable[..., Slice], dict[str, Any]]] = [
    *(
        (listings.tracks, {"at": NOW, "order": order, **chosen})
        for chosen in filters(artist=[VARIOUS, HALCYON], album=[5], genre=["pop", "polka", "none"], year=[1991, 1905])
        for order in listings.ORDERS
    ),
    *(
        (listings.albums, {"order": order, **chosen})
        for chosen in filters(artist=[VARIOUS, HALCYON], genre=["pop", "polka"], year=[1991])
        for order in listings.ORDERS
    ),
    (listings.artists, {}),
    (listings.genres, {}),
]


def test_no_page_of_any_list_costs_more_the_longer_the_catalog_is(long_catalog: None):
    dear = []
    for listed, chosen in LISTS:
        asked = _with_ids(chosen)
        key = _deep(listed, asked)
        first, later = _cost(listed, asked, None), _cost(listed, asked, key) if key else 0
        if max(first, later) > MOST[connection.vendor]:
            dear.append((listed.__name__, chosen, first, later))
    assert not dear


@pytest.mark.parametrize(
    ("listed", "chosen"),
    [
        *[(listings.tracks, {"order": order}) for order in listings.ORDERS],
        *[
            (listings.tracks, {"order": o, **f})
            for o in ("popular", "recent")
            for f in ({"artist": 1}, {"genre": "pop"})
        ],
        *[(listings.tracks, {"order": order, "year": 1991}) for order in ("popular", "recent")],
        *[(listings.albums, {"order": order}) for order in listings.ORDERS],
        *[(listings.albums, {"order": "popular", **f}) for f in ({"genre": "pop"}, {"year": 1991})],
    ],
)
def test_a_deep_page_of_a_list_with_an_index_costs_what_its_first_page_costs(
    long_catalog: None, listed: Callable[..., Slice], chosen: dict[str, Any]
):
    asked = _with_ids(chosen | ({"at": NOW} if listed is listings.tracks else {}))
    key = _deep(listed, asked)
    assert key

    first, later = _cost(listed, asked, None), _cost(listed, asked, key)

    assert later <= 3 * first + LIMIT * 10
    assert len(listed(limit=LIMIT, after=key, **asked).rows) == LIMIT


def test_a_walk_that_finds_little_ends_and_goes_on_where_it_stopped(long_catalog: None):
    """Of two wide filters that hardly meet, pages are short; none is left out and none comes twice."""
    wanted = {"year": 1991, "genre": "pop", "artist": _with_ids({"artist": VARIOUS})["artist"]}
    everything = Track.objects.listed(at=NOW).filter(
        year=1991, track_genres__genre__slug="pop", credits__artist_id=wanted["artist"]
    )
    for order, sorted_by in (("popular", ("bucket", "id")), ("recent", ("-id",)), ("title", ("sort_title", "id"))):
        seen: list[int] = []
        key, pages = None, 0
        while pages == 0 or key:
            found = listings.tracks(at=NOW, limit=LIMIT, after=key, order=order, **wanted)
            seen += [row[0] for row in found.rows]
            key, pages = found.key, pages + 1
        assert seen == list(everything.order_by(*sorted_by).values_list("id", flat=True))
        assert len(seen) > LIMIT
        assert pages > len(seen) / LIMIT + 1, "no page was short"


def _with_ids(chosen: dict[str, Any]) -> dict[str, Any]:
    """Put in the artist's and the album's id; the table knows their places."""
    places = {"artist": Artist, "album": Album}
    return {
        name: places[name].objects.order_by("id")[value - 1].pk if name in places else value
        for name, value in chosen.items()
    }


def _deep(listed: Callable[..., Slice], asked: dict[str, Any]) -> list[Any] | None:
    """Return the key of the page behind DEEP rows, or of the last page."""
    key, seen = None, 0
    while seen < DEEP:
        found = listed(limit=100, after=key, **asked)
        if found.key is None:
            break
        key, seen = found.key, seen + len(found.rows)
    return key


def _cost(listed: Callable[..., Slice], asked: dict[str, Any], key: list[Any] | None) -> int:
    """Return the rows that PostgreSQL reads for a page, or the ticks of SQLite's machine."""
    if connection.vendor == "sqlite":
        with _ticks() as passed:
            listed(limit=LIMIT, after=key, **asked)
        return len(passed)
    with CaptureQueriesContext(connection) as queries:
        listed(limit=LIMIT, after=key, **asked)
    with connection.cursor() as cursor:
        # A table of this size fits into a few pages; read from end to end it would still be the cheapest.
        for way in WAYS:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        plans = [_plan(cursor, query["sql"]) for query in queries]
        for way in WAYS:
            cursor.execute(f"SET LOCAL enable_{way} = on")
    return sum(map(_rows_read, plans))


def _plan(cursor: Any, sql: str) -> dict[str, Any]:
    cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) {sql}")
    told = cursor.fetchone()[0]
    return (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]


def _rows_read(node: dict[str, Any]) -> int:
    """Return how many rows the scans of a plan have touched, those that a filter left out too."""
    children = node.get("Plans", [])
    own = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) if "Scan" in node["Node Type"] else 0
    return int(own * node["Actual Loops"]) + sum(map(_rows_read, children))


@contextmanager
def _ticks() -> Iterator[list[None]]:
    passed: list[None] = []
    connection.ensure_connection()
    connection.connection.set_progress_handler(lambda: passed.append(None), STEPS)
    try:
        yield passed
    finally:
        connection.connection.set_progress_handler(None, 0)
