"""Move the media of a node from its folders to the home storage: object by object, compared, and as often as it takes.

What lies in the storage already is not sent again, so a run that was killed is taken up by the next. Files that are
served in place are no objects of ours: they stay where they are.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from catalog import abreast, media, stores
from catalog.folders import Folder

SENDERS = 8  # objects on their way at once
Progress = Callable[[int, int], None]  # bytes done, bytes in all


@dataclass(frozen=True)
class File:
    """An object that lies in a folder."""

    alias: str
    name: str
    path: Path
    size: int  # bytes


@dataclass(frozen=True)
class Outcome:
    """What became of one."""

    sent: bool = False
    deleted: bool = False
    reason: str = ""  # why it stays where it is, as the end of "FILE ..."


@dataclass
class Report:
    """What a run did."""

    found: int = 0
    size: int = 0  # bytes of all that was found
    sent: int = 0
    there: int = 0  # in the storage already
    deleted: int = 0  # files, after their object was read back
    stopped: bool = False  # before the end, on request
    refused: list[tuple[str, str]] = field(default_factory=list)  # name and why it stays where it is, in words
    seconds: float = 0.0


def move(
    *, delete: bool = False, progress: Progress = lambda _done, _all: None, stop: Callable[[], bool] = bool
) -> Report:
    """Bring every object of the folders into the storage; raise stores.Unreachable where that does not answer.

    With `delete` each file goes once its object has been read back and compared. `stop` is asked after each object.
    """
    began, done = time.monotonic(), 0
    files = sorted(_files(), key=lambda one: (one.alias, one.name))
    report = Report(found=len(files), size=sum(one.size for one in files))
    moving = abreast.each(files, lambda one: _move(one, delete=delete), threads=SENDERS, ahead=2 * SENDERS)
    with closing(moving):
        for file, outcome in moving:
            report.sent += outcome.sent
            report.there += not (outcome.sent or outcome.reason)
            report.deleted += outcome.deleted
            if outcome.reason:
                report.refused.append((f"{settings.OBJECTS[file.alias]}/{file.name}", outcome.reason))
            done += file.size
            progress(done, report.size)
            if stop():
                report.stopped = True
                break
    report.seconds = time.monotonic() - began
    return report


def _files() -> Iterator[File]:
    """Yield what lies in the folders under the names of objects; what was never finished has none."""
    for alias, folder in settings.OBJECTS.items():
        root = Folder(location=settings.MEDIA_DIR / folder)
        for kept in root.under(""):
            if not kept.name.startswith("."):
                yield File(alias, kept.name, Path(root.path(kept.name)), kept.size)


def _move(file: File, *, delete: bool) -> Outcome:
    """Bring one object into the storage; raise stores.Unreachable where that does not answer."""
    store, sent = stores.store(file.alias), False
    try:
        sha256 = media.sha256_of(file.path)
        if file.alias != "covers" and sha256 != file.path.stem:  # a cover is named by the picture that it was cut from
            return Outcome(reason="is damaged: its bytes are not what its name says")
        if not store.holds(file.name, size=file.size, sha256=sha256):
            with file.path.open("rb") as content:
                sent = store.put(file.name, content, size=file.size, sha256=sha256)
        if delete:
            with Path(os.devnull).open("wb") as nowhere:
                if store.fetch(file.name, nowhere) != sha256:
                    return Outcome(sent=sent, reason="is not in the storage as it is here")
            file.path.unlink()
    except stores.Unreachable:
        raise
    except OSError as error:
        return Outcome(sent=sent, reason=error.strerror or str(error))
    return Outcome(sent=sent, deleted=delete)
