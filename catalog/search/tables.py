"""The index's tables as both databases know them: documents, exact names, terms and their misspellings.

An index is a set of tables with one prefix: `search` is live, `search_<hex>` is being built beside it. `sqlite` and
`postgres` add what finds words; all other SQL of the index is here.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import astuple
from types import ModuleType
from typing import TypeVar

from django.db import connection
from django.db.backends.utils import CursorWrapper

from catalog.search import postgres, sqlite, typos
from catalog.search.documents import Document

T = TypeVar("T")
KINDS = ("track", "artist", "album")
LIVE = "search"
COLUMNS = "sid, row_id, release, title, core, names, aliases, album, tokens, fields"
IN_ONE_STATEMENT = 500  # parameters; SQLite took no more than 999 for long


def backend() -> ModuleType:
    """Return the module of the database in use."""
    return postgres if connection.vendor == "postgresql" else sqlite


def create(cursor: CursorWrapper, index: str) -> None:
    """Create empty tables."""
    for kind in KINDS:
        backend().create(cursor, f"{index}_{kind}")
        cursor.execute(
            f"CREATE TABLE {index}_{kind}_key (k {backend().TEXT} NOT NULL, sid bigint NOT NULL, PRIMARY KEY (k, sid))"
            f" {backend().CLUSTERED}"
        )
    cursor.execute(
        f"CREATE TABLE {index}_term (term {backend().TEXT} PRIMARY KEY, df bigint NOT NULL, minsid bigint NOT NULL)"
        f" {backend().CLUSTERED}"
    )
    cursor.execute(
        f"CREATE TABLE {index}_typo (k {backend().TEXT} NOT NULL, term {backend().TEXT} NOT NULL,"
        f" PRIMARY KEY (k, term)) {backend().CLUSTERED}"
    )


def drop(cursor: CursorWrapper, index: str) -> None:
    """Drop an index, all of it."""
    for table in _tables(index):
        cursor.execute(f"DROP TABLE {table}")


def swap(cursor: CursorWrapper, index: str) -> None:
    """Put a finished index in the place of the live one; searches see the one or the other, whole."""
    drop(cursor, LIVE)
    for table in _tables(index):
        cursor.execute(f"ALTER TABLE {table} RENAME TO {LIVE}{table.removeprefix(index)}")


def indexes(cursor: CursorWrapper) -> list[str]:
    """Return the prefixes of all indexes there are, the live one first."""
    names = connection.introspection.table_names(cursor)
    return sorted(name.removesuffix("_term") for name in names if name.startswith(LIVE) and name.endswith("_term"))


def _tables(index: str) -> Iterator[str]:
    for kind in KINDS:
        yield from backend().tables(f"{index}_{kind}")
        yield f"{index}_{kind}_key"
    yield f"{index}_term"
    yield f"{index}_typo"


def stored(cursor: CursorWrapper, index: str, kind: str, row_ids: Sequence[int]) -> list[Document]:
    """Return what the index holds of these rows."""
    found: list[Document] = []
    for ids in _slices(row_ids):
        cursor.execute(f"SELECT {COLUMNS} FROM {index}_{kind} WHERE row_id IN ({_marks(ids)})", ids)
        found += (Document(*row) for row in cursor.fetchall())
    return found


def replace(cursor: CursorWrapper, index: str, kind: str, old: Collection[Document], new: Collection[Document]) -> None:
    """Take documents out and put others in; one that is in both stays untouched."""
    kept = set(old).intersection(new)
    gone = sorted((document for document in old if document not in kept), key=lambda document: document.sid)
    come = sorted((document for document in new if document not in kept), key=lambda document: document.sid)
    table = f"{index}_{kind}"
    if gone:
        backend().remove_words(cursor, table, gone)
        cursor.executemany(
            f"DELETE FROM {table}_key WHERE k = %s AND sid = %s", [(k, row.sid) for row in gone for k in row.keys]
        )
        cursor.executemany(f"DELETE FROM {table} WHERE sid = %s", [(row.sid,) for row in gone])
    if come:
        cursor.executemany(
            f"INSERT INTO {table} ({COLUMNS}) VALUES ({_marks(COLUMNS.split())})",
            [astuple(document) for document in come],
        )
        cursor.executemany(
            f"INSERT INTO {table}_key (k, sid) VALUES (%s, %s)", sorted((k, row.sid) for row in come for k in row.keys)
        )
        backend().add_words(cursor, table, come)
    if kind == "track":  # whose documents name every listed artist and album, too
        _count_terms(cursor, index, gone, come)


def _count_terms(cursor: CursorWrapper, index: str, gone: Iterable[Document], come: Iterable[Document]) -> None:
    """Keep how many tracks have a word, and the most popular of them (a hint: it is not taken back)."""
    change: Counter[str] = Counter()
    minsid: dict[str, int] = {}
    for document in gone:
        change.subtract(document.tokens.split())
    for document in come:
        for token in document.tokens.split():
            change[token] += 1
            minsid[token] = min(document.sid, minsid.get(token, document.sid))
    if not change:
        return
    known = set()
    terms = sorted(change)  # one order for all: no two indexers can wait for each other
    for some in _slices(terms):
        cursor.execute(f"SELECT term FROM {index}_term WHERE term IN ({_marks(some)})", some)
        known |= {row[0] for row in cursor.fetchall()}
    cursor.executemany(
        f"UPDATE {index}_term SET df = df + %s, minsid = {backend().LEAST}(minsid, %s) WHERE term = %s",
        [(change[term], minsid[term], term) for term in terms if term in known and term in minsid],
    )
    cursor.executemany(
        f"UPDATE {index}_term SET df = df + %s WHERE term = %s",
        [(change[term], term) for term in terms if term in known and term not in minsid],
    )
    fresh = [term for term in terms if term not in known and term in minsid]
    cursor.executemany(
        f"INSERT INTO {index}_term (term, df, minsid) VALUES (%s, %s, %s)",
        [(term, change[term], minsid[term]) for term in fresh],
    )
    cursor.executemany(
        f"INSERT INTO {index}_typo (k, term) VALUES (%s, %s)",
        sorted((k, term) for term in fresh for k in typos.keys_of_term(term)),
    )


def finish(cursor: CursorWrapper, index: str) -> None:
    """Add what is better built over all documents at once."""
    for kind in KINDS:
        backend().finish(cursor, f"{index}_{kind}")


def by_words(
    cursor: CursorWrapper, kind: str, groups: Sequence[Sequence[tuple[str, bool]]], *, released: int, limit: int
) -> list[Document]:
    """Return the most popular documents that have of each group one token; True beside a token: as a prefix."""
    rows = backend().find(cursor, f"{LIVE}_{kind}", columns=COLUMNS, groups=groups, released=released, limit=limit)
    return [Document(*row) for row in rows]


def by_keys(cursor: CursorWrapper, kind: str, keys: Collection[str], *, released: int, limit: int) -> list[Document]:
    """Return the most popular documents with one of these exact names."""
    if not keys:
        return []
    table = f"{LIVE}_{kind}"
    cursor.execute(
        f"SELECT {COLUMNS} FROM {table} WHERE sid IN (SELECT sid FROM {table}_key WHERE k IN ({_marks(keys)}))"
        f" AND release <= %s ORDER BY sid LIMIT {limit}",
        [*keys, released],
    )
    return [Document(*row) for row in cursor.fetchall()]


def terms(cursor: CursorWrapper, words: Collection[str]) -> dict[str, tuple[int, int]]:
    """Return (tracks that have it, their least sid) of each word that the index knows."""
    cursor.execute(f"SELECT term, df, minsid FROM {LIVE}_term WHERE df > 0 AND term IN ({_marks(words)})", list(words))
    return {term: (df, minsid) for term, df, minsid in cursor.fetchall()}


def has_prefix(cursor: CursorWrapper, prefix: str) -> bool:
    """Tell whether any known term starts so."""
    cursor.execute(
        f"SELECT 1 FROM {LIVE}_term WHERE term >= %s AND term < %s AND df > 0 LIMIT 1", [prefix, prefix + "\U0010ffff"]
    )
    return cursor.fetchone() is not None


def similar_terms(cursor: CursorWrapper, keys: Collection[str]) -> dict[str, tuple[int, int]]:
    """Return the terms, as `terms` does, that share a misspelling."""
    cursor.execute(
        f"SELECT DISTINCT t.term, t.df, t.minsid FROM {LIVE}_typo y JOIN {LIVE}_term t ON t.term = y.term"
        f" WHERE t.df > 0 AND y.k IN ({_marks(keys)})",
        list(keys),
    )
    return {term: (df, minsid) for term, df, minsid in cursor.fetchall()}


def _marks(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _slices(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), IN_ONE_STATEMENT):
        yield values[start : start + IN_ONE_STATEMENT]
