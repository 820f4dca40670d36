"""Find the track and the master that a file belongs to, so that ids outlive re-import, re-tag, move and rename.

In this order: the same bytes where they have gone from their old place, the same path, the same bytes elsewhere, the
MusicBrainz release track id, then album, disc, number and title. Two different songs never become one track: what a
tag claims is not believed against the clock while the other file is there.
"""

import filecmp
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Q

from catalog import media, names, paths
from catalog.models import Album, LibraryFile, Master, Rendition, Track
from catalog.registry import Registry
from catalog.tags import Reading

CLOSE_MS = 2000  # two encodings of one recording differ by less


@dataclass(frozen=True)
class FolderPicture:
    """A picture that lies beside the music."""

    path: str  # text, relative to the library's root
    key: str  # sha256 of the file; empty if it is not of a size that is taken
    size: int  # bytes
    mtime_ns: int
    fresh: bool  # it is not the one of the last scan
    stored: str = ""  # its name in "masters", if it was copied


@dataclass(frozen=True)
class Item:
    """A file that was looked at, and what came of it: a reading or a reason."""

    path: str  # text (see `catalog.paths`), relative to the library's root
    absolute: Path
    size: int  # bytes
    mtime_ns: int
    reading: Reading | None = None
    reason: str = ""  # in words
    file_id: int | None = None  # of its row, if the path is known
    master_id: int | None = None  # that the path led to
    folder_picture: FolderPicture | None = None
    stored: media.Stored | None = None  # where the copy is, if it was copied


@dataclass
class Plan:
    """Where an item goes. Track and master may be new, and are saved by the writer."""

    item: Item
    reading: Reading
    album: Album | None
    track: Track
    master: Master
    fresh: bool  # the master's bytes are not those of before
    silent: bool  # another file of the track is there and speaks for it


class Matcher:
    """Matches the items of one batch, in order: a later one finds what an earlier one made."""

    def __init__(self, items: Sequence[Item], *, registry: Registry, stale: set[int]) -> None:
        self._registry = registry
        readings = [item.reading for item in items if item.reading]
        albums = {album.pk for reading in readings if (album := registry.album(reading))}
        prints = {reading.fingerprint for reading in readings}
        masters = list(
            Master.objects.filter(
                Q(id__in={item.master_id for item in items if item.master_id}) | Q(fingerprint__in=prints)
            )
        )
        tracks = Track.objects.defer("card").filter(
            Q(id__in={master.track_id for master in masters})
            | Q(mbid__in={reading.mbid for reading in readings if reading.mbid})
            | Q(album_id__in=albums, track_number__isnull=False)
        )
        self._masters: dict[int, Master] = {}
        self._by_print: dict[str, list[Master]] = defaultdict(list)
        self._by_mbid: dict[str, Track] = {}
        self._by_place: dict[tuple[int, int, int, str], Track] = {}
        # Who speaks for a track now: for the master of each file that is there, its path; None for a stored one.
        self._holders: dict[int, list[tuple[Master, Path | None]]] = defaultdict(list)
        self._tracks = {track.pk: track for track in tracks}
        for track in self._tracks.values():
            self._remember(track)
        for master in masters:
            master.track = self._tracks[master.track_id]
            self._masters[master.pk] = master
            self._by_print[master.fingerprint].append(master)
        self._find_holders(stale)
        # The file or master that a track is served from speaks for it, whoever else is there.
        served = Rendition.objects.filter(track_id__in=self._tracks, name="source")
        self._speakers = {(row.track_id, row.file_id, None if row.file_id else row.master_id) for row in served}

    def _find_holders(self, stale: set[int]) -> None:
        files = LibraryFile.objects.filter(master__track_id__in=self._tracks, missing=False, reason="")
        for file in files.select_related("master", "library"):
            if file.pk not in stale and file.master:
                path = paths.absolute(file.library.root, file.path)
                self._holders[id(self._tracks[file.master.track_id])].append((file.master, path))
        for master in Master.objects.filter(track_id__in=self._tracks).exclude(storage_name=""):
            self._holders[id(self._tracks[master.track_id])].append((master, None))

    def match(self, item: Item, reading: Reading) -> Plan:
        """Return where the item goes."""
        plan = self._by_bytes(item, reading) or self._by_words(item, reading) or self._new(item, reading)
        self._holders[id(plan.track)].append((plan.master, item.absolute))
        if not plan.silent:
            plan.track.mbid, plan.track.duration_ms = reading.mbid, reading.sound.duration_ms
            plan.track.take(
                album=plan.album, title=reading.title, disc_number=reading.disc or 1, track_number=reading.number
            )
            self._remember(plan.track)
        return plan

    def _by_bytes(self, item: Item, reading: Reading) -> Plan | None:
        own = self._masters.get(item.master_id or 0)
        known = self._by_print[reading.fingerprint]
        for master in sorted(known, key=lambda master: master is not own):
            others = self._holders[id(master.track)]
            if not any(_same(master, holder) for holder, _ in others):
                return self._plan(item, reading, master.track, master)  # it was touched, moved or renamed
            if any(_same(master, holder) and _same_bytes(item, holder, path) for holder, path in others):
                return self._plan(item, reading, master.track, master)
        if own is None or not _same_song(own.track, reading):
            return None
        alone = not any(_same(own, holder) for holder, _ in self._holders[id(own.track)])
        return self._plan(item, reading, own.track, own if alone else None)  # its tags or its encoding changed

    def _by_words(self, item: Item, reading: Reading) -> Plan | None:
        track = self._by_mbid.get(reading.mbid or "")
        if track is None and (place := self._place(self._registry.album(reading), reading)):
            track = self._by_place.get(place)
        if track is None:
            return None
        fits = _close(track, reading) if self._holders[id(track)] else _same_song(track, reading)
        return self._plan(item, reading, track, None) if fits else None

    def _new(self, item: Item, reading: Reading) -> Plan:
        return self._plan(item, reading, Track(), None)

    def _plan(self, item: Item, reading: Reading, track: Track, master: Master | None) -> Plan:
        silent = bool(self._holders[id(track)]) and not self._speaks(item, track, master)
        fresh = master is None or master.fingerprint != reading.fingerprint
        master = master or Master()
        if fresh or item.stored:
            self._describe(master, item, reading)
        master.track = track
        if master not in self._by_print[reading.fingerprint]:
            self._by_print[reading.fingerprint].append(master)
        return Plan(item, reading, self._registry.album(reading), track, master, fresh, silent)

    def _speaks(self, item: Item, track: Track, master: Master | None) -> bool:
        by_file = (track.pk, item.file_id, None)
        by_conversion = (track.pk, None, master.pk if master else None)
        return track.pk is not None and (by_file in self._speakers or by_conversion in self._speakers)

    @staticmethod
    def _describe(master: Master, item: Item, reading: Reading) -> None:
        sound = reading.sound
        if master.fingerprint != reading.fingerprint:
            master.sha256 = ""
        master.fingerprint, master.size, master.duration_ms = reading.fingerprint, item.size, sound.duration_ms
        master.container, master.codec, master.bitrate = sound.container, sound.codec, sound.bitrate
        master.sample_rate, master.channels, master.bit_depth = sound.sample_rate, sound.channels, sound.bit_depth
        if item.stored:
            master.sha256, master.storage_name = item.stored.key, item.stored.name

    def _remember(self, track: Track) -> None:
        if track.mbid:
            self._by_mbid.setdefault(track.mbid, track)
        if track.album_id and track.track_number:
            place = (track.album_id, track.disc_number, track.track_number, names.fold(track.title))
            self._by_place.setdefault(place, track)

    @staticmethod
    def _place(album: Album | None, reading: Reading) -> tuple[int, int, int, str] | None:
        if album is None or reading.number is None:
            return None
        return album.pk, reading.disc or 1, reading.number, names.fold(reading.title)


def match(items: Iterable[Item], *, registry: Registry, stale: set[int]) -> list[Plan]:
    """Return a plan for each item that could be read. `stale` are file rows whose bytes are no longer what they say."""
    readable = [item for item in items if item.reading]
    matcher = Matcher(readable, registry=registry, stale=stale)
    return [matcher.match(item, item.reading) for item in readable if item.reading]


def _same(one: Master, other: Master) -> bool:
    return one is other or (one.pk is not None and one.pk == other.pk)


def _same_bytes(item: Item, master: Master, path: Path | None) -> bool:
    """Compare whole files: silence at both ends of two recordings of one length gives them one fingerprint.

    Of what is copied the hash is known, and its file may have gone.
    """
    try:
        if path and not item.stored:
            return filecmp.cmp(item.absolute, path, shallow=False)
        own = item.stored.key if item.stored else media.sha256_of(item.absolute)
        return own == (master.sha256 or (media.sha256_of(path) if path else ""))
    except OSError:
        return False


def _close(track: Track, reading: Reading) -> bool:
    return abs(track.duration_ms - reading.sound.duration_ms) <= CLOSE_MS


def _same_song(track: Track, reading: Reading) -> bool:
    """Whether it may be one song with new tags, or one in a new encoding: not both changed beyond knowing."""
    return _close(track, reading) or names.fold(track.title) == names.fold(reading.title)
