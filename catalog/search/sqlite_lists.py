"""Read posting lists and names on SQLite: in the order of popularity, and no further than the limit."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper

from catalog.search import sqlite
from catalog.search.asks import COLUMNS, NAMED, Answer, Ask

TOGETHER = False  # asks in one statement: there is no way to a server to spare


def find(cursor: CursorWrapper, asks: Sequence[Ask], *, tier: int, released: int) -> list[Answer]:
    """Answer asks, each with a statement. Every tier is the whole."""
    return [Answer((_by_words if ask.groups else _by_keys)(cursor, ask, released), whole=True) for ask in asks]


def _by_words(cursor: CursorWrapper, ask: Ask, released: int) -> list[tuple[Any, ...]]:
    """Return documents with a token of each group. CROSS JOIN fixes the order of the loops: that of the postings."""
    wanted = " AND ".join(f"({' OR '.join(map(sqlite.quoted, group))})" for group in ask.groups)
    table = f"search_{ask.kind}"
    cursor.execute(
        f"SELECT {COLUMNS} FROM {table}_fts AS f CROSS JOIN {table} AS d ON d.sid = f.rowid"
        f" WHERE {table}_fts MATCH %s AND release <= %s ORDER BY f.rowid LIMIT {ask.limit}",
        [wanted, released],
    )
    return cursor.fetchall()


def _by_keys(cursor: CursorWrapper, ask: Ask, released: int) -> list[tuple[Any, ...]]:
    """Return documents with one of the names."""
    table = f"search_{ask.kind}"
    first = f"SELECT * FROM (SELECT sid FROM {table}_key WHERE k = %s ORDER BY sid LIMIT {NAMED * ask.limit})"
    named = " UNION ".join([first] * len(ask.keys))
    cursor.execute(
        f"SELECT {COLUMNS} FROM {table} AS d WHERE d.sid IN ({named}) AND release <= %s"
        f" ORDER BY d.sid LIMIT {ask.limit}",
        [*ask.keys, released],
    )
    return cursor.fetchall()
