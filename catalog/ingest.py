"""Write what was read to the catalog, a batch a transaction, with all that is kept of it and the work that follows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalog import bulk, derived, genrecounts, identity, imports, names, pictures, sources
from catalog.identity import Item, Plan
from catalog.models import (
    Artist,
    Change,
    Cover,
    Credit,
    Genre,
    Library,
    LibraryFile,
    Master,
    Track,
    TrackGenre,
)
from catalog.pictures import Pictures
from catalog.registry import Registry

BATCH = 250  # files a transaction: more are not faster, and keep the web's writers waiting
DESCRIBED = (
    *("title", "sort_title", "artist", "album_id", "disc_number", "track_number", "year", "duration_ms", "explicit"),
    *("gain_db", "mbid", "isrc", "available", "cover_wanted", "cover_key"),
)
MASTERED = (
    *("track_id", "fingerprint", "sha256", "storage_name", "container", "codec", "bitrate", "sample_rate", "channels"),
    *("bit_depth", "duration_ms", "size"),
)
SEEN = ("size", "mtime_ns", "master_id", "reason", "missing", "library_id", "path", "id")  # of a file


@dataclass
class Touched:
    """Ids of rows whose kept counts and cards have to be made anew."""

    cards: set[int] = field(default_factory=set)
    albums: set[int] = field(default_factory=set)
    artists: set[int] = field(default_factory=set)
    genres: set[int] = field(default_factory=set)  # of tracks that have no `genrecounts.GenreCounts`


class Writer:
    """The writer of one import: `library` is None for copies, `stale` as in `identity.match`, `hidden` new tracks."""

    def __init__(self, library: Library | None, *, stale: set[int], hidden: bool = False) -> None:
        self._library = library
        self._hidden = hidden
        self._stale = stale
        self._registry = Registry()
        self._newest_change: int | None = None
        self._pictures = Pictures()

    def write(self, items: Sequence[Item]) -> list[Plan]:
        """Take in one batch, read or not, in one transaction; return where those went that were read."""
        now = timezone.now()
        with transaction.atomic():
            imports.hold_catalog()
            self._look_again()
            readings = [item.reading for item in items if item.reading]
            self._registry.find_artists((one for it in readings for one in (*it.credits, *it.album_credits)), at=now)
            self._registry.find_albums(readings, at=now)
            self._registry.find_genres(name for reading in readings for name in reading.genres)
            plans = identity.match(items, registry=self._registry, stale=self._stale)
            speaking = [plan for plan in plans if not plan.silent]
            uncut = self._pictures.choose(speaking)
            touched = Touched()
            genres = genrecounts.GenreCounts(plan.track.pk for plan in speaking if plan.track.pk is not None)
            self._write_tracks(speaking, now, touched)
            _write_masters(plans)
            files = self._note_files(items, {plan.item.path: plan.master for plan in plans})
            sources.write(speaking, files, now, written_before=touched.cards)
            sources.free_copies([plan for plan in plans if plan.silent and plan.item.stored])
            pictures.ask_for(uncut, files)
            refresh(touched, at=now)
            genres.settle(made=[plan.track.pk for plan in speaking])
        return plans

    def _look_again(self) -> None:
        """Forget the names that were found if a curator has changed anything: what was merged away is there no more."""
        newest = Change.objects.newest()
        if newest != self._newest_change:
            self._registry, self._newest_change = Registry(), newest

    def _write_tracks(self, plans: Sequence[Plan], now: datetime, touched: Touched) -> None:
        """Save the tracks with their credits and genres; new ones with their cards, so that they are written once."""
        new = [plan for plan in plans if plan.track.pk is None]
        old = [plan for plan in plans if plan.track.pk is not None]
        self._forget(old, touched)
        covers_cut = {plan.album.cover_key for plan in new if plan.album and plan.album.cover_key}
        covers_cut |= {plan.track.cover_key for plan in new if plan.track.cover_key}
        tints = dict(Cover.objects.filter(key__in=covers_cut).values_list("key", "tint"))
        for plan in plans:
            self._describe(plan)
        for plan in new:
            plan.track.created_at = now
            plan.track.published = not self._hidden
            plan.track.card = self._card(plan, tints)
        bulk.create([plan.track for plan in new])
        bulk.save([plan.track for plan in old], DESCRIBED)
        credited = [
            (plan.track.pk, artist.pk, role, place, plan.track.bucket)
            for plan in plans
            if "credits" not in plan.track.curated
            for place, (artist, role) in enumerate(self._people(plan))
        ]
        genres = [
            (plan.track.pk, genre.pk, place, plan.track.bucket)
            for plan in plans
            if "genres" not in plan.track.curated
            for place, genre in enumerate(self._genres(plan))
        ]
        bulk.insert(Credit, ("track_id", "artist_id", "role", "position", "bucket"), credited)
        bulk.insert(TrackGenre, ("track_id", "genre_id", "position", "bucket"), genres)
        derived.note_search_changes("track", [plan.track.pk for plan in new])
        touched.cards |= {plan.track.pk for plan in old}
        touched.albums |= {plan.album.pk for plan in plans if plan.album}
        touched.artists |= {artist for _, artist, *_ in credited}
        touched.artists |= {
            self._registry.artist(one).pk for plan in plans if plan.album for one in plan.reading.album_credits
        }

    def _describe(self, plan: Plan) -> None:
        """Put the reading on the track; the matcher has done so with what tracks are found by."""
        track, reading = plan.track, plan.reading
        track.take(artist=self._registry.spelled(reading.artist), year=reading.year, explicit=reading.explicit)
        track.sort_title = names.sort_key(track.title)
        track.gain_db, track.isrc, track.available = reading.gain_db, reading.isrc, True

    def _forget(self, plans: Sequence[Plan], touched: Touched) -> None:
        """Take old credits and genres off tracks that are written again, and note whose counts that changes."""
        ids = [plan.track.pk for plan in plans]
        if not ids:
            return
        credited, genres = Credit.objects.filter(track_id__in=ids), TrackGenre.objects.filter(track_id__in=ids)
        touched.artists |= set(credited.values_list("artist_id", flat=True))
        touched.albums |= set(Track.objects.filter(id__in=ids, album__isnull=False).values_list("album_id", flat=True))
        by_hand = {
            name: [plan.track.pk for plan in plans if name in plan.track.curated] for name in ("credits", "genres")
        }
        credited.exclude(track_id__in=by_hand["credits"]).delete()
        genres.exclude(track_id__in=by_hand["genres"]).delete()

    def _people(self, plan: Plan) -> list[tuple[Artist, str]]:
        """Return the artists of a track, each once, in the order of the tags."""
        found: dict[int, tuple[Artist, str]] = {}
        for one in plan.reading.credits:
            artist = self._registry.artist(one)
            found.setdefault(artist.pk, (artist, one.role))
        return list(found.values())

    def _genres(self, plan: Plan) -> list[Genre]:
        return list({genre.pk: genre for genre in map(self._registry.genre, plan.reading.genres)}.values())

    def _card(self, plan: Plan, tints: dict[str, str]) -> dict[str, Any]:
        people = enumerate(self._people(plan))
        ordered = sorted(people, key=lambda one: (derived.ROLE_ORDER[one[1][1]], one[0]))
        cover_key = (plan.album and plan.album.cover_key) or plan.track.cover_key
        audio = sources.playable(plan)
        return derived.card_of(
            plan.track,
            plan.album,
            artists=[(artist.pk, artist.name, role) for _, (artist, role) in ordered],
            genres=[genre.name for genre in self._genres(plan)],
            audio=[("source", plan.reading.key, *audio, plan.reading.sound.bitrate, plan.item.size, True)]
            if audio
            else (),
            cover_key=cover_key,
            tint=tints.get(cover_key) if cover_key else None,
        )

    def _note_files(self, items: Sequence[Item], masters: dict[str, Master]) -> dict[str, int]:
        """Write what was seen at each path, pictures too; return the rows' ids by path. Copies have none."""
        if self._library is None:
            return {}
        # A row may have gone since the scan: with another path that its master was found at, see below.
        known = {item.file_id for item in items if item.file_id}
        known = set(LibraryFile.objects.filter(id__in=known).values_list("id", flat=True)) if known else known
        fresh = [item for item in items if item.file_id not in known]
        ids = dict(zip((item.path for item in fresh), bulk.new_ids(LibraryFile, len(fresh)), strict=True))
        ids |= {item.path: item.file_id for item in items if item.file_id in known}
        rows = [
            (
                *(item.size, item.mtime_ns, masters[item.path].pk if item.path in masters else item.master_id),
                *(item.reason[:300], False, self._library.pk, item.path, ids[item.path]),
            )
            for item in items
        ]
        bulk.insert(LibraryFile, SEEN, [row for row in rows if row[-1] not in known])
        bulk.update(LibraryFile, SEEN, [row for row in rows if row[-1] in known])
        self._stale -= known
        beside = {one.path: one for item in items if (one := item.folder_picture) and one.fresh}
        LibraryFile.objects.bulk_create(
            (
                LibraryFile(library=self._library, path=one.path, size=one.size, mtime_ns=one.mtime_ns)
                for one in beside.values()
            ),
            update_conflicts=True,
            unique_fields=["library", "path"],
            update_fields=["size", "mtime_ns", "missing"],
        )
        # A file that was moved has left its old row behind: nobody else's file may inherit the track by that path.
        LibraryFile.objects.filter(master_id__in=[master.pk for master in masters.values()], missing=True).delete()
        return ids


def refresh(touched: Touched, *, at: datetime) -> None:
    """Make anew what is kept of the rows; the last step of a transaction."""
    derived.refresh_cards(touched.cards)
    derived.refresh_albums(touched.albums, at=at)
    derived.refresh_artists(touched.artists, at=at)
    derived.refresh_genres(touched.genres, at=at)
    derived.bump_version()


def _write_masters(plans: Iterable[Plan]) -> None:
    """Save the masters whose bytes, or whose copy, are new; the others are as they were."""
    masters = {id(plan.master): plan.master for plan in plans if plan.fresh or plan.item.stored}.values()
    for plan in plans:
        plan.master.track_id = plan.track.pk  # saved meanwhile
    bulk.save([master for master in masters if master.pk], MASTERED)
    bulk.create([master for master in masters if not master.pk])
