"""Walk a music folder: what lies there, by folder, without opening anything. Pure.

Links to files and folders are followed, also out of the root; a folder is entered once, so that loops end. Hidden
entries, and the `._` shadows that macOS leaves, are passed over in silence.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SUFFIXES = frozenset(
    {
        "mp3",
        "flac",
        "ogg",
        "oga",
        "opus",
        "m4a",
        "m4b",
        "mp4",
        "aac",
        "wav",
        "aif",
        "aiff",
        "aifc",
        "alac",
        "wma",
        "ape",
    }
)
PICTURES = {
    f"{stem}.{suffix}": place
    for place, (stem, suffix) in enumerate(
        (stem, suffix) for stem in ("cover", "folder", "front", "album") for suffix in ("jpg", "jpeg", "png", "webp")
    )
}  # the lower the better


@dataclass(frozen=True)
class Seen:
    """A regular file: music, or a folder's picture."""

    path: str  # relative to the root, as the system gives it
    size: int  # bytes
    mtime_ns: int


@dataclass
class Folder:
    """One folder's music."""

    path: str  # relative to the root; empty for the root itself
    files: list[Seen] = field(default_factory=list)
    picture: Seen | None = None  # the best cover picture in it
    refused: list[tuple[str, str]] = field(default_factory=list)  # path and reason of what is not a file


def walk(root: str) -> Iterator[Folder]:
    """Yield the folders that hold music, in order of their names; raise OSError if the root cannot be listed."""
    entered: set[tuple[int, int]] = set()
    waiting = [""]
    while waiting:
        path = waiting.pop()
        folder = Folder(path)
        try:
            here = Path(root, path).stat()
            if (here.st_dev, here.st_ino) in entered:
                continue
            entered.add((here.st_dev, here.st_ino))
            with os.scandir(Path(root, path)) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            if not path:
                raise
            folder.refused.append((path, f"could not be listed: {(error.strerror or 'unknown error').lower()}"))
            yield folder
            continue
        # A link waits below the real folders, so that what is reached both ways keeps its own path.
        inside = [entry for entry in entries if not entry.name.startswith(".")]
        folders = [entry for entry in inside if entry.is_dir()]
        waiting = [_join(path, entry.name) for entry in reversed(folders) if entry.is_symlink()] + waiting
        waiting += [_join(path, entry.name) for entry in reversed(folders) if not entry.is_symlink()]
        for entry in inside:
            _sort(entry, folder)
        if folder.files or folder.refused:
            yield folder


def _sort(entry: os.DirEntry[str], folder: Folder) -> None:
    """Note an entry as music, as the folder's picture, or as refused."""
    name = entry.name.lower()
    if name in PICTURES and entry.is_file():
        if folder.picture is None or PICTURES[name] < PICTURES[_name(folder.picture.path)]:
            seen = entry.stat()
            folder.picture = Seen(_join(folder.path, entry.name), seen.st_size, seen.st_mtime_ns)
        return
    if name.rpartition(".")[2] not in SUFFIXES or entry.is_dir():
        return
    path = _join(folder.path, entry.name)
    try:
        seen = entry.stat()
    except FileNotFoundError:
        folder.refused.append((path, "is a broken link"))
    except OSError as error:
        folder.refused.append((path, f"could not be looked at: {(error.strerror or 'unknown error').lower()}"))
    else:
        if stat.S_ISREG(seen.st_mode):
            folder.files.append(Seen(path, seen.st_size, seen.st_mtime_ns))
        else:
            folder.refused.append((path, "is not a file"))


def is_picture(path: str) -> bool:
    """Tell whether a path is that of a folder's picture."""
    return _name(path) in PICTURES


def _name(path: str) -> str:
    return path.rpartition("/")[2].lower()


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name
