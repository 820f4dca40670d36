"""Words on PostgreSQL: a GIN index over the documents' tokens, sorted by popularity.

Tokens go in and out as they are: no text search configuration and no parser of PostgreSQL's takes part.
"""

import time
from collections.abc import Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper

from catalog.search.documents import Document

TEXT = 'text COLLATE "C"'
CLUSTERED = ""
LEAST = "least"
HEAD = 20_000  # documents, whatever the size of the catalog
ENOUGH = 0.25  # of the candidates asked for, for the tail to be left alone
HEAD_KNOWN = 60.0  # seconds

_heads: dict[str, tuple[int | None, float]] = {}  # by table: where its head ends, and until when that is believed


def create(cursor: CursorWrapper, table: str) -> None:
    """Create the documents and the words that find them."""
    cursor.execute(
        f"CREATE TABLE {table} (sid bigint PRIMARY KEY, row_id bigint NOT NULL UNIQUE, release bigint NOT NULL,"
        " title text NOT NULL, core text NOT NULL, names text NOT NULL, aliases text NOT NULL, album text NOT NULL,"
        " tokens text NOT NULL, fields text NOT NULL, tsv tsvector NOT NULL GENERATED ALWAYS AS"
        " (array_to_tsvector(array_remove(string_to_array(tokens || ' ' || fields, ' '), ''))) STORED)"
    )
    cursor.execute(f"CREATE INDEX ON {table} USING gin (tsv) WITH (fastupdate = off)")
    cursor.execute(f"CREATE TABLE {table}_head (sid bigint NOT NULL)")


def tables(table: str) -> tuple[str, ...]:
    return (f"{table}_head", table)


def add_words(cursor: CursorWrapper, table: str, documents: Sequence[Document]) -> None:
    """Nothing to do: the column is generated."""


def remove_words(cursor: CursorWrapper, table: str, documents: Sequence[Document]) -> None:
    """Nothing to do: the words go with their row."""


def finish(cursor: CursorWrapper, table: str) -> None:
    """Index the head once more, by itself: what is common is found there, at the cost of a small table."""
    cursor.execute(f"INSERT INTO {table}_head SELECT sid FROM {table} ORDER BY sid OFFSET {HEAD} LIMIT 1")
    cursor.execute(f"SELECT sid FROM {table}_head")
    for (sid,) in cursor.fetchall():
        cursor.execute(f"CREATE INDEX ON {table} USING gin (tsv) WITH (fastupdate = off) WHERE sid < {sid}")
    cursor.execute(f"ANALYZE {table}")


def find(
    cursor: CursorWrapper,
    table: str,
    *,
    columns: str,
    groups: Sequence[Sequence[tuple[str, bool]]],
    released: int,
    limit: int,
) -> list[tuple[Any, ...]]:
    """Return the columns of the first documents, in order of sid, with a token of each group: of the head where it
    has enough of them, else of all. `sid + 0` keeps the planner from walking the primary key in the hope of early
    hits, which is ruinous for rare words; the bound is a literal, or no plan uses the head's index.
    """
    wanted = " & ".join(f"({' | '.join(map(_quoted, group))})" for group in groups)
    sql = f"SELECT {columns} FROM {table} WHERE tsv @@ %s::tsquery AND release <= %s"
    in_order = f"ORDER BY sid + 0 LIMIT {limit}"
    if head := _head(cursor, table):
        cursor.execute(f"{sql} AND sid < {head} {in_order}", [wanted, released])
        rows = cursor.fetchall()
        if len(rows) >= limit * ENOUGH:
            return rows
    cursor.execute(f"{sql} {in_order}", [wanted, released])
    return cursor.fetchall()


def _head(cursor: CursorWrapper, table: str) -> int | None:
    """Return the sid where the head ends, known for a minute: a stale bound costs time, not hits."""
    known = _heads.get(table)
    if known is None or known[1] < time.monotonic():
        cursor.execute(f"SELECT sid FROM {table}_head")
        row = cursor.fetchone()
        known = _heads[table] = (row[0] if row else None, time.monotonic() + HEAD_KNOWN)
    return known[0]


def _quoted(token: tuple[str, bool]) -> str:
    text, prefix = token
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'" + ":*" * prefix
