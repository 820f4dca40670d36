"""Delete what killed workers left in folders of unfinished things, and take turns over what looks forgotten."""

import fcntl
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection

from catalog import stores

OLD = 24 * 3600  # seconds: nobody works on one file for a day
SWEEP_LOCK = 0x1A9039  # of PostgreSQL's advisory locks


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
