"""Dump the database as it was at one moment, while it is written to: by SQLite's online backup, or by pg_dump.

The dump, the counts and the rows that are asked for are all of that moment.
"""

import re
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from django.apps import apps
from django.db import DatabaseError, connection, transaction

from spotify_lite import pgprograms

PIECE = 1 << 20  # bytes
AT_ONCE = 2000  # rows
TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}


class Failed(Exception):
    """The database could not be dumped, or read back; the message is a sentence."""


class Snapshot(Protocol):
    """The database at one moment."""

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query that has no parameters."""

    def pieces(self) -> Iterator[bytes]:
        """Yield the dump, in order; raise Failed where it does not come whole."""


def snapshot(scratch: Path) -> AbstractContextManager[Snapshot]:
    """Hold the database as it is now. What needs a file is made in `scratch`; raise Failed."""
    return _postgres() if connection.vendor == "postgresql" else _sqlite(scratch)


def counts(taken: Snapshot) -> dict[str, int]:
    """Return how many rows each table of the models holds; that reads about as much as a dump does."""
    there = {name for (name,) in taken.rows(TABLES[connection.vendor])}
    models = apps.get_models(include_auto_created=True)
    tables = sorted({model._meta.db_table for model in models if model._meta.managed} & there)
    return {table: int(next(taken.rows(f'SELECT count(*) FROM "{table}"'))[0]) for table in tables}  # noqa: S608 - ours


def migrations(taken: Snapshot) -> list[str]:
    """Return the names of the migrations that are applied, as `app.name`."""
    return sorted(f"{app}.{name}" for app, name in taken.rows("SELECT app, name FROM django_migrations"))


@dataclass
class _Copy:
    """SQLite's: a file of its own."""

    path: Path

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as copy:
            yield from copy.execute(sql)

    def pieces(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            yield from iter(partial(file.read, PIECE), b"")


@contextmanager
def _sqlite(scratch: Path) -> Iterator[_Copy]:
    """Copy all pages in one read transaction: writers go on, and the copy is of the moment at which it began."""
    connection.ensure_connection()
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        path = Path(folder) / "copy.sqlite3"
        try:
            with closing(sqlite3.connect(path)) as copy:
                connection.connection.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE").close()  # one file, which needs no other beside it
                (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.Error as error:
            raise Failed(f"The database could not be copied: {error}.") from error
        if found != "ok":
            raise Failed(f"The database is damaged ({found}); it was not copied.")
        yield _Copy(path)


@dataclass
class _Exported:
    """PostgreSQL's: a transaction, whose snapshot pg_dump shares."""

    name: str

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        with connection.chunked_cursor() as cursor:
            cursor.execute(sql)
            while some := cursor.fetchmany(AT_ONCE):
                yield from some

    def pieces(self) -> Iterator[bytes]:
        asked = pgprograms.command(
            "pg_dump", "--format=custom", f"--snapshot={self.name}", "--no-owner", "--no-privileges", "--no-password"
        )
        with (
            tempfile.TemporaryFile() as said,
            subprocess.Popen(asked, env=pgprograms.environment(), stdout=subprocess.PIPE, stderr=said) as running,
        ):
            try:
                assert running.stdout  # noqa: S101 - it is a pipe
                yield from iter(partial(running.stdout.read, PIECE), b"")
                if running.wait():
                    said.seek(0)
                    raise Failed(f"pg_dump failed: {complaint(said.read())}")
            finally:
                running.kill()  # where nobody wants the rest


@contextmanager
def _postgres() -> Iterator[_Exported]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            # The transaction waits for as long as pg_dump and the counts take.
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot()")
            yield _Exported(str(cursor.fetchone()[0]))
    except pgprograms.Lacking as lacking:
        raise Failed(str(lacking)) from lacking
    except DatabaseError as error:
        raise Failed(f"The database could not be read: {error}") from error


def complaint(said: bytes) -> str:
    """Return what a program of PostgreSQL's complained of first."""
    lines = said.decode(errors="replace").strip().splitlines() or ["it said nothing"]
    first = next((line for line in lines if "error:" in line.lower()), lines[-1])
    return re.sub(r"^.*error: *", "", first, flags=re.IGNORECASE)
