"""Installations that benchmarks of search keep: a folder each, on SQLite or with a PostgreSQL of its own."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from spotify_lite.tests.rig import postgres, processes, server

# As deploy/postgres/postgresql.conf has them.
SETTINGS = ("shared_buffers=1GB", "effective_cache_size=3GB", "work_mem=16MB", "maintenance_work_mem=256MB")
SETTINGS += ("random_page_cost=1.1", "max_wal_size=4GB", "max_connections=100")
SETTINGS += ("wal_level=minimal", "max_wal_senders=0")
STARTS_WITHIN = 600.0  # seconds: after a kill it goes through gigabytes of its log
HURRIED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")  # nobody waits for the disk
BYTES = {  # of the index; the outbox is the catalog's
    "sqlite": "SELECT name, sum(pgsize) FROM dbstat WHERE name GLOB '*search_*' AND name NOT GLOB '*search_change*'"
    " GROUP BY name ORDER BY 2 DESC",
    "postgres": "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relname ~ '^search_(?!change)'"
    " AND relkind IN ('r', 'i') AND pg_relation_size(oid) > 0 ORDER BY 2 DESC",
}


@dataclass(frozen=True)
class Installation:
    """A catalog of its own."""

    folder: Path
    variables: dict[str, str]  # the environment of its processes
    port: int = 0  # of PostgreSQL

    @property
    def database(self) -> dict[str, str]:
        """What a server of the rig needs to know of the database."""
        return {name: value for name, value in self.variables.items() if name == "DATABASE_URL"}

    def database_processes(self) -> list[int]:
        """Return the process whose children answer statements; none on SQLite."""
        return [int((self.folder / "postgres/data/postmaster.pid").read_text().split()[0])] if self.port else []

    def backends(self) -> int:
        """Return how many connections PostgreSQL has, beside the one that asks."""
        return int(self.rows("SELECT count(*) - 1 FROM pg_stat_activity WHERE backend_type = 'client backend'")[0][0])

    def sizes(self) -> dict[str, int]:
        """Return the bytes of each table and index of the search index."""
        return dict(self.rows(BYTES["postgres" if self.port else "sqlite"]))

    def count(self, table: str) -> int:
        """Return the rows of a table, 0 where there is none."""
        try:
            return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608
        except (sqlite3.OperationalError, psycopg.errors.UndefinedTable):
            return 0

    def rows(self, query: str) -> list[tuple]:
        """Return the rows of a query by the database itself, without any code of ours."""
        if self.port:
            with psycopg.connect(self.variables["DATABASE_URL"]) as connection:
                return connection.execute(query).fetchall()  # type: ignore[call-overload]
        with closing(sqlite3.connect(Path(self.variables["VAR_DIR"]) / "spotify_lite.sqlite3")) as connection:
            return connection.execute(query).fetchall()

    def manage(self, *arguments: str) -> None:
        """Run a command, with its progress on this terminal."""
        self.run("manage.py", *arguments)

    def run(self, *arguments: str) -> None:
        subprocess.run(python(*arguments), cwd=server.ROOT, env=self.variables, check=True)

    def printed(self, module: str, *arguments: object) -> dict[str, Any]:
        """Run a measuring process, and return what it printed."""
        command = python("-m", module, *map(str, arguments))
        done = subprocess.run(
            command, cwd=server.ROOT, env=self.variables, check=True, stdout=subprocess.PIPE, text=True
        )
        told: dict[str, Any] = json.loads(done.stdout or "{}")
        return told


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def named(tracks: int) -> str:
    """Return 100k, 1M, 10M."""
    return f"{tracks // 1_000_000}M" if tracks >= 1_000_000 else f"{tracks // 1000}k"


@contextmanager
def opened(folder: Path, database: str, *, hurried: bool = True) -> Iterator[Installation]:
    """Make or find the installation of a folder; PostgreSQL runs until the end of the block."""
    var = folder / "var"
    var.mkdir(parents=True, exist_ok=True)
    variables = server.environment(var, server.free_port()) | {"PYTHONUNBUFFERED": "1"}
    if database == "sqlite":
        yield Installation(folder, variables)
        return
    with cluster(folder / "postgres", hurried=hurried) as port:
        address = f"postgres://postgres@127.0.0.1:{port}/postgres"
        yield Installation(folder, variables | {"DATABASE_URL": address}, port)


@contextmanager
def cluster(folder: Path, *, hurried: bool) -> Iterator[int]:
    """Run the PostgreSQL of a folder, which it keeps; yield its port."""
    tools = postgres.programs()
    if tools is None:
        raise SystemExit(f"PostgreSQL is needed: the Debian package {postgres.PACKAGE}")
    data, port = folder / "data", server.free_port()
    if not (data / "PG_VERSION").exists():
        making = [tools / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        with processes.running(making, folder, "initdb", user="postgres") as process:
            if process.wait(processes.START_SECONDS):
                raise SystemExit((folder / "initdb.log").read_text())
    settings = [word for one in (*SETTINGS, *(HURRIED if hurried else ())) for word in ("-c", one)]
    command = [tools / "postgres", "-D", data, "-p", port, "-k", folder, "-h", "127.0.0.1", *settings]
    with processes.running(command, folder, "postgres", user="postgres", ends_on=signal.SIGINT) as process:
        processes.wait(lambda: answers(port), process, folder / "postgres.log", seconds=STARTS_WITHIN)
        try:
            yield port
        finally:
            process.send_signal(signal.SIGINT)  # a fast shutdown, which writes what is in memory
            process.wait(STARTS_WITHIN)


def answers(port: int) -> bool:
    try:
        psycopg.connect(f"postgres://postgres@127.0.0.1:{port}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def forget_pages(place: Path) -> None:
    """Ask the kernel to let go of what it has in memory of these files: the nearest to a cold start without root."""
    os.sync()
    for file in (found for found in place.rglob("*") if found.is_file()):
        handle = os.open(file, os.O_RDONLY)
        try:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)
