"""Take what curators may change of objects as plain JSON, and put it back: the one shape of history, undo and edits.

A state is a dict by field: columns, `credits` as [artist id, role, position] or, of albums, [artist id, position],
`genres` as [genre id, position], `cover` as the key of the picture, `curated` as the names that an import leaves alone.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.dateparse import parse_datetime

from catalog import bulk, names
from catalog.models import Album, AlbumCredit, Artist, Cover, Credit, Genre, Track, TrackGenre

State = dict[str, Any]

AT_ONCE = 2000  # ids of one query: SQLite takes 32,766 parameters
TRACK_COLUMNS = ("title", "artist", "disc_number", "track_number", "year", "explicit")
MOMENTS = {"release_at", "created_at"}


@dataclass(frozen=True)
class Part:
    """Rows that belong to an object and have no history of their own."""

    model: type[models.Model]
    owner: str  # column
    columns: tuple[str, ...]  # the last is the position


@dataclass(frozen=True)
class Kind:
    """What is taken of a kind of object."""

    model: type[Any]
    columns: dict[str, str]  # field: column; what curators may change
    identity: tuple[str, ...]  # columns that a removed row is made anew with
    sorted_by: tuple[str, str]  # a name, and the column that holds it folded
    parts: Mapping[str, Part]
    imported: frozenset[str] = frozenset()  # fields that an import writes, unless they are `curated`


KINDS = {
    "track": Kind(
        model=Track,
        columns={
            **{name: name for name in (*TRACK_COLUMNS, "published", "release_at", "curated")},
            "album": "album_id",
            "cover": "cover_wanted",
        },
        identity=("created_at",),
        sorted_by=("title", "sort_title"),
        parts={
            "credits": Part(Credit, "track_id", ("artist_id", "role", "position")),
            "genres": Part(TrackGenre, "track_id", ("genre_id", "position")),
        },
        imported=frozenset({*TRACK_COLUMNS, "album", "cover", "credits", "genres"}),
    ),
    "album": Kind(
        model=Album,
        columns={name: name for name in ("title", "artist", "year", "compilation", "curated")}
        | {"cover": "cover_wanted"},
        identity=("match_key", "mbid", "created_at"),
        sorted_by=("title", "sort_title"),
        parts={"credits": Part(AlbumCredit, "album_id", ("artist_id", "position"))},
        imported=frozenset(("title", "artist", "year", "compilation", "credits", "cover")),
    ),
    "artist": Kind(
        model=Artist,
        columns={"name": "name", "aliases": "aliases"},
        identity=("match_key", "mbid", "created_at"),
        sorted_by=("name", "sort_name"),
        parts={},
    ),
    "genre": Kind(model=Genre, columns={"name": "name"}, identity=("slug",), sorted_by=("name", ""), parts={}),
}


def kind_of(model: type[models.Model]) -> str:
    """Return the kind of a model; KeyError for one that has no history."""
    return _KIND_OF[model]


def take(kind: str, ids: Collection[int], *, lock: bool = False) -> dict[int, State]:
    """Return the states of those of the ids that are there; `lock` keeps others from changing them meanwhile."""
    shape = KINDS[kind]
    columns = shape.columns | {name: name for name in shape.identity}
    found: dict[int, State] = {}
    for some in batches(ids):
        rows = shape.model._default_manager.filter(id__in=some).order_by("id")
        if lock:
            rows = rows.select_for_update()
        for row_id, *values in rows.values_list("id", *columns.values()):
            found[row_id] = dict(zip(columns, map(_plain, values), strict=True)) | {name: [] for name in shape.parts}
        for name, part in shape.parts.items():
            rows = part.model._default_manager.filter(**{f"{part.owner}__in": some}).order_by("position", "id")
            for owner, *values in rows.values_list(part.owner, *part.columns):
                if owner in found:
                    found[owner][name].append(values)
    return found


def put(kind: str, wanted: Mapping[int, State]) -> None:
    """Give objects these fields, and leave the others; an object that is not there is made anew, with its id."""
    for some in batches(wanted):
        _put(KINDS[kind], {row_id: wanted[row_id] for row_id in some})


def batches(ids: Iterable[int]) -> Iterator[list[int]]:
    """Return ids in lists that one query can take."""
    every = list(ids)
    return (every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE))


def changed(before: State, after: State) -> set[str]:
    """Return the names of the fields that differ."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def _put(shape: Kind, wanted: Mapping[int, State]) -> None:
    rows = shape.model._default_manager.in_bulk(list(wanted))
    made = [shape.model(pk=row_id) for row_id in wanted if row_id not in rows]
    written: set[str] = set()
    keys = {state["cover"] for state in wanted.values() if state.get("cover")}
    cut = set(Cover.objects.filter(key__in=keys).values_list("key", flat=True)) if keys else set()
    for row in (*rows.values(), *made):
        written |= _set(shape, row, wanted[row.pk], cut)
    if written:
        bulk.save(list(rows.values()), sorted(written))
    shape.model._default_manager.bulk_create(made)
    for name, part in shape.parts.items():
        changes = {row_id: state[name] for row_id, state in wanted.items() if name in state}
        if changes:
            _put_part(part, changes)


def _set(shape: Kind, row: Any, state: State, cut: Collection[str]) -> set[str]:
    """Set the fields on a row that is not saved yet; return the columns that this changes."""
    columns = shape.columns | {name: name for name in shape.identity}
    written = {columns[name] for name in state if name in columns}
    for name in state.keys() & columns.keys():
        setattr(row, columns[name], _moment(state[name]) if name in MOMENTS else state[name])
    named, folded = shape.sorted_by
    if named in state and folded:
        setattr(row, folded, names.sort_key(state[named]))
        written.add(folded)
    if "cover" in state:
        row.cover_key = state["cover"] if state["cover"] in cut else None  # the worker sets it once it is cut
        written.add("cover_key")
    return written


def _put_part(part: Part, wanted: Mapping[int, list[list[Any]]]) -> None:
    part.model._default_manager.filter(**{f"{part.owner}__in": wanted}).delete()
    rows: list[tuple[Any, ...]] = [(row_id, *values) for row_id, many in wanted.items() for values in many]
    columns = (part.owner, *part.columns)
    if part.owner == "track_id":  # the track's own bucket, so that lists by artist and genre are one walk
        buckets = dict(Track.objects.filter(id__in=wanted).values_list("id", "bucket"))
        columns, rows = (*columns, "bucket"), [(*row, buckets[row[0]]) for row in rows]
    bulk.insert(part.model, columns, rows)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _moment(value: str | None) -> datetime | None:
    return parse_datetime(value) if value else None


_KIND_OF: dict[type[models.Model], str] = {shape.model: kind for kind, shape in KINDS.items()}
