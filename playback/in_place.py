"""Find the operator's own files that are played where they are, by the key of their signed URL.

A key's rows are looked up in the database once; its file is compared with size and modification time at every
request, so that the bytes behind a key never change silently. Everything here blocks: call it on a thread.
"""

import os
import threading
from collections import OrderedDict
from dataclasses import dataclass

from django.conf import settings
from django.db import close_old_connections

from catalog import paths, work
from catalog.models import Rendition

REMEMBERED = 4096  # keys whose rows are kept in memory; about 1 KB each


@dataclass(frozen=True, slots=True)
class InPlace:
    """A row that says which file of the operator's holds a key's bytes."""

    file_id: int
    path: str  # absolute; undecodable bytes of a name as surrogates
    extension: str
    size: int  # bytes
    mtime_ns: int


class Changed(Exception):
    """The file in place is no longer the one that the key names."""


_remembered: OrderedDict[str, tuple[InPlace, ...]] = OrderedDict()  # by key, the latest asked for last
_remembering = threading.Lock()


def find(key: str, extension: str) -> tuple[str, int] | None:
    """Return path and size of the file in place with this key; raise Changed when no such file is as it was."""
    with _remembering:
        rows = _remembered.get(key, ())
        if rows:
            _remembered.move_to_end(key)
    row = _unchanged(rows, extension)
    if row is None:  # unknown as yet, or moved: a scan may have seen it since
        rows = _look_up(key)
        row = _unchanged(rows, extension)
        _remember(key, rows if row else ())
    if row is not None:
        return _nameable(row.path, key), row.size
    changed = [row for row in rows if row.extension == extension]
    if not changed:
        return None
    for row in changed:
        work.enqueue("rescan", row.file_id)
    raise Changed


def is_remembered(key: str) -> bool:
    """Say, without a query, whether the key was that of a file in place before."""
    return key in _remembered


def _unchanged(rows: tuple[InPlace, ...], extension: str) -> InPlace | None:
    """Return the first row whose file is still as it was when it was read."""
    for row in rows:
        if row.extension != extension:
            continue
        try:
            seen = os.stat(row.path)  # noqa: PTH116
        except OSError:
            continue
        if (seen.st_size, seen.st_mtime_ns) == (row.size, row.mtime_ns):
            return row
    return None


def _look_up(key: str) -> tuple[InPlace, ...]:
    close_old_connections()  # no request cycle does it on this thread
    rows = Rendition.objects.filter(key=key, file__isnull=False).values_list(
        "file_id", "file__library__root", "file__path", "extension", "file__size", "file__mtime_ns"
    )
    return tuple(
        InPlace(file_id, str(paths.absolute(root, path)), extension, size, mtime_ns)
        for file_id, root, path, extension, size, mtime_ns in rows[:8]
    )


def _remember(key: str, rows: tuple[InPlace, ...]) -> None:
    """Keep the rows for the next request; none is not kept: the file may be imported the next moment."""
    with _remembering:
        _remembered.pop(key, None)
        if rows:
            _remembered[key] = rows
        if len(_remembered) > REMEMBERED:
            _remembered.popitem(last=False)


def _nameable(path: str, key: str) -> str:
    """Return a path that is text: the server takes no other, so a name that is not UTF-8 gets a link that is."""
    try:
        path.encode()
    except UnicodeEncodeError:
        link = settings.VAR_DIR / "names" / key
        link.parent.mkdir(exist_ok=True)
        if not link.is_symlink() or os.readlink(link) != path:  # noqa: PTH115 - not resolved
            draft = link.with_name(f"{key}.{threading.get_ident()}")
            draft.symlink_to(path)
            draft.replace(link)
        return str(link)
    return path
