"""Take the music of a bucket into the catalog, by streaming: what is new is read once, and copied at the storage.

An object that is as it was (ETag and size) is not fetched again, whether it could be read or not. Never more than a few
files lie on this machine.
"""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from django.conf import settings

from catalog import abreast, imports, intake, library, media, objects, sandbox, scan, stores
from catalog.identity import Item
from catalog.intake import Intake, Progress
from catalog.models import BucketObject
from catalog.objects import Found
from catalog.supply import Wanted

LOOKED_UP = 500  # objects whose rows are asked for at once
FETCHERS = 3  # objects fetched at once
KEPT = ("name", "etag", "size", "reason")


class Ours(Exception):
    """The objects are this service's own."""


def import_bucket(
    prefix: str,
    *,
    bucket: str | None = None,
    progress: Progress = intake.unseen,
    stop: Callable[[], bool] = bool,
    waiting: Callable[[], object] = bool,
) -> library.Report:
    """Take in the objects whose names begin so; see `library.import_folder` for the rest.

    Raise objects.NoStorage where there is none, Ours for what this service has made itself, stores.Unreachable where
    the storage does not answer (what is written by then stays), and OSError where the bucket cannot be listed.
    """
    home = objects.home()
    bucket = bucket or home.origin.bucket
    ours = tuple(f"{folder}/" for folder in settings.OBJECTS.values()) if bucket == home.origin.bucket else ()
    if bucket == home.origin.masters or prefix.startswith(ours or ("/",)):
        raise Ours("What lies there is this service's own.")
    with imports.turn(waiting=waiting, stop=stop) as turn:
        if not turn:
            return library.Report(stopped=True)
        began, listing = time.monotonic(), _Listing(bucket, ours)
        listing.read(prefix)
        with media.scratch() as scratch:
            run = Intake(BucketSupply(scratch, listing.found), None, {})
            run.take(listing.changed(), progress=progress, stop=stop)
        return library.finish(run, listing.report, began=began)


class BucketSupply:
    """Objects that are fetched into a folder of this machine, a few at a time, and go once they are copied."""

    window = 1
    senders = 3

    def __init__(self, scratch: Path, found: dict[str, Found]) -> None:
        self._scratch, self._found = scratch, found
        self._sha256: dict[str, str] = {}  # by key, of what lies here
        self._refused: set[str] = set()  # keys: the next run asks again

    def jobs(self, wanted: Iterable[Wanted]) -> Iterator[sandbox.Job]:
        for one, (path, refused) in abreast.each(wanted, self._fetch, threads=FETCHERS, ahead=FETCHERS):
            yield sandbox.Job(str(path), one.about, tag=one.seen, refused=refused)

    def store(self, answer: sandbox.Answer, extension: str) -> media.Stored:
        found = self._found[answer.job.tag.path]
        sha256 = self._sha256[found.key]
        try:
            return objects.take(found, sha256, extension)
        except stores.Unreachable:
            raise
        except OSError:  # not every storage copies between buckets, or large objects: then from here
            with Path(answer.job.path).open("rb") as file:
                return media.put_upload(file, sha256, found.size, extension)

    def release(self, job: sandbox.Job) -> None:
        self._sha256.pop(job.tag.path, None)
        Path(job.path).unlink(missing_ok=True)

    def picture(self, seen: scan.Seen) -> bytes:
        path = self._scratch / uuid.uuid4().hex
        try:
            objects.fetch(self._found[seen.path], path)
            return path.read_bytes()
        finally:
            path.unlink(missing_ok=True)

    def note(self, items: Sequence[Item]) -> None:
        seen = [(self._found[item.path], item.reason) for item in items if item.path not in self._refused]
        BucketObject.objects.bulk_create(
            (
                BucketObject(bucket=found.bucket, name=found.key, etag=found.etag, size=found.size, reason=reason[:300])
                for found, reason in seen
            ),
            update_conflicts=True,
            unique_fields=["bucket", "name"],
            update_fields=["etag", "size", "reason"],
        )

    def _fetch(self, one: Wanted) -> tuple[Path, str]:
        """Return where the object lies now, or why it cannot be had."""
        key, path = one.seen.path, self._scratch / uuid.uuid4().hex
        try:
            self._sha256[key] = objects.fetch(self._found[key], path)
        except stores.Unreachable:
            raise
        except OSError as error:
            self._refused.add(key)
            return path, str(error)
        return path, ""


class _Listing:
    """What lies in the bucket, by folder: the music that has to be read, and the pictures beside it."""

    def __init__(self, bucket: str, ours: tuple[str, ...]) -> None:
        self._bucket, self._ours = bucket, ours
        self._folders: dict[str, scan.Folder] = {}
        self.report = library.Report()
        self.found: dict[str, Found] = {}  # by key: what may be fetched

    def read(self, prefix: str) -> None:
        """List the objects, a page at a time."""
        listed = (one for one in objects.under(self._bucket, prefix) if not one.key.startswith(self._ours or ("/",)))
        while batch := list(islice(listed, LOOKED_UP)):
            names = [one.key.rpartition("/")[2].lower() for one in batch]
            music = [one for one, name in zip(batch, names, strict=True) if name.rpartition(".")[2] in scan.SUFFIXES]
            self._add_music([one for one in music if not _is_hidden(one.key)])
            for one, name in zip(batch, names, strict=True):
                if name in scan.PICTURES:
                    self._add_picture(one, name)

    def changed(self) -> list[tuple[scan.Folder, list[scan.Seen]]]:
        """Return what has to be read, by folder."""
        return [(folder, folder.files) for folder in self._folders.values() if folder.files]

    def _add_music(self, music: list[Found]) -> None:
        rows = BucketObject.objects.filter(bucket=self._bucket, name__in=[one.key for one in music])
        known = {name: (etag, size, reason) for name, etag, size, reason in rows.values_list(*KEPT)}
        for one in music:
            self.report.found += 1
            etag, size, reason = known.get(one.key, ("", 0, ""))
            if (etag, size) != (one.etag, one.size):
                self._folder(one).files.append(_seen(one))
                self.found[one.key] = one
                continue
            self.report.unchanged += 1
            if reason:
                self.report.unreadable.append((one.key, reason))

    def _add_picture(self, one: Found, name: str) -> None:
        folder = self._folder(one)
        if folder.picture is None or scan.PICTURES[name] < scan.PICTURES[Path(folder.picture.path).name.lower()]:
            folder.picture = _seen(one)
            self.found[one.key] = one

    def _folder(self, one: Found) -> scan.Folder:
        path = one.key.rpartition("/")[0]
        return self._folders.setdefault(path, scan.Folder(path))


def _seen(one: Found) -> scan.Seen:
    return scan.Seen(one.key, one.size, int(one.changed_at.timestamp() * 1e9))


def _is_hidden(key: str) -> bool:
    """Tell whether a walk would pass it over: what begins with a dot, and what no database can keep."""
    return "\0" in key or any(part.startswith(".") for part in key.split("/"))
