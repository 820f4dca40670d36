"""Delete what killed workers left in folders of unfinished things, and take turns over what looks forgotten."""

import fcntl
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection

from catalog import stores

OLD = 24 * 3600  # seconds: nobody works on one file for a day
SWEEP_LOCK = 0x1A9039  # of PostgreSQL's advisory locks
BACKUP_LOCK = 0x1A903A


def sweep(folder: Path) -> None:
    """Delete the files and folders in `folder` that were not touched for a day."""
    for old in folder.iterdir():
        with suppress(FileNotFoundError):  # another worker sweeps too
            if old.stat().st_mtime < time.time() - OLD:
                shutil.rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink()


@contextmanager
def turn() -> Iterator[None]:
    """Let one at a time look how old an object is and act on it: who deletes it, or who makes it young again.

    Without this a writer could renew an object in the moment between a sweep's last look and its deletion. Raise
    stores.Unreachable where the turn does not come within what a web node gives a statement.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            try:
                cursor.execute("SELECT pg_advisory_lock(%s)", [SWEEP_LOCK])
            except OperationalError as error:
                raise stores.Unreachable("the storage is being swept, or too busy") from error
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [SWEEP_LOCK])
        return
    with (settings.VAR_DIR / "sweep.lock").open("w") as file:  # SQLite: one machine
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def backup() -> Iterator[bool]:
    """Keep every object that has a row now until the end, row or no row; False where another backup does so.

    It begins in a turn of its own, so no sweep is between its last look and a deletion.
    """
    with turn():
        held = _try_lock()
    try:
        yield held is not None
    finally:
        if held:
            held()


def is_backup_made() -> bool:
    """Tell whether a backup is being made; within a turn none begins."""
    held = _try_lock()
    if held:
        held()
    return held is None


def _try_lock() -> Callable[[], object] | None:
    """Take the backup's lock and return what gives it back; None where somebody has it. It dies with the process."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [BACKUP_LOCK])
            return _unlock if cursor.fetchone()[0] else None
    file = (settings.VAR_DIR / "backup.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file.close


def _unlock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [BACKUP_LOCK])
