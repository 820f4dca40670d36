"""Keep objects as files in a folder: complete and synced under their name, or not there."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from catalog import leftovers, stores
from spotify_lite import durable

CHUNK = 1 << 20  # bytes written at once


class Folder(FileSystemStorage):
    """A storage of files that a kill or a full disk leaves nothing half-made in; see `stores.Store`."""

    def put(self, name: str, file: IO[bytes], *, size: int, sha256: str) -> bool:
        if self.renew(name, size=size):
            return False
        file.seek(0)
        self._write(name, iter(partial(file.read, CHUNK), b""), sha256)
        if not self.holds(name, size=size):
            raise OSError(f"{name} was not kept whole")
        return True

    def holds(self, name: str, *, size: int, sha256: str = "") -> bool:
        found = self.look(name)
        return found is not None and found.size == size

    def renew(self, name: str, *, size: int, sha256: str = "") -> bool:
        found = self.look(name)
        if found is None or found.size != size:
            return False
        if found.at < timezone.now() - stores.YOUNG:
            with leftovers.turn():
                try:
                    os.utime(self.path(name))
                except FileNotFoundError:
                    return False  # a sweep was faster
        return True

    def look(self, name: str) -> stores.Kept | None:
        path = Path(self.path(name))
        try:
            return _kept(name, path) if path.is_file() else None
        except FileNotFoundError:
            return None  # a sweep was faster

    def fetch(self, name: str, file: IO[bytes]) -> str:
        digest = hashlib.sha256()
        with Path(self.path(name)).open("rb") as kept:
            while piece := kept.read(CHUNK):
                digest.update(piece)
                file.write(piece)
        return digest.hexdigest()

    def under(self, prefix: str) -> Iterator[stores.Kept]:
        root = Path(self.path(prefix))
        for folder, _, files in os.walk(root):
            for file in files:
                if found := self.look((Path(prefix) / Path(folder).relative_to(root) / file).as_posix()):
                    yield found

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File) -> str:
        self._write(name, content.chunks(CHUNK))
        return name

    def _write(self, name: str, pieces: Iterable[bytes], sha256: str = "") -> None:
        """Write the bytes and put them under the name; they are compared with the hash where it is known."""
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        beginning = Path(self.path(".new"))
        beginning.mkdir(exist_ok=True)
        leftovers.sweep(beginning)
        descriptor, temporary = tempfile.mkstemp(dir=beginning)
        digest = hashlib.sha256()
        try:
            with os.fdopen(descriptor, "wb") as file:
                for piece in pieces:
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            _compare(name, digest.hexdigest(), sha256)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        durable.keep_names(target.parent)


def _compare(name: str, found: str, sha256: str) -> None:
    if sha256 and found != sha256:
        raise OSError(f"{name} was not kept: its bytes are not what they should be")


def _kept(name: str, path: Path) -> stores.Kept:
    status = path.stat()
    return stores.Kept(name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))
