"""Pack names into pieces that are named by their bytes, and say what differs from those of before. Pure.

A piece holds rows of one kind as columns, numbers as differences from the row before, and what few rows have by the
number of the row: JSON that compresses to some 17 bytes a song. Where one piece ends is decided by the id of its last
row alone, so that a row that comes or goes changes one piece.
"""

from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import pairwise
from typing import Any

import orjson

from catalog.pocket.names import Album, Artist, Names, Track

Row = Track | Album | Artist
KINDS = ("tracks", "albums", "artists")
ROWS = 4096  # of a piece, on average: some 70 KB on the way


@dataclass(frozen=True)
class Base:
    """What was packed, small: enough to say what differs from it."""

    ids: Mapping[str, "array[int]"] = field(default_factory=dict)  # by kind, ascending
    rows: Mapping[str, "array[int]"] = field(default_factory=dict)  # 64 bits of a hash of each row
    buckets: Mapping[str, bytes] = field(default_factory=dict)

    def dumped(self) -> bytes:
        parts = [part for kind in KINDS for part in (self.ids[kind], self.rows[kind], self.buckets[kind])]
        lengths = array("q", [len(self.ids[kind]) for kind in KINDS])
        return lengths.tobytes() + b"".join(bytes(memoryview(part).cast("B")) for part in parts)

    @classmethod
    def read(cls, dumped: bytes) -> "Base":
        """Return what was dumped."""
        lengths = array("q", dumped[: 8 * len(KINDS)])
        at = 8 * len(KINDS)
        ids, rows, buckets = {}, {}, {}
        for kind, count in zip(KINDS, lengths, strict=True):
            ids[kind] = array("q", dumped[at : at + 8 * count])
            rows[kind] = array("Q", dumped[at + 8 * count : at + 16 * count])
            buckets[kind] = dumped[at + 16 * count : at + 17 * count]
            at += 17 * count
        return cls(ids, rows, buckets)


def base_of(names: Names) -> Base:
    """Return what differences will be told from."""
    return Base(
        {kind: array("q", [row.id for row in _of(names, kind)]) for kind in KINDS},
        {kind: array("Q", map(_hash, _of(names, kind))) for kind in KINDS},
        {kind: bytes(row.bucket for row in _of(names, kind)) for kind in KINDS},
    )


def pieces(names: Names) -> Iterator[bytes]:
    """Yield all rows in pieces; how popular they are is a piece of its own, since that is what changes."""
    for kind in KINDS:
        for rows in _cut(_of(names, kind)):
            yield dumped({kind: _columns(kind, rows)})
    yield dumped({"buckets": {kind: [row.bucket for row in _of(names, kind)] for kind in KINDS}})


def differences(base: Base, names: Names) -> bytes | None:
    """Return the piece that makes what was packed these names, or None where they are the same.

    Of each kind `gone` are the ids that are no longer there, `moved` the ids of rows that differ by their bucket alone
    and `to` these buckets; rows that are new or differ are there as in a piece, with their own.
    """
    told: dict[str, Any] = {}
    for kind in KINDS:
        rows = _of(names, kind)
        known = {
            row_id: (digest, bucket)
            for row_id, digest, bucket in zip(base.ids[kind], base.rows[kind], base.buckets[kind], strict=True)
        }
        changed, moved = [], []
        for row in rows:
            digest, bucket = known.pop(row.id, (None, 0))
            if digest != _hash(row):
                changed.append(row)
            elif bucket != row.bucket:
                moved.append(row)
        of = {
            "gone": _gaps(sorted(known)),
            "moved": _gaps([row.id for row in moved]),
            "to": [row.bucket for row in moved],
            "rows": _columns(kind, changed) | {"bucket": [row.bucket for row in changed]} if changed else None,
        }
        if any(of.values()):
            told[kind] = of
    return dumped({"changes": told}) if told else None


def digest(piece: bytes) -> str:
    """Return the name of a piece."""
    return blake2b(piece, digest_size=16).hexdigest()


def texts(names: Names) -> Iterator[str]:
    """Yield every name there is."""
    for artist in names.artists:
        yield artist.name
        yield artist.aliases
    for album in names.albums:
        yield album.title
        yield album.credit
    for track in names.tracks:
        yield track.title
        yield track.credit


def dumped(told: Any) -> bytes:
    return orjson.dumps(told)


def _of(names: Names, kind: str) -> Sequence[Row]:
    rows: Sequence[Row] = getattr(names, kind)
    return rows


def _hash(row: Row) -> int:
    return int.from_bytes(blake2b(orjson.dumps(row.row), digest_size=8).digest(), "little")


def _cut(rows: Sequence[Row]) -> Iterator[list[Row]]:
    piece: list[Row] = []
    for row in rows:
        piece.append(row)
        if row.id * 2654435761 % (1 << 32) < (1 << 32) // ROWS:  # Knuth's multiplicative hash: any id as likely
            yield piece
            piece = []
    if piece:
        yield piece


def _columns(kind: str, rows: Sequence[Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {"id": _gaps([row.id for row in rows])}
    if kind == "artists":
        return columns | {
            "name": [row.name for row in rows],
            "aliases": _few(rows, lambda row: row.aliases),
            "cover": _few(rows, lambda row: row.cover),
        }
    columns |= {
        "title": [row.title for row in rows],
        "credit": _few(rows, lambda row: row.credit),
        "artist": _gaps([row.artists[0] if row.artists else 0 for row in rows]),
        "others": _few(rows, lambda row: list(row.artists[1:])),
        "year": _gaps([row.year for row in rows]),
        "cover": _few(rows, lambda row: row.cover),
    }
    if kind == "albums":
        return columns | {"kind": [row.kind for row in rows]}
    genres, numbers = _numbered(genre for row in rows for genre in row.genres)
    return columns | {
        "album": _gaps([row.album for row in rows]),
        "seconds": [row.seconds for row in rows],
        "guests": _few(rows, lambda row: list(row.guests)),
        "makers": _few(rows, lambda row: list(row.makers)),
        "genres": genres,
        "genre": [numbers[row.genres[0]] if row.genres else -1 for row in rows],
        "further": _few(rows, lambda row: [numbers[genre] for genre in row.genres[1:]]),
        "explicit": _gaps([place for place, row in enumerate(rows) if row.explicit]),
        "silent": _gaps([place for place, row in enumerate(rows) if row.silent]),
    }


def _gaps(numbers: Sequence[int]) -> list[int]:
    """Return the first number, and of each other one how much more it is than the one before."""
    return [*numbers[:1], *(after - before for before, after in pairwise(numbers))]


def _few(rows: Iterable[Any], of: Callable[[Any], Any]) -> list[Any]:
    """Return what some rows have, by their places: the gaps between these, and the values."""
    found = [(place, value) for place, row in enumerate(rows) if (value := of(row))]
    return [_gaps([place for place, _ in found]), [value for _, value in found]]


def _numbered(values: Iterable[Hashable]) -> tuple[list[Any], dict[Any, int]]:
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return list(numbers), numbers
