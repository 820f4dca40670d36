"""Keep objects as files in a folder: complete and synced under their name, or not there."""

import os
import tempfile
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.storage import FileSystemStorage

from catalog import leftovers

CHUNK = 1 << 20  # bytes written at once


class Folder(FileSystemStorage):
    """A storage of files that a kill or a full disk leaves nothing half-made in."""

    def put(self, name: str, file: IO[bytes], *, size: int, sha256: str) -> None:
        """Write what `file` holds from its beginning, unless it is there; raise OSError where it cannot be kept.

        A name stands for its content: who writes it again writes the same.
        """
        if self.holds(name, size=size):
            return
        file.seek(0)
        self.save(name, File(file))
        if not self.holds(name, size=size):
            raise OSError(f"{name} was not kept whole")

    def holds(self, name: str, *, size: int) -> bool:
        """Say whether the object is there, whole."""
        path = Path(self.path(name))
        return path.is_file() and path.stat().st_size == size

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File) -> str:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        beginning = Path(self.path(".new"))
        beginning.mkdir(exist_ok=True)
        leftovers.sweep(beginning)
        descriptor, temporary = tempfile.mkstemp(dir=beginning)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for piece in content.chunks(CHUNK):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        return name


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
