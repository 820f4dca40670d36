"""Where the files of an import come from, and where copies of them go: a folder of this machine, or a bucket."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from catalog import media, sandbox, scan, stores
from catalog.identity import Item


@dataclass(frozen=True)
class Wanted:
    """A file to be read."""

    seen: scan.Seen
    about: dict[str, Any]  # what the reader is told


class Supply(Protocol):
    """A tree of files that an intake reads; its paths are those of `scan`."""

    window: int  # files that each reader may be given ahead
    senders: int  # copies that are made at once

    def jobs(self, wanted: Iterable[Wanted]) -> Iterator[sandbox.Job]:
        """Yield a job for each file, tagged with its `scan.Seen`; one that cannot be had is refused in words."""

    def store(self, answer: sandbox.Answer, extension: str) -> media.Stored:
        """Keep a copy of the file in "masters"; raise OSError where that fails. Called from several threads."""

    def release(self, job: sandbox.Job) -> None:
        """Forget the file: it was read and, if it had to be, copied. Called from several threads."""

    def picture(self, seen: scan.Seen) -> bytes:
        """Return the picture; raise OSError where that fails."""

    def note(self, items: Sequence[Item]) -> None:
        """Remember these files, which are in the catalog now or cannot be read."""


class FolderSupply:
    """A folder of this machine. What is served in place from it is remembered by the writer."""

    window = sandbox.WINDOW
    senders = 8

    def __init__(self, root: Path) -> None:
        self._root = root

    def jobs(self, wanted: Iterable[Wanted]) -> Iterator[sandbox.Job]:
        for one in wanted:
            yield sandbox.Job(f"{self._root}/{one.seen.path}", one.about, tag=one.seen)

    def store(self, answer: sandbox.Answer, extension: str) -> media.Stored:
        with Path(answer.job.path).open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            stored = media.Stored(sha256, media.object_name(sha256, extension), file.tell())
            if not stores.store("masters").renew(stored.name, size=stored.size, sha256=sha256):
                media.put_upload(file, sha256, stored.size, extension)
        return stored

    def release(self, job: sandbox.Job) -> None:
        pass

    def picture(self, seen: scan.Seen) -> bytes:
        return (self._root / seen.path).read_bytes()

    def note(self, items: Sequence[Item]) -> None:
        pass
