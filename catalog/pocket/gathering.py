"""Read the most played songs that a listener may see, and whoever and whatever they name."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from catalog import kinds
from catalog.models import Album, Artist, Role, Track
from catalog.pocket import names

MOST = 100_000  # songs; their names are some two megabytes on the way and an index of some thirty on the device
BATCH = 2000  # rows a query: cards are read as they stand, a kilobyte each
_SHOWN = {Role.MAIN: "artists", Role.FEATURED: "guests"}


def gather(*, at: datetime, most: int = MOST) -> names.Names:
    """Return the names of the most played songs that are listed at this moment."""
    covers: dict[int, str] = {}  # of albums
    tracks: list[names.Track] = []
    people: set[int] = set()
    for rows in _batches(at, most):
        ids = {card["album"]["id"] for _, _, card in rows if card["album"]} - covers.keys()
        covers |= {row_id: key or "" for row_id, key in Album.objects.filter(id__in=ids).values_list("id", "cover_key")}
        for row_id, bucket, card in rows:
            track = _track(row_id, bucket, card, covers)
            people.update(track.artists, track.guests, track.makers)
            tracks.append(track)
    albums = _albums(covers)
    people.update(person for album in albums for person in album.artists)
    tracks.sort(key=lambda track: track.id)
    listed = len(tracks) if len(tracks) < most else Track.objects.listed(at=at).count()
    return names.Names(tracks, albums, _artists(people), listed)


def _batches(at: datetime, most: int) -> Iterator[list[tuple[int, int, dict[str, Any]]]]:
    """Yield (id, bucket, card) of the songs, the most played first."""
    left, bucket, row_id = most, -1, 0
    while left > 0:
        later = Q(bucket__gt=bucket) | Q(bucket=bucket, id__gt=row_id)
        found = Track.objects.listed(at=at).filter(later, bucket__gte=bucket).order_by("bucket", "id")
        rows = list(found.values_list("id", "bucket", Cast("card", TextField()))[: min(BATCH, left)])
        if not rows:
            return
        row_id, bucket, _ = rows[-1]
        left -= len(rows)
        yield [(of, popular, orjson.loads(card)) for of, popular, card in rows]


def _track(row_id: int, bucket: int, card: dict[str, Any], covers: dict[int, str]) -> names.Track:
    album = card["album"]["id"] if card["album"] else 0
    people: dict[str, list[int]] = {"artists": [], "guests": [], "makers": []}
    for person in card["artists"]:
        people[_SHOWN.get(person["role"], "makers")].append(person["id"])
    return names.Track(
        id=row_id,
        bucket=bucket,
        title=card["title"],
        credit=_credit(card["artist"], card["artists"] if people["artists"] else ()),
        artists=tuple(people["artists"]),
        guests=tuple(people["guests"]),
        makers=tuple(people["makers"]),
        album=album,
        year=card["year"] or 0,
        seconds=card["duration_ms"] // 1000,
        genres=tuple(card["genres"]),
        explicit=card["explicit"],
        silent=not card["audio"],
        cover="" if covers.get(album) == (card["cover_key"] or "") else card["cover_key"] or "",
    )


def _albums(ids: Collection[int]) -> list[names.Album]:
    return [
        names.Album(
            id=album.id,
            bucket=album.bucket,
            title=album.title,
            credit=_credit(album.artist, album.artists),
            artists=tuple(person["id"] for person in album.artists),
            year=album.year or 0,
            kind=kinds.of(album).value,
            cover=album.cover_key or "",
        )
        for some in _slices(sorted(ids))
        for album in Album.objects.listed().filter(id__in=some).order_by("id")
    ]


def _artists(ids: Collection[int]) -> list[names.Artist]:
    fields = ("id", "bucket", "name", "aliases", "cover_key")
    return [
        names.Artist(row_id, bucket, name, aliases, cover or "")
        for some in _slices(sorted(ids))
        for row_id, bucket, name, aliases, cover in Artist.objects.filter(id__in=some)
        .order_by("id")
        .values_list(*fields)
    ]


def _credit(credit: str, people: Sequence[dict[str, Any]]) -> str:
    return "" if people and credit == people[0]["name"] else credit


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
