"""What a page shows of a track: a row to read, and in one attribute the data that a press of play needs."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson

from catalog import cutter, drawn, names, shapes
from catalog.models import Cover, Track

LINKED_ROLES = {"main", "featured"}  # whose names the player links to


@dataclass(frozen=True)
class Row:
    """A track on a page. It shows the card that `catalog.derived` keeps."""

    id: int
    card: dict[str, Any]
    audio_url: str | None  # signed; None while there is nothing to play
    base: str  # origin of the covers, as "https://host"
    plays: int = 0

    @property
    def artist_id(self) -> int | None:
        """Return the artist that the name links to: the first of the credit."""
        return self.card["artists"][0]["id"] if self.card["artists"] else None

    @property
    def drawn_kind(self) -> str:
        """Return what a missing cover is drawn for: the album, or the track that has none."""
        return "album" if self.card["album"] else "track"

    @property
    def drawn_id(self) -> int:
        return self.card["album"]["id"] if self.card["album"] else self.id

    @property
    def tint(self) -> str:
        """Return the tint of the cover, drawn ones included."""
        return self.card["tint"] or drawn_tint(self.drawn_kind, self.drawn_id)

    @property
    def data(self) -> str:
        """Return JSON for the player: a part of the API's Track, and the tint of its cover."""
        return orjson.dumps(
            {
                "id": self.id,
                "title": self.card["title"],
                "artist": self.card["artist"],
                "artists": [person for person in self.card["artists"] if person["role"] in LINKED_ROLES],
                "album": self.card["album"],
                "duration_ms": self.card["duration_ms"],
                "cover_url": shapes.cover_url(self.card["cover_key"], base=self.base),
                "audio_url": self.audio_url,
                "tint": self.card["tint"],
                # how loud it is, before the first tone
                "audio": {"gain_db": self.card["gain_db"], "album_gain_db": self.card.get("album_gain_db")},
            }
        ).decode()


def of(values: Iterable[tuple[Any, ...]], *, base: str, links: shapes.Links) -> list[Row]:
    """Return the rows of values of `shapes.TRACK_FIELDS`."""
    found = []
    for row_id, plays, card in values:
        told = orjson.loads(card)
        found.append(Row(id=row_id, plays=plays, card=told, audio_url=links.of(row_id, told)["audio_url"], base=base))
    return found


def of_ids(ids: Collection[int], *, at: datetime, base: str, links: shapes.Links) -> list[Row]:
    """Return the rows of those of the ids that are listed, in their order; one query, none for no ids."""
    if not ids:
        return []
    values = Track.objects.listed(at=at).filter(id__in=ids).values_list(*shapes.TRACK_FIELDS)
    found = {row.id: row for row in of(values, base=base, links=links)}
    return [found[row_id] for row_id in ids if row_id in found]


def tint(kind: str, row_id: int, cover_key: str | None) -> str:
    """Return the tint of a row's cover: one query for a picture, none for what is drawn."""
    found = Cover.objects.filter(key=cover_key).values_list("tint", flat=True).first() if cover_key else None
    return found or drawn_tint(kind, row_id)


@lru_cache(maxsize=4096)
def drawn_tint(kind: str, row_id: int) -> str:
    """Return the tint of the cover that is drawn for a row; 4 ms, so it is remembered."""
    return cutter.tint_of(cutter.pixels_of(drawn.raster(f"{kind}-{row_id}", 32)))


@lru_cache(maxsize=1024)
def cloth_tint(slug: str) -> str:
    """Return the tint of a genre's cloth."""
    return cutter.tint_of(cutter.pixels_of(drawn.threads(f"cloth-{slug}")))


def albums(rows: Iterable[Row]) -> list[int]:
    """Return the ids of the albums that the rows are from, each once, in their order."""
    return list(dict.fromkeys(row.card["album"]["id"] for row in rows if row.card["album"]))


def artists(rows: Iterable[Row]) -> list[int]:
    """Return the ids of who the rows are by, each once, in their order."""
    return list(dict.fromkeys(row.artist_id for row in rows if row.artist_id))


def genres(rows: Iterable[Row]) -> list[tuple[str, str]]:
    """Return the genres of the rows, slug and name, each once, in their order."""
    return list(dict.fromkeys((names.slug(name), name) for row in rows for name in row.card["genres"]))


def by_disc(rows: Iterable[Row]) -> list[tuple[int, list[Row]]]:
    """Return an album's rows by disc; they come in album order."""
    discs: dict[int, list[Row]] = {}
    for row in rows:
        discs.setdefault(row.card["disc"], []).append(row)
    return list(discs.items())
