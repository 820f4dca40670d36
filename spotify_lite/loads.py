"""Put a dump in the place of this node's database: all of it at once, or nothing, so a kill leaves what was there."""

import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from spotify_lite import dumps, durable, pgprograms, watching

# Everything of ours is in one schema, which may be another's: it is emptied, and not dropped.
EMPTY = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT format('%I.%I', schemaname, viewname) AS name FROM pg_views WHERE schemaname = 'public' LOOP
    EXECUTE 'DROP VIEW IF EXISTS ' || one.name || ' CASCADE'; END LOOP;
  FOR one IN SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE 'DROP TABLE IF EXISTS ' || one.name || ' CASCADE'; END LOOP;
  FOR one IN SELECT format('%I.%I', schemaname, sequencename) AS name FROM pg_sequences
    WHERE schemaname = 'public' LOOP EXECUTE 'DROP SEQUENCE IF EXISTS ' || one.name || ' CASCADE'; END LOOP;
  FOR one IN SELECT p.oid::regprocedure::text AS name FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') LOOP
    EXECUTE 'DROP FUNCTION IF EXISTS ' || one.name || ' CASCADE'; END LOOP;
END $$;
"""
COUNT = """
DO $$ BEGIN IF (SELECT count(*) FROM public."{table}") <> {count} THEN
  RAISE EXCEPTION '{table} does not hold {count} rows'; END IF; END $$;
"""


def unknown(applied: Iterable[str]) -> list[str]:
    """Return which of these migrations this version of the code does not have."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    return sorted(set(applied) - known)


def unapplied() -> bool:
    """Tell whether this version of the code has migrations that the database has not."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def used(tables: Sequence[str]) -> list[str]:
    """Return which of these tables are there and hold rows."""
    there = set(connection.introspection.table_names())
    found = []
    with connection.cursor() as cursor:
        for table in there.intersection(tables):
            cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')  # noqa: S608 - our own names
            found += [table] if cursor.fetchone() else []
    return sorted(found)


def load(pieces: Iterator[bytes], *, counts: Mapping[str, int]) -> None:
    """Replace the database by a dump, whose tables must hold so many rows; raise Failed, with nothing changed."""
    if connection.vendor == "postgresql":
        _load_postgres(pieces, counts)
    else:
        _load_sqlite(pieces, counts)


def _load_sqlite(pieces: Iterator[bytes], counts: Mapping[str, int]) -> None:
    """Write the new file beside the old one, compare it, and give it the name."""
    live = Path(connection.settings_dict["NAME"])
    descriptor, name = tempfile.mkstemp(dir=live.parent, prefix=f"{live.name}.")  # 0600: passwords' hashes are in it
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        _compare(draft, counts)
        _close_live(live)
        if live.exists():
            draft.chmod(live.stat().st_mode)
        draft.replace(live)
        durable.keep_names(live.parent)
    except sqlite3.Error as error:
        raise dumps.Failed(f"The database in the backup cannot be read: {error}.") from error
    finally:
        draft.unlink(missing_ok=True)


def _compare(draft: Path, counts: Mapping[str, int]) -> None:
    with closing(sqlite3.connect(draft)) as copy:
        (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise dumps.Failed(f"The database in the backup is damaged: {found}.")
        for table, count in counts.items():
            (rows,) = copy.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608 - our own names
            if rows != count:
                raise dumps.Failed(f"The database in the backup is not whole: {table} has {rows} rows, not {count}.")


def _close_live(live: Path) -> None:
    """Fold the old file's log into it. SQLite refuses while anybody else has it open, and so do we."""
    connections.close_all()
    if not live.exists():
        return
    try:
        with closing(sqlite3.connect(live, timeout=1)) as old:
            old.execute("PRAGMA journal_mode=DELETE").close()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise dumps.Failed(
                "Another process has the database open: stop the server and its worker first."
            ) from error
        # What is damaged, and so to be replaced, has no log that anybody could read.
        for suffix in ("-wal", "-shm"):
            live.with_name(live.name + suffix).unlink(missing_ok=True)


def _load_postgres(pieces: Iterator[bytes], counts: Mapping[str, int]) -> None:
    """Empty the schema and fill it again in one transaction, which is committed when all came and the counts agree."""
    try:
        _refuse_others()
        reading = pgprograms.alone("pg_restore", "--file=-", "--no-owner", "--no-privileges")
        writing = pgprograms.command(
            "psql", "--no-psqlrc", "--quiet", "--no-password", "--output=/dev/null", "--set=ON_ERROR_STOP=1"
        )
    except pgprograms.Lacking as lacking:
        raise dumps.Failed(str(lacking)) from lacking
    except DatabaseError as error:
        raise dumps.Failed(f"The database cannot be reached: {error}") from error
    connections.close_all()
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(writing, env=pgprograms.environment(), stdin=subprocess.PIPE, stderr=said) as psql:
            # No single-transaction option: psql would commit what came before an early end. COMMIT is sent last.
            whole = False
            with suppress(BrokenPipeError):  # it ended before: its exit code and words tell
                whole = _send(psql, reading, said, pieces, counts)
        said.seek(0)
        words = dumps.complaint(said.read())
    if psql.returncode or not whole:
        raise dumps.Failed(f"The database was not restored, and is as it was: {words}")


def _send(
    psql: "subprocess.Popen[bytes]",
    reading: Sequence[str],
    said: IO[bytes],
    pieces: Iterator[bytes],
    counts: Mapping[str, int],
) -> bool:
    """Write everything to psql; return whether the dump came whole. What `pieces` raises is raised."""
    assert psql.stdin  # noqa: S101 - it is a pipe
    psql.stdin.write(f"BEGIN;\n{EMPTY}".encode())
    psql.stdin.flush()
    with subprocess.Popen(
        reading, env=pgprograms.environment(), stdin=subprocess.PIPE, stdout=psql.stdin, stderr=said
    ) as restoring:
        assert restoring.stdin  # noqa: S101 - it is a pipe
        with suppress(BrokenPipeError):
            for piece in pieces:
                restoring.stdin.write(piece)
            restoring.stdin.close()
    if restoring.returncode:
        return False
    checks = "".join(COUNT.format(table=table, count=count) for table, count in counts.items())
    psql.stdin.write(f"{checks}COMMIT;\n".encode())
    return True


def _refuse_others() -> None:
    """Raise Failed where other clients are connected: what they write meanwhile would be lost."""
    connection.ensure_connection()
    own = watching.here().backends() if settings.REPLICAS else []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND pid <> ALL(%s)",
            [own],
        )
        (others,) = cursor.fetchone()
    if others:
        raise dumps.Failed(f"{others} others are connected to the database: stop web nodes, workers and beat first.")
