"""Own where bytes lie: objects named by the hash of their bytes, written whole or not at all, and never changed.

Storages are Django's aliases "masters", "renditions" and "covers": folders on a laptop, buckets elsewhere.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db.models import Exists, OuterRef

from catalog import cutter, leftovers, paths, stores, work
from catalog.models import LibraryFile, Master, Work

HASHED = 100  # masters a sweep: a second or two of reading, behind all other work
CHUNK = 1 << 20  # bytes read at once
GONE = "Its master is not in the storage."


@dataclass(frozen=True)
class Stored:
    """An object that is in its storage."""

    key: str  # sha256 of its bytes, hex
    name: str  # in the storage: <aa>/<key>.<extension>
    size: int  # bytes


def object_name(key: str, extension: str) -> str:
    """Return `<aa>/<key>.<extension>`, as in the path of a signed URL."""
    return f"{key[:2]}/{key}.{extension}"


def put_rendition(path: Path, extension: str) -> Stored:
    """Store the file under its hash in "renditions", unless it is there."""
    return _put("renditions", path, extension)


def put_master(path: Path, extension: str) -> Stored:
    """Store the file under its hash in "masters", unless it is there."""
    return _put("masters", path, extension)


def put_upload(file: IO[bytes], sha256: str, size: int, extension: str) -> Stored:
    """Store an open file, whose hash is known, in "masters" as `put_master` does; it is synced when this returns."""
    stored = Stored(sha256, object_name(sha256, extension), size)
    stores.store("masters").put(stored.name, file, size=size, sha256=sha256)
    return stored


def drop_master(name: str) -> None:
    """Delete a master that no row names."""
    stores.store("masters").delete(name)


def put_cover(key: str, size: int, path: Path) -> None:
    """Store one size of a picture; the key is the whole picture's."""
    _keep("covers", _cover_name(key, size), path, sha256=sha256_of(path))


def cover_names(key: str) -> list[str]:
    """Return the names of all sizes of a picture in "covers"."""
    return [_cover_name(key, size) for size in cutter.SIZES]


def rendition_path(key: str, extension: str) -> Path | None:
    """Return the rendition's path on this machine, or None where the storage is not a folder."""
    try:
        return Path(stores.store("renditions").path(object_name(key, extension)))
    except NotImplementedError:
        return None


@contextmanager
def open_master(master: Master) -> Iterator[Path]:
    """Give the path of the master's bytes on this machine: in place, in a folder, or fetched for the while.

    Raise work.Failed where they are gone or, in place, no longer what was read.
    """
    if not master.storage_name:
        yield _in_place(master)
        return
    with open_stored(master.storage_name) as path:
        yield path


@contextmanager
def open_stored(name: str) -> Iterator[Path]:
    """Give the path on this machine of an object in "masters", in place or fetched for the while.

    Raise work.Failed where it is gone, is not what its name says, or cannot be fetched now.
    """
    masters = stores.store("masters")
    try:
        path = Path(masters.path(name))
    except NotImplementedError:
        with scratch() as folder:
            path = folder / Path(name).name
            try:
                fetch(masters, name, path)
            except OSError as error:
                raise work.Failed(GONE if isinstance(error, FileNotFoundError) else f"{error}.") from error
            yield path
        return
    if not path.is_file():
        raise work.Failed(GONE)
    yield path


def fetch(kept: stores.Store, name: str, path: Path) -> str:
    """Copy an object to a file, and return the sha256 of its bytes, which its name must say where it says one.

    Raise FileNotFoundError where there is none, and OSError where it does not come whole or is damaged.
    """
    with path.open("wb") as file:
        sha256 = kept.fetch(name, file)
    promised = Path(name).stem
    if len(promised) == len(sha256) and promised != sha256:
        raise OSError(f"{name} is damaged in the storage: its bytes are not what its name says")
    return sha256


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a private folder for the while."""
    base = settings.MEDIA_DIR / "scratch"
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    leftovers.sweep(base)
    with tempfile.TemporaryDirectory(dir=base, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def sha256_of(path: Path) -> str:
    """Return the hash of the whole file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def want_hashes() -> int:
    """Ask for the hashes of some masters in place that have none, once the last lot is done; return how many."""
    asked = Work.objects.filter(kind="hash")
    if asked.filter(state=Work.State.QUEUED).exists():
        return 0
    there = Exists(LibraryFile.objects.filter(master=OuterRef("pk"), missing=False, reason=""))
    failed = Exists(asked.filter(subject_id=OuterRef("pk")))
    unknown = Master.objects.filter(there, ~failed, sha256="", storage_name="").order_by("id")
    masters: dict[int, dict[str, object]] = {row_id: {} for row_id in unknown.values_list("id", flat=True)[:HASHED]}
    if masters:
        work.enqueue_many("hash", masters, priority=work.LOWEST)
    return len(masters)


def fill_sha256(row: Work) -> None:
    """Give a master in place the hash of all its bytes; its key was of the ends only, for the sake of a quick scan."""
    master = Master.objects.filter(id=row.subject_id, sha256="").first()
    if master is None:
        return
    with open_master(master) as path:
        digest = sha256_of(path)
    Master.objects.filter(id=master.id, sha256="").update(sha256=digest)


def _in_place(master: Master) -> Path:
    file = LibraryFile.objects.select_related("library").filter(master=master, missing=False).first()
    if file is None:
        raise work.Failed("Its file is gone from the library.")
    path = paths.absolute(file.library.root, file.path)
    try:
        seen = path.stat()
    except OSError as error:
        raise work.Failed(f"Its file cannot be read: {(error.strerror or 'unknown error').lower()}.") from error
    if (seen.st_size, seen.st_mtime_ns) != (file.size, file.mtime_ns):
        raise work.Failed("Its file has changed since it was read; the next scan takes it up.")
    return path


def _cover_name(key: str, size: int) -> str:
    return f"{key[:2]}/{key}/{size}.webp"


def _put(alias: str, path: Path, extension: str) -> Stored:
    key = sha256_of(path)
    stored = Stored(key, object_name(key, extension), path.stat().st_size)
    _keep(alias, stored.name, path, sha256=key)
    return stored


def _keep(alias: str, name: str, path: Path, *, sha256: str) -> None:
    with path.open("rb") as file:
        stores.store(alias).put(name, file, size=path.stat().st_size, sha256=sha256)
