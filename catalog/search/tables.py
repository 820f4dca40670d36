"""The index's tables as both databases know them: documents, exact names, terms and their misspellings.

An index is a set of tables with one prefix: `search` is live, `search_<hex>` is being built beside it, or has been
live before. `sqlite` and `postgres` add what finds words; `building` fills whole indexes.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import attrgetter
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
NO_SID = 1 << 62  # greater than any

values_of = attrgetter(*COLUMNS.split(", "))  # of a document, in the order of the columns


def backend() -> ModuleType:
    """Return the module of the database in use."""
    return postgres if connection.vendor == "postgresql" else sqlite


def create(cursor: CursorWrapper, index: str) -> None:
    """Create empty tables that can be searched."""
    create_bare(cursor, index)
    backend().complete(cursor, index)


def create_bare(cursor: CursorWrapper, index: str) -> None:
    """Create empty tables that can be filled; `complete` adds what is better built over all rows at once."""
    text, clustered = backend().TEXT, backend().clustered
    for kind in KINDS:
        table = f"{index}_{kind}"
        backend().create(cursor, table)
        cursor.execute(f"CREATE TABLE {table}_key (k {text} NOT NULL, sid bigint NOT NULL{clustered('k, sid')}")
    cursor.execute(
        f"CREATE TABLE {index}_term (term {text} NOT NULL, df bigint NOT NULL, minsid bigint NOT NULL"
        f"{clustered('term')}"
    )
    cursor.execute(f"CREATE TABLE {index}_typo (k {text} NOT NULL, term {text} NOT NULL{clustered('k, term')}")
    # Where the first documents end that PostgreSQL has indexes of their own for: `head` and `middle`.
    cursor.execute(
        f"CREATE TABLE {index}_tier (kind {text} NOT NULL, tier {text} NOT NULL, sid bigint NOT NULL,"
        " PRIMARY KEY (kind, tier))"
    )


def drop(cursor: CursorWrapper, index: str) -> None:
    """Drop an index, all of it."""
    for table in tables_of(index):
        cursor.execute(f"DROP TABLE IF EXISTS {table}")


def swap(cursor: CursorWrapper, index: str, old: str) -> None:
    """Put a finished index in the place of the live one, which goes on as `old`: searches see the one or the other.

    Renames alone, which take milliseconds where dropping tables takes seconds.
    """
    for of, to in ((LIVE, old), (index, LIVE)):
        for table in tables_of(of):
            cursor.execute(f"ALTER TABLE {table} RENAME TO {to}{table.removeprefix(of)}")


def indexes(cursor: CursorWrapper) -> list[str]:
    """Return the prefixes of all indexes there are, the live one first."""
    names = connection.introspection.table_names(cursor)
    return sorted(name.removesuffix("_term") for name in names if name.startswith(LIVE) and name.endswith("_term"))


def tables_of(index: str) -> Iterator[str]:
    """Return the names of all tables of an index; the one that `indexes` knows it by is the last."""
    for kind in KINDS:
        yield from backend().tables(f"{index}_{kind}")
        yield f"{index}_{kind}_key"
    yield f"{index}_tier"
    yield f"{index}_typo"
    yield f"{index}_term"


def count(cursor: CursorWrapper, index: str, kind: str) -> int:
    """Return how many documents there are, by counting them."""
    cursor.execute(f"SELECT count(*) FROM {index}_{kind}")
    return int(cursor.fetchone()[0])


def present(cursor: CursorWrapper, index: str, kind: str, row_ids: Sequence[int]) -> set[int]:
    """Return which of these rows the index holds."""
    found: set[int] = set()
    for ids in _slices(row_ids):
        cursor.execute(f"SELECT row_id FROM {index}_{kind} WHERE row_id IN ({_marks(ids)})", ids)
        found.update(row_id for (row_id,) in cursor.fetchall())
    return found


def stored(cursor: CursorWrapper, index: str, kind: str, row_ids: Sequence[int]) -> list[Document]:
    """Return what the index holds of these rows."""
    found: list[Document] = []
    for ids in _slices(row_ids):
        cursor.execute(f"SELECT {COLUMNS} FROM {index}_{kind} WHERE row_id IN ({_marks(ids)})", ids)
        found += (Document(*row) for row in cursor.fetchall())
    return found


def replace(cursor: CursorWrapper, index: str, kind: str, old: Collection[Document], new: Collection[Document]) -> bool:
    """Take documents out and put others in; one that is in both stays untouched. Return whether anything changed."""
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
            f"INSERT INTO {table} ({COLUMNS}) VALUES ({_marks(COLUMNS.split())})", list(map(values_of, come))
        )
        cursor.executemany(f"INSERT INTO {table}_key (k, sid) VALUES (%s, %s)", keys_of(come))
        backend().add_words(cursor, table, come)
    if kind == "track":  # whose documents name every listed artist and album, too
        _count_terms(cursor, index, gone, come)
    return bool(gone or come)


def keys_of(documents: Iterable[Document]) -> list[tuple[str, int]]:
    """Return the exact names of documents, in the order of their table."""
    return sorted((k, row.sid) for row in documents for k in row.keys)


def _count_terms(cursor: CursorWrapper, index: str, gone: Iterable[Document], come: Iterable[Document]) -> None:
    """Keep how many tracks have a word, and the most popular of them (a hint: the nightly upkeep takes it back)."""
    change: Counter[str] = Counter()
    minsid: dict[str, int] = {}
    for document in gone:
        change.subtract(document.tokens.split())
    for document in come:
        for token in document.tokens.split():
            change[token] += 1
            minsid[token] = min(document.sid, minsid.get(token, NO_SID))
    terms = sorted(term for term in change if change[term] or term in minsid)
    known = set()
    for some in _slices(terms):
        cursor.execute(f"SELECT term FROM {index}_term WHERE term IN ({_marks(some)})", some)
        known |= {row[0] for row in cursor.fetchall()}
    cursor.executemany(
        f"UPDATE {index}_term SET df = df + %s, minsid = {backend().LEAST}(minsid, %s) WHERE term = %s",
        [(change[term], minsid.get(term, NO_SID), term) for term in terms if term in known],
    )
    fresh = [term for term in terms if term not in known and term in minsid]
    cursor.executemany(
        f"INSERT INTO {index}_term (term, df, minsid) VALUES (%s, %s, %s)",
        [(term, change[term], minsid[term]) for term in fresh],
    )
    cursor.executemany(f"INSERT INTO {index}_typo (k, term) VALUES (%s, %s)", typos_of(fresh))


def typos_of(terms: Iterable[str]) -> list[tuple[str, str]]:
    """Return what terms are filed under, in the order of their table."""
    return sorted((k, term) for term in terms for k in typos.keys_of_term(term))


def _marks(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _slices(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), IN_ONE_STATEMENT):
        yield values[start : start + IN_ONE_STATEMENT]
