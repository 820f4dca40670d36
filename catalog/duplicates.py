"""Find artists, albums and tracks that are likely one: by what their names are without what varies."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db.models import Count

from catalog import names
from catalog.models import Album, Artist, Distinct, Master, Track

CLOSE_MS = 2000  # two encodings of one recording differ by less
TITLES = 200  # that are looked at for one page of tracks
GROUP = 20  # members of a group that are shown
NO_WORD = re.compile(r"[\W_]+")
IN_BRACKETS = re.compile(r"\s*[\(\[][^\)\]]*[\)\]]\s*$")
EDITION = re.compile(
    r"\s+-?\s*(the\s+)?((\d{4}|deluxe|expanded|special|anniversary|collector'?s|limited|digital)\s+)*"
    r"(edition|version|remaster(ed)?|reissue|deluxe)$"
)
GUESTS = re.compile(r"\s+(feat|ft|featuring|with)\b\.?.*$")


@dataclass(frozen=True)
class Group:
    """Objects that look like one, the most played first."""

    rows: list[Any]

    @property
    def ids(self) -> str:
        return ",".join(str(row.pk) for row in self.rows)


@dataclass(frozen=True)
class Page:
    groups: list[Group]
    more: str  # where the next page goes on; empty at the end


def artist_key(name: str) -> str:
    """Return a name without `the`, guests, marks and accents; `Last, First` is the same as `First Last`."""
    folded = GUESTS.sub("", names.fold(name))
    if folded.count(",") == 1 and "&" not in folded:
        last, first = (part.strip() for part in folded.split(","))
        folded = f"{last} {first}" if first == "the" else f"{first} {last}"
    words = NO_WORD.split(_plain(folded))
    return "".join(word for word in words if word not in {"the", "and"}) or folded


def album_key(artist: str, title: str) -> tuple[str, str]:
    """Return artist and title without the words for an edition."""
    folded = names.fold(title)
    while (shorter := EDITION.sub("", IN_BRACKETS.sub("", folded))) != folded and shorter:
        folded = shorter
    return artist_key(artist), NO_WORD.sub("", _plain(folded)) or folded


def artists(*, after: str, limit: int) -> Page:
    """Return groups of artists; names are read once, a page is put together from ids."""
    keys = ((artist_key(name), row_id) for row_id, name in Artist.objects.values_list("id", "name").iterator())
    return _page("artist", Artist, _alike(keys), after=after, limit=limit)


def albums(*, after: str, limit: int) -> Page:
    """Return groups of albums."""
    values = Album.objects.values_list("id", "artist", "title").iterator()
    return _page(
        "album",
        Album,
        _alike((album_key(artist, title), row_id) for row_id, artist, title in values),
        after=after,
        limit=limit,
    )


def tracks(*, after: str, limit: int) -> Page:
    """Return groups of tracks by title, a stretch of the alphabet a page; before it, those of the same bytes."""
    groups = [] if after else _same_bytes()
    titles = (
        Track.objects.filter(sort_title__gt=after)
        .order_by("sort_title")
        .values("sort_title")
        .annotate(number=Count("id"))
        .filter(number__gt=1)
        .values_list("sort_title", flat=True)
    )
    looked_at = list(titles[:TITLES])
    found = (
        Track.objects.filter(sort_title__in=looked_at)
        .defer("card")
        .select_related("album")
        .order_by("sort_title", "duration_ms", "id")
    )
    by_song: dict[tuple[str, str], list[Track]] = defaultdict(list)
    for track in found:
        by_song[track.sort_title, artist_key(track.artist)].append(track)
    last = ""
    for (title, _artist), same in by_song.items():
        if len(groups) >= limit and title != last:
            break
        groups += [rows for rows in _close(same) if len(rows) > 1]
        last = title
    apart = _apart("track", {row.pk for rows in groups for row in rows})
    told = [Group(kept) for rows in groups if len(kept := _without(rows, apart)) > 1]
    whole = not looked_at or (len(looked_at) < TITLES and last == looked_at[-1])
    return Page(told, "" if whole else (last or looked_at[-1]))


def tell_apart(kind: str, ids: Collection[int]) -> None:
    """Remember that none of these is another of them."""
    pairs = combinations(sorted(set(ids)), 2)
    Distinct.objects.bulk_create(
        (Distinct(kind=kind, one_id=one, other_id=other) for one, other in pairs), ignore_conflicts=True
    )


FINDERS: dict[str, Callable[..., Page]] = {"artist": artists, "album": albums, "track": tracks}


def _plain(text: str) -> str:
    return "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))


def _alike(keys: Iterable[tuple[Hashable, int]]) -> list[list[int]]:
    """Return the ids that share a key, by key; a key that one alone has is left out."""
    first: dict[Hashable, int] = {}
    many: dict[Hashable, list[int]] = {}
    for key, row_id in keys:
        if key in many:
            many[key].append(row_id)
        elif key in first:
            many[key] = [first[key], row_id]
        else:
            first[key] = row_id
    return [many[key] for key in sorted(many, key=str)]


def _page(kind: str, model: Any, alike: list[list[int]], *, after: str, limit: int) -> Page:
    start = int(after) if after.isascii() and after.isdecimal() and len(after) < 9 else 0
    apart = _apart(kind, {row_id for ids in alike for row_id in ids})
    standing = [ids for ids in alike if len(_without_ids(ids, apart)) > 1]
    shown = [_without_ids(ids, apart)[:GROUP] for ids in standing[start : start + limit]]
    rows = model.objects.in_bulk([row_id for ids in shown for row_id in ids])
    groups = [Group(sorted((rows[row_id] for row_id in ids), key=lambda row: (-row.plays, row.pk))) for ids in shown]
    return Page(groups, str(start + limit) if len(standing) > start + limit else "")


def _apart(kind: str, ids: Collection[int]) -> set[tuple[int, int]]:
    """Return the pairs among these that a curator has told apart."""
    pairs = Distinct.objects.filter(kind=kind).values_list("one_id", "other_id")
    return {(one, other) for one, other in pairs if one in ids and other in ids}


def _without_ids(ids: Sequence[int], apart: set[tuple[int, int]]) -> list[int]:
    """Return those that still look like another one: whoever was told apart from all others is left out."""
    return [
        one for one in ids if any(one != other and (min(one, other), max(one, other)) not in apart for other in ids)
    ]


def _without(rows: Sequence[Track], apart: set[tuple[int, int]]) -> list[Track]:
    kept = set(_without_ids([row.pk for row in rows], apart))
    return [row for row in rows if row.pk in kept][:GROUP]


def _close(same: list[Track]) -> list[list[Track]]:
    """Return the tracks of one title and artist by length: each within two seconds of the one before."""
    runs: list[list[Track]] = []
    for track in same:
        if runs and track.duration_ms - runs[-1][-1].duration_ms <= CLOSE_MS:
            runs[-1].append(track)
        else:
            runs.append([track])
    return runs


def _same_bytes() -> list[list[Track]]:
    """Return tracks that have masters of the same bytes."""
    shared = (
        Master.objects.values("fingerprint").annotate(number=Count("track", distinct=True)).filter(number__gt=1)
    ).values_list("fingerprint", flat=True)[:TITLES]
    by_bytes: dict[str, dict[int, Track]] = defaultdict(dict)
    for master in Master.objects.filter(fingerprint__in=list(shared)).select_related("track__album"):
        by_bytes[master.fingerprint][master.track_id] = master.track
    return [list(rows.values()) for rows in by_bytes.values()]
