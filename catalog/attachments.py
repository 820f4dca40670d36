"""Give tracks that came in by a sheet the audio that it names: an object of the storage, read in the sandbox, copied.

As an import of a bucket does it, but an object is believed of its sound alone: the sheet says which song it is. A track
that has audio keeps it. What is no name of an object was refused by `sheets`: no address or path is ever opened.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone

from catalog import abreast, bulk, derived, imports, media, objects, readings, sandbox, stores, tagnames, work
from catalog.models import Master, Track
from catalog.objects import Found
from catalog.sheets import Refused
from catalog.tags import Reading

THREADS = 4  # objects that are asked for at once


@dataclass(frozen=True)
class Wanted:
    """A row that names audio, and its track."""

    number: int  # of the row
    track_id: int
    key: str


class Source(Protocol):
    """Where the objects lie; its methods are called from several threads."""

    def look(self, key: str) -> Any | None:
        """Return the object, or None where there is none; raise OSError where the storage does not say."""

    def fetch(self, found: Any) -> Path:
        """Return a path of this machine that holds its bytes."""

    def keep(self, found: Any, path: Path, extension: str) -> media.Stored:
        """Have it in "masters" under its hash."""

    def release(self, path: Path) -> None:
        """Forget what was fetched."""


class Objects:
    """The objects of a bucket at the home storage."""

    def __init__(self, bucket: str, scratch: Path) -> None:
        self._bucket, self._scratch = bucket, scratch
        self._sha256: dict[Path, str] = {}

    def look(self, key: str) -> Found | None:
        return objects.look(self._bucket, key)

    def fetch(self, found: Found) -> Path:
        path = self._scratch / uuid.uuid4().hex
        self._sha256[path] = objects.fetch(found, path)
        return path

    def keep(self, found: Found, path: Path, extension: str) -> media.Stored:
        return objects.take(found, self._sha256[path], extension)

    def release(self, path: Path) -> None:
        self._sha256.pop(path, None)
        path.unlink(missing_ok=True)


class Files:
    """The files of the folder "masters", where media lie in folders."""

    def __init__(self) -> None:
        self._store = stores.store("masters")

    def look(self, key: str) -> str | None:
        return key if self._store.look(key) else None

    def fetch(self, found: str) -> Path:
        return Path(self._store.path(found))

    def keep(self, found: str, path: Path, extension: str) -> media.Stored:
        return media.put_master(path, extension)

    def release(self, path: Path) -> None:
        pass


class Attachments:
    """The audio of one sheet; use as a context manager."""

    def __init__(self, bucket: str | None = None) -> None:
        """Take the bucket; without it, it is the one of what is served, or the folder of masters."""
        self._bucket = bucket
        self._held = ExitStack()
        self._source: Source | None = None
        self._pool: sandbox.Pool | None = None

    def __enter__(self) -> "Attachments":
        return self

    def __exit__(self, *exception: object) -> None:
        self._held.close()

    def missing(self, keys: Collection[str]) -> set[str]:
        """Return those of the names under which there is nothing."""
        looked = abreast.each(keys, self._opened().look, threads=THREADS, ahead=2 * THREADS)
        return {key for key, found in looked if found is None}

    def attach(self, wanted: Iterable[Wanted]) -> Iterator[Refused]:
        """Give each track its audio, unless it has some, and ask for what is played; yield what could not be read."""
        there = Master.objects.filter(track_id__in={one.track_id for one in wanted}).values_list("track_id", flat=True)
        have = set(there)
        lacking = {one.track_id: one for one in wanted if one.track_id not in have}
        read: list[tuple[Wanted, Reading, media.Stored]] = []
        for answer in self._reader().map(self._jobs(lacking.values())):
            one, found = answer.job.tag
            reading, reason = readings.understand(answer)
            try:
                if reading:
                    extension = tagnames.SUFFIX.get(reading.sound.container, reading.sound.container)
                    read.append((one, reading, self._opened().keep(found, Path(answer.job.path), extension)))
            except stores.Unreachable:
                raise
            except OSError as error:
                reading, reason = None, f"could not be copied: {error}"
            finally:
                if found is not None:
                    self._opened().release(Path(answer.job.path))
            if reading is None:
                yield Refused(one.number, f'is in without audio: "{one.key}" {reason}')
        if read:
            _write(read)

    def _jobs(self, wanted: Iterable[Wanted]) -> Iterator[sandbox.Job]:
        for one, (found, path, refused) in abreast.each(wanted, self._fetch, threads=THREADS, ahead=2 * THREADS):
            yield sandbox.Job(str(path), {"path": one.key}, tag=(one, found), refused=refused)

    def _fetch(self, one: Wanted) -> tuple[Any, Path, str]:
        """Return the object, where its bytes are, and why they are not."""
        source, nowhere = self._opened(), Path()
        try:
            found = source.look(one.key)
            return (found, source.fetch(found), "") if found else (None, nowhere, "is not in the storage")
        except stores.Unreachable:
            raise
        except OSError as error:
            return None, nowhere, f"cannot be had: {error}"

    def _opened(self) -> Source:
        """Find out where media lie; a sheet without audio never asks."""
        if self._source is None:
            try:
                bucket = self._bucket or objects.home().origin.bucket
                self._source = Objects(bucket, self._held.enter_context(media.scratch()))
            except objects.NoStorage:
                self._source = Files()
        return self._source

    def _reader(self) -> sandbox.Pool:
        if self._pool is None:
            self._pool = self._held.enter_context(sandbox.Pool("catalog.tags:read", window=2 * THREADS))
        return self._pool


def _write(read: list[tuple[Wanted, Reading, media.Stored]]) -> None:
    """Write masters and ask for what is played of them; the length and the gain are those of the sound."""
    now = timezone.now()
    with transaction.atomic():
        imports.hold_catalog()
        rows = Track.objects.defer("card").in_bulk([one.track_id for one, _, _ in read])
        tracks = [rows[one.track_id] for one, _, _ in read if one.track_id in rows]
        masters = []
        for one, reading, stored in read:
            if (track := rows.get(one.track_id)) is None:
                continue  # a curator deleted it meanwhile
            sound = reading.sound
            track.duration_ms, track.gain_db = sound.duration_ms, reading.gain_db
            masters.append(
                Master(
                    track_id=track.pk,
                    fingerprint=reading.fingerprint,
                    sha256=stored.key,
                    storage_name=stored.name,
                    container=sound.container,
                    codec=sound.codec,
                    bitrate=sound.bitrate,
                    sample_rate=sound.sample_rate,
                    channels=sound.channels,
                    bit_depth=sound.bit_depth,
                    duration_ms=sound.duration_ms,
                    size=stored.size,
                )
            )
        bulk.save(tracks, ("duration_ms", "gain_db"))
        bulk.create(masters)
        derived.refresh_cards([track.pk for track in tracks])
        derived.refresh_albums({track.album_id for track in tracks if track.album_id}, at=now)
        derived.bump_version()
        if masters:
            work.enqueue_many("source", {master.pk: {} for master in masters})
