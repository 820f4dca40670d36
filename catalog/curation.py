"""Every write of a curator: recorded in the history, and everything kept brought in line with it.

An edit reaches further than its row: a renamed artist is on the cards of all its tracks. Look at the reach before and
after the change, and refresh both.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from catalog import derived, genrecounts, history, imports, states, work
from catalog.history import Act
from catalog.models import AlbumCredit, AlbumGenre, Change, Credit, Track, TrackGenre, Work

Subjects = Mapping[str, Collection[int]]  # ids by kind: track, album, artist, genre

SHOWING = {"published", "release_at"}  # fields that decide whether a track counts
BATCH = 500  # cards rebuilt in one transaction: 0.4 s


@dataclass(frozen=True)
class Reach:
    """The ids of the rows whose kept columns an edit touches."""

    tracks: frozenset[int] = frozenset()
    albums: frozenset[int] = frozenset()
    artists: frozenset[int] = frozenset()

    def __or__(self, other: "Reach") -> "Reach":
        return Reach(
            self.tracks | other.tracks,
            self.albums | other.albums,
            self.artists | other.artists,
        )


class Edit:
    """An edit that has begun: make it before the change, in the change's transaction, and `end` it afterwards.

    What changes of a track or album by hand is noted there, so that the next import leaves it alone.
    """

    def __init__(self, act: Act, subjects: Subjects, *, by_hand: bool = True) -> None:
        self._act = act
        self._by_hand = by_hand
        # locked in one order, or two edits that meet in it twice would wait for each other
        imports.hold_catalog()
        self._before = {kind: states.take(kind, subjects[kind], lock=True) for kind in sorted(subjects)}
        self._reach = reach_of_all(self._before)
        self._genres = genrecounts.GenreCounts(self._before.get("track", ()))

    def end(self, made: Subjects | None = None) -> list[Change]:
        """Record what changed, and refresh what shows it; `made` are objects that were not there before."""
        kinds = self._before.keys() | (made or {}).keys()
        ids = {kind: {*self._before.get(kind, ()), *(made or {}).get(kind, ())} for kind in kinds}
        after = {kind: states.take(kind, ids[kind]) for kind in sorted(kinds)}
        changes: list[Change] = []
        for kind, found in after.items():
            if self._by_hand:
                _note_hand(kind, self._before.get(kind, {}), found)
            changes += history.record(self._act, kind, self._before.get(kind, {}), found)
        if changes:
            refresh(_counted(self._reach | reach_of_all(after), changes))
            self._genres.settle(made=after.get("track", ()))
        return changes


@contextmanager
def editing(act: Act, subjects: Subjects, *, by_hand: bool = True) -> Iterator[None]:
    """Record and refresh what the block changes of these objects, in one transaction with it."""
    with transaction.atomic():
        edit = Edit(act, subjects, by_hand=by_hand)
        yield
        edit.end()


def reach_of_all(subjects: Subjects) -> Reach:
    """Return what shows or counts any of these objects."""
    reach = Reach()
    for kind, ids in subjects.items():
        reach |= reach_of(kind, ids)
    return reach


def reach_of(kind: str, ids: Collection[int]) -> Reach:
    """Return what shows or counts these objects, as the database has it now."""
    reach = Reach()
    for some in states.batches(ids):
        reach |= REACH_OF[kind](some)
    return reach


def reach_of_tracks(track_ids: Iterable[int]) -> Reach:
    """Return the tracks with their albums, and the artists of both."""
    return reach_of("track", list(track_ids))


def refresh(reach: Reach) -> None:
    """Rebuild what is kept for all rows in reach; past the first batch of tracks and albums, workers do it.

    A genre's new name may be on 30,000 cards: in one transaction no listener's position could be saved for 20 s.
    """
    now = timezone.now()
    tracks, albums = sorted(reach.tracks), sorted(reach.albums)
    with transaction.atomic():
        _refresh_batch(tracks[:BATCH], albums[:BATCH])
        derived.refresh_artists(reach.artists, at=now)
        derived.bump_version()
        for start in range(BATCH, max(len(tracks), len(albums)), BATCH):
            rest = {"tracks": tracks[start : start + BATCH], "albums": albums[start : start + BATCH]}
            work.enqueue("cards", _any_number(), payload=rest)


def enqueue_batches(job: str, act: Act, name: str, ids: Sequence[int], **payload: Any) -> None:
    """Ask workers to go on with an act: a batch of ids each, under that name in the payload."""
    whole = {"act": act.packed(), **payload}
    parts = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
    work.enqueue_many(job, {_any_number(): {**whole, name: list(part)} for part in parts})


def refresh_later(row: Work) -> None:
    """Rebuild the batch of the row's payload."""
    with transaction.atomic():
        _refresh_batch(row.payload["tracks"], row.payload["albums"])
        derived.bump_version()


def _counted(reach: Reach, changes: list[Change]) -> Reach:
    """Leave out what need not be counted anew, where tracks alone changed."""
    if any(change.kind != "track" or change.before is None or change.after is None for change in changes):
        return reach
    fields = {name for change in changes for name in change.after or ()}
    none: frozenset[int] = frozenset()
    return Reach(
        reach.tracks,
        reach.albums if fields & {*SHOWING, "album", "genres"} else none,
        reach.artists if fields & {*SHOWING, "album", "credits"} else none,
    )


def _any_number() -> int:
    """Return the subject of work on a batch, which has no id: any 63 bits will do."""
    return uuid.uuid4().int >> 65


def _note_hand(kind: str, before: dict[int, states.State], after: dict[int, states.State]) -> None:
    """Add the names of the fields that changed to `curated`, in the rows and in `after`."""
    noted: dict[int, states.State] = {}
    for row_id in before.keys() & after.keys():
        by_hand = states.changed(before[row_id], after[row_id]) & states.KINDS[kind].imported
        names = sorted({*after[row_id].get("curated", ()), *by_hand})
        if by_hand and names != after[row_id]["curated"]:
            after[row_id]["curated"] = names
            noted[row_id] = {"curated": names}
    states.put(kind, noted)


def _refresh_batch(tracks: list[int], albums: list[int]) -> None:
    bucket = Subquery(Track.objects.filter(id=OuterRef("track_id")).values("bucket"))
    Credit.objects.filter(track_id__in=tracks).update(bucket=bucket)  # a new credit has no bucket yet
    TrackGenre.objects.filter(track_id__in=tracks).update(bucket=bucket)
    derived.refresh_cards(tracks)
    derived.refresh_albums(albums, at=timezone.now())


def _around_tracks(ids: list[int]) -> Reach:
    albums = _ids(Track.objects.filter(id__in=ids, album__isnull=False), "album_id")
    return Reach(
        frozenset(ids),
        albums,
        _ids(Credit.objects.filter(track_id__in=ids), "artist_id")
        | _ids(AlbumCredit.objects.filter(album_id__in=albums), "artist_id"),
    )


def _around_albums(ids: list[int]) -> Reach:
    return Reach(
        tracks=_ids(Track.objects.filter(album_id__in=ids), "id"),
        albums=frozenset(ids),
        artists=_ids(AlbumCredit.objects.filter(album_id__in=ids), "artist_id"),
    )


def _around_artists(ids: list[int]) -> Reach:
    return Reach(
        tracks=_ids(Credit.objects.filter(artist_id__in=ids), "track_id"),
        albums=_ids(AlbumCredit.objects.filter(artist_id__in=ids), "album_id"),
        artists=frozenset(ids),
    )


def _around_genres(ids: list[int]) -> Reach:
    return Reach(
        tracks=_ids(TrackGenre.objects.filter(genre_id__in=ids), "track_id"),
        albums=_ids(AlbumGenre.objects.filter(genre_id__in=ids), "album_id"),  # are found by the name of the genre
    )


def _ids(rows: models.QuerySet, column: str) -> frozenset[int]:
    return frozenset(rows.values_list(column, flat=True))


REACH_OF: dict[str, Callable[[list[int]], Reach]] = {
    "track": _around_tracks,
    "album": _around_albums,
    "artist": _around_artists,
    "genre": _around_genres,
}
