"""What a resume point costs PostgreSQL: bytes a row, log a position, HOT updates, by index, fillfactor and partitions.

    .venv/bin/python -m benchmarks.points

Starts a PostgreSQL of its own. A million points of 50,000 listeners; then 20,000 of them, which are heard now, are
moved ten times each in groups of 200, sorted as the group commit does. The log is without full pages, whose share
depends on how far apart checkpoints are.
"""

import argparse
import random
import statistics
import time
from dataclasses import dataclass
from uuid import UUID

import psycopg

from benchmarks import figures
from spotify_lite.tests.rig import postgres

LISTENERS, TRACKS_EACH = 50_000, 20
HEARD, GROUPS, GROUP = 20_000, 1_000, 200
NOW = 1_800_000_000_000
DAY_MS = 86_400_000
COLUMNS = """
    listener_id bigint NOT NULL, track_id bigint NOT NULL, at_ms bigint NOT NULL, play_id uuid NOT NULL,
    seq integer NOT NULL, position_ms integer NOT NULL, state smallint NOT NULL,
"""
DAY = f"day integer NOT NULL GENERATED ALWAYS AS (at_ms / {DAY_MS}) STORED,"
KEY = "PRIMARY KEY (listener_id, track_id)"
MERGE = """
    INSERT INTO point (listener_id, track_id, at_ms, play_id, seq, position_ms, state)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::uuid[], %s::int[], %s::int[], %s::int[])
    ON CONFLICT (listener_id, track_id) DO UPDATE SET
        at_ms = excluded.at_ms, play_id = excluded.play_id, seq = excluded.seq,
        position_ms = excluded.position_ms, state = excluded.state
    WHERE (excluded.at_ms, excluded.play_id, excluded.seq) > (point.at_ms, point.play_id, point.seq)
"""
INDEXES = {"none": "", "at": "listener_id, at_ms DESC", "day": "listener_id, day DESC"}


@dataclass(frozen=True)
class Layout:
    """A table to try."""

    index: str  # of INDEXES
    fillfactor: int
    partitions: int  # 0: a plain table


LAYOUTS = [
    *(Layout(index, 100, 0) for index in INDEXES),
    *(Layout("at", fillfactor, 0) for fillfactor in (90, 70)),
    *(Layout("day", fillfactor, 0) for fillfactor in (90, 80, 70)),
    *(Layout("day", 90, partitions) for partitions in (16, 64, 256)),
]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", help="layouts whose number is in this list, as 1,4")
    options = arguments.parse_args()
    chosen = [LAYOUTS[int(place)] for place in options.only.split(",")] if options.only else LAYOUTS
    print("\n".join(figures.machine()), f"load {figures.load_average()}", sep="\n")
    rows = []
    settings = ("shared_buffers=1GB", "max_wal_size=8GB", "checkpoint_timeout=1h", "autovacuum=off")
    for layout in chosen:
        with postgres.cluster(*settings) as url, psycopg.connect(url, autocommit=True) as connection:
            rows.append((layout.index, layout.fillfactor, layout.partitions, *measured(connection, layout)))
    head = (
        "index",
        "fill",
        "parts",
        "bytes",
        "heap",
        "key",
        "index",
        "after",
        "HOT",
        "log B",
        "group ms",
        "continue ms",
    )
    print(figures.table(head, rows))


def measured(connection: psycopg.Connection, layout: Layout) -> tuple[object, ...]:
    make(connection, layout)
    before = size(connection)
    chance = random.Random(1)
    heard = sorted(chance.sample(range(LISTENERS * TRACKS_EACH), HEARD))
    begin, took = log_position(connection), []
    for number in range(GROUPS):
        rows = [
            (1 + point // TRACKS_EACH, 1 + point % TRACKS_EACH, NOW + number * 100, UUID(int=7), number, number, 0)
            for point in sorted(chance.sample(heard, GROUP))
        ]
        columns = [list(column) for column in zip(*rows, strict=True)]
        started = time.perf_counter()
        connection.execute(MERGE, columns)
        took.append((time.perf_counter() - started) * 1000)
    logged = (log_position(connection) - begin) / GROUPS / GROUP
    connection.execute("SELECT pg_stat_force_next_flush()")
    time.sleep(0.1)
    updated, hot = connection.execute(
        "SELECT sum(n_tup_upd), sum(n_tup_hot_upd) FROM pg_stat_user_tables WHERE relname LIKE 'point%'"
    ).fetchone()
    order = {"none": "at_ms DESC", "at": "at_ms DESC", "day": "day DESC, at_ms DESC"}[layout.index]
    reads = []
    for listener in chance.sample(range(1, LISTENERS), 300):
        started = time.perf_counter()
        connection.execute(
            f"SELECT * FROM point WHERE listener_id = %s ORDER BY {order} LIMIT 51",  # noqa: S608 - words of ours
            (listener,),
        ).fetchall()
        reads.append((time.perf_counter() - started) * 1000)
    count = LISTENERS * TRACKS_EACH
    whole, heap, key, index = before
    return (
        f"{whole / count:.0f}", f"{heap / count:.0f}", f"{key / count:.0f}", f"{index / count:.0f}",
        f"{size(connection)[0] / count:.0f}", f"{float(hot) / float(updated):.0%}", f"{logged:.0f}",
        f"{statistics.median(took):.2f}", f"{statistics.median(reads):.2f}",
    )  # fmt: skip


def make(connection: psycopg.Connection, layout: Layout) -> None:
    """Make the table and fill it as listening does: in the order of time, not of listeners."""
    day = DAY if layout.index == "day" else ""
    body, options = f"({COLUMNS} {day} {KEY})", f"WITH (fillfactor = {layout.fillfactor})"
    if layout.partitions:
        connection.execute(f"CREATE TABLE point {body} PARTITION BY HASH (listener_id)")
        for place in range(layout.partitions):
            connection.execute(
                f"CREATE TABLE point_{place} PARTITION OF point"
                f" FOR VALUES WITH (MODULUS {layout.partitions}, REMAINDER {place}) {options}"
            )
    else:
        connection.execute(f"CREATE TABLE point {body} {options}")
    if columns := INDEXES[layout.index]:
        connection.execute(f"CREATE INDEX further ON point ({columns})")
    connection.execute(
        "INSERT INTO point (listener_id, track_id, at_ms, play_id, seq, position_ms, state)"
        " SELECT 1 + number %% %s, 1 + number / %s, %s + number, gen_random_uuid(), 1, 1, 0"
        " FROM generate_series(0, %s) AS number ORDER BY hashint8(number)",
        (LISTENERS, LISTENERS, NOW - 30 * DAY_MS, LISTENERS * TRACKS_EACH - 1),
    )
    connection.execute("VACUUM ANALYZE point")


def size(connection: psycopg.Connection) -> tuple[int, int, int, int]:
    """Return the bytes of everything, of the rows, of the primary key and of the other index."""
    rows = connection.execute(
        "SELECT pg_relation_size(c.oid), c.relkind, c.relname LIKE '%pkey' FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = relnamespace AND nspname = 'public' WHERE c.relkind IN ('r', 'i')"
    ).fetchall()
    heap = sum(number for number, kind, _ in rows if kind == "r")
    key = sum(number for number, kind, primary in rows if kind == "i" and primary)
    whole = sum(number for number, _, _ in rows)
    return whole, heap, key, whole - heap - key


def log_position(connection: psycopg.Connection) -> int:
    return int(connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'").fetchone()[0])


if __name__ == "__main__":
    main()
