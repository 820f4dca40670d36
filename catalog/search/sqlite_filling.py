"""Fill a whole index on SQLite, in transactions so short that others can write between them.

Only FTS5 takes documents in any order. Trees whose rows would come in random order are written from sorted input: row
by row, each batch would rewrite most of their pages.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from catalog.search import sqlite, tables
from catalog.search.documents import Document
from spotify_lite import apart

READ = 20_000  # documents at once
WRITTEN = 20_000  # rows a transaction
MERGED = 500  # pages a transaction
# While an index is built: large segments, which are merged seldom. The others are FTS5's own values.
BUILDING = {"hashsize": 16 << 20, "automerge": 8, "crisismerge": 64}
IN_USE = {"hashsize": 1 << 20, "automerge": 4, "crisismerge": 16}

Step = Callable[[str], Iterator[float]]  # (index) -> which part of the step is done


def unhurried() -> AbstractContextManager[None]:
    """Nothing to do: no statement is cut short here."""
    return nullcontext()


def hold(cursor: CursorWrapper) -> None:
    """Nothing to do: who writes is alone, and who reads sees what was there."""


def begin(cursor: CursorWrapper, index: str) -> None:
    """Prepare empty tables for many documents."""
    for kind in tables.KINDS:
        _configure(cursor, f"{index}_{kind}_fts", BUILDING)


def load(cursor: CursorWrapper, index: str, kind: str, documents: Sequence[Document]) -> None:
    """Write documents and their words; names and terms are the matter of later steps."""
    marks = ", ".join(["%s"] * len(tables.COLUMNS.split()))
    cursor.executemany(
        f"INSERT INTO {index}_{kind} ({tables.COLUMNS}) VALUES ({marks})", list(map(tables.values_of, documents))
    )
    sqlite.add_words(cursor, f"{index}_{kind}", documents)


def discard(index: str) -> None:
    """Drop an index in pieces: to free the pages of a large table takes seconds, in which nobody could write."""
    for table in tables.tables_of(index):
        if table.endswith("_fts"):
            _empty(f"{table}_data", only="id > 10")  # below: what FTS5 must read to drop its table
            _empty(f"{table}_idx")
        else:
            _empty(table)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {table}")


def merge(index: str) -> Iterator[float]:
    """Merge what the documents' batches have written, a few pages a transaction."""
    for place, kind in enumerate(tables.KINDS):
        table = f"{index}_{kind}_fts"
        with transaction.atomic(), connection.cursor() as cursor:
            _configure(cursor, table, IN_USE)
        pages = -MERGED  # negative: everything into one
        while _merge_some(table, pages):
            pages = MERGED
        yield (place + 1) / len(tables.KINDS)


def keep(index: str) -> None:
    """Merge what changes have left behind; where there is little of it, nothing is written."""
    for kind in tables.KINDS:
        while _merge_some(f"{index}_{kind}_fts", MERGED):
            pass


def _merge_some(table: str, pages: int) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT total_changes()")
        (before,) = cursor.fetchone()
        cursor.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', %s)", [pages])
        cursor.execute("SELECT total_changes()")
        (after,) = cursor.fetchone()
    return bool(after - before >= 2)  # as FTS5's manual says


def write_keys(told: Connection | None, index: str) -> None:
    """Write the exact names of all documents, and tell when that is done."""
    for kind in tables.KINDS:
        with closing(_Sorter("k", "sid")) as keys:
            for documents in _documents(index, kind):
                keys.add(tables.keys_of(documents))
            _fill(f"{index}_{kind}_key", "k, sid", keys.rows("SELECT k, sid FROM rows ORDER BY k, sid"))
    if told:
        told.send(None)


def _write_terms(index: str) -> None:
    with closing(_Sorter("term", "df", "minsid")) as terms:
        for documents in _documents(index, "track"):
            tracks: Counter[str] = Counter()
            first: dict[str, int] = {}
            for document in documents:  # in the order of their sids
                words = document.tokens.split()
                tracks.update(words)
                for word in words:
                    first.setdefault(word, document.sid)
            terms.add((word, df, first[word]) for word, df in tracks.items())
        summed = terms.rows("SELECT term, sum(df), min(minsid) FROM rows GROUP BY term ORDER BY term")
        _fill(f"{index}_term", "term, df, minsid", summed)


def _write_typos(index: str) -> None:
    with closing(_Sorter("k", "term")) as typos:
        last = ""
        while terms := _rows(f"SELECT term FROM {index}_term WHERE term > %s ORDER BY term LIMIT {READ}", [last]):
            typos.add(tables.typos_of(term for (term,) in terms))
            ((last,),) = terms[-1:]
        _fill(f"{index}_typo", "k, term", typos.rows("SELECT k, term FROM rows ORDER BY k, term"))


def _write_names(index: str) -> Iterator[float]:
    """Write keys in a process of their own, where that can be, beside terms and their misspellings."""
    keys = apart.start("catalog.search.sqlite_filling.write_keys", index) if apart.possible() else None
    if not keys:
        write_keys(None, index)
    yield 0.1
    _write_terms(index)
    yield 0.5
    _write_typos(index)
    if keys:
        with keys:
            keys.recv()  # or EOFError, where it died
    yield 1.0


STEPS: Mapping[str, Step] = {"names": _write_names, "words": merge}


class _Sorter:
    """Rows in a private file that is gone when it is closed: they need not fit into memory."""

    def __init__(self, *columns: str) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute(f"CREATE TABLE rows ({', '.join(columns)})")
        self._insert = f"INSERT INTO rows VALUES ({', '.join('?' * len(columns))})"

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._connection.execute("BEGIN")
        self._connection.executemany(self._insert, rows)
        self._connection.execute("COMMIT")

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        return self._connection.execute(query)

    def close(self) -> None:
        self._connection.close()


def _documents(index: str, kind: str) -> Iterator[list[Document]]:
    sid = -1
    query = f"SELECT {tables.COLUMNS} FROM {index}_{kind} WHERE sid > %s ORDER BY sid LIMIT {READ}"
    while rows := _rows(query, [sid]):
        yield [Document(*row) for row in rows]
        sid = rows[-1][0]


def _fill(table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Write sorted rows into a table, which is emptied before."""
    _empty(table)
    marks = ", ".join(["%s"] * len(columns.split()))
    rows = iter(rows)
    while some := list(islice(rows, WRITTEN)):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", some)


def _empty(table: str, *, only: str = "true") -> None:
    """Delete the rows of a table, some at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pragma_table_info(%s) WHERE pk > 0 ORDER BY pk", [table])
        key = ", ".join(name for (name,) in cursor.fetchall())
        gone = 1
        while key and gone:
            some = f"SELECT {key} FROM {table} WHERE {only} LIMIT {WRITTEN}"
            cursor.execute(f"DELETE FROM {table} WHERE ({key}) IN ({some})")
            gone = cursor.rowcount


def _configure(cursor: CursorWrapper, table: str, values: Mapping[str, int]) -> None:
    for name, value in values.items():
        cursor.execute(f"INSERT INTO {table} ({table}, rank) VALUES (%s, %s)", [name, value])


def _rows(query: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()
