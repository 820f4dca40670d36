"""The kernel lock is held exactly as long as a transaction, however it ends."""

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import DatabaseError

from spotify_lite.fair_sqlite.base import DatabaseWrapper


@pytest.fixture
def database(db: None, tmp_path: Path) -> Iterator[DatabaseWrapper]:
    wrapper = DatabaseWrapper(
        {
            "NAME": str(tmp_path / "fair.sqlite3"),
            "OPTIONS": {"transaction_mode": "IMMEDIATE"},
            "AUTOCOMMIT": True,
            "ATOMIC_REQUESTS": False,
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": False,
            "TIME_ZONE": None,
        },
        alias="fair",
    )
    with wrapper.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE song (id INTEGER PRIMARY KEY, album INTEGER REFERENCES album DEFERRABLE INITIALLY DEFERRED)"
        )
        cursor.execute("CREATE TABLE album (id INTEGER PRIMARY KEY)")
    yield wrapper
    wrapper.close()


@pytest.fixture
def locked(tmp_path: Path) -> Callable[[], bool]:
    """Return what another process would find: is the lock taken?"""

    def taken() -> bool:
        handle = os.open(tmp_path / "fair.sqlite3.lock", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    return taken


def begin(database: DatabaseWrapper) -> None:
    database.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def test_lock_is_held_until_the_commit(database, locked):
    begin(database)
    assert locked()
    database.commit()
    assert not locked()


def test_rollback_frees_the_lock(database, locked):
    begin(database)
    database.rollback()
    assert not locked()


def test_failed_commit_keeps_the_lock_until_its_rollback(database, locked):
    begin(database)
    with database.cursor() as cursor:
        cursor.execute("INSERT INTO song VALUES (1, 99)")
    with pytest.raises(DatabaseError):
        database.commit()
    database.rollback()
    assert not locked()


def test_closing_in_the_middle_frees_the_lock(database, locked):
    begin(database)
    database.in_atomic_block = False
    database.close()
    assert not locked()


def test_failed_begin_frees_the_lock(database, locked):
    begin(database)
    with pytest.raises(DatabaseError):
        database._start_transaction_under_autocommit()  # a transaction within a transaction
    assert not locked()
