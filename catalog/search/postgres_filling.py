"""Fill a whole index on PostgreSQL, where nobody waits for what is not live yet; and build what the head needs."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from catalog.search import indexer, postgres, tables
from catalog.search.documents import Document

# Documents from the most popular one down that have a GIN index of their own, by how many there must be for that.
TIERS = {"head": {25_000: 25_000}, "middle": {3_000_000: 500_000, 500_000: 100_000}}
WALKED = 500_000  # documents that are looked at for the lists of short prefixes; who has fewer than a list is rare
READ = 20_000  # rows at once
WAIT = "200ms"  # for running searches, which hold up all that come after us
MEMORY = "256MB"  # to build an index in; PostgreSQL's 64 MB take half as long again

Step = Callable[[str], Iterator[float]]  # (index) -> which part of the step is done


@contextmanager
def unhurried() -> Iterator[None]:
    """Let statements take as long as they need, in a connection that is set up for requests."""
    with connection.cursor() as cursor:
        for name, value in (("statement_timeout", "0"), ("lock_timeout", "0"), ("maintenance_work_mem", MEMORY)):
            cursor.execute(f"SET {name} = '{value}'")
        try:
            yield
        finally:
            if connection.is_usable():
                for name in ("statement_timeout", "lock_timeout", "maintenance_work_mem"):
                    cursor.execute(f"RESET {name}")


def hold(cursor: CursorWrapper) -> None:
    """Keep searches off the live tables until the end of the transaction, or raise OperationalError."""
    cursor.execute(f"SET LOCAL lock_timeout = '{WAIT}'")
    cursor.execute(f"LOCK TABLE {', '.join(tables.tables_of(tables.LIVE))} IN ACCESS EXCLUSIVE MODE")


def begin(cursor: CursorWrapper, index: str) -> None:
    """Nothing to do: the tables have no keys and words yet."""


def load(cursor: CursorWrapper, index: str, kind: str, documents: Sequence[Document]) -> None:
    """Write documents and their names; terms are the matter of later steps."""
    _copy(cursor, f"{index}_{kind}", tables.COLUMNS, map(tables.values_of, documents))
    _copy(cursor, f"{index}_{kind}_key", "k, sid", tables.keys_of(documents))


def discard(index: str) -> None:
    """Drop an index."""
    with transaction.atomic(), connection.cursor() as cursor:
        tables.drop(cursor, index)


def _key_names(index: str) -> Iterator[float]:
    for place, kind in enumerate(tables.KINDS):
        with connection.cursor() as cursor:
            postgres.add_key(cursor, f"{index}_{kind}_key")
        yield (place + 1) / len(tables.KINDS)


def _count_terms(index: str) -> Iterator[float]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {index}_term")
        cursor.execute(
            f"INSERT INTO {index}_term (term, df, minsid) SELECT t, count(*), min(sid)"
            f" FROM {index}_track, unnest(string_to_array(tokens, ' ')) AS t WHERE t <> '' GROUP BY t"
        )
        postgres.add_key(cursor, f"{index}_term")
    yield 1.0


def _write_typos(index: str) -> Iterator[float]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {index}_typo")
        last = ""
        while terms := _rows(f"SELECT term FROM {index}_term WHERE term > %s ORDER BY term LIMIT {READ}", [last]):
            _copy(cursor, f"{index}_typo", "k, term", tables.typos_of(term for (term,) in terms))
            ((last,),) = terms[-1:]
        yield 0.5
        postgres.add_key(cursor, f"{index}_typo")
    yield 1.0


def _find_words(index: str) -> Iterator[float]:
    for place, kind in enumerate(tables.KINDS):
        with transaction.atomic(), connection.cursor() as cursor:
            for name, _ in gin_indexes(cursor, f"{index}_{kind}"):
                cursor.execute(f"DROP INDEX {name}")
            cursor.execute(f"CREATE INDEX ON {index}_{kind} {postgres.GIN}")
        yield (place + 1) / len(tables.KINDS)


def _list_short_prefixes(index: str) -> Iterator[float]:
    for place, kind in enumerate(tables.KINDS):
        table = f"{index}_{kind}"
        lists = common_prefixes(table)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table}_pfx")
            _copy(cursor, f"{table}_pfx", "p, sid", ((p, sid) for p in sorted(lists) for sid in lists[p]))
        yield (place + 1) / len(tables.KINDS)


def _build_tiers(index: str) -> Iterator[float]:
    for place, kind in enumerate(tables.KINDS):
        for tier in TIERS:
            build_tier(index, kind, tier, concurrently=False)
        yield (place + 1) / len(tables.KINDS)
    with connection.cursor() as cursor:
        for table in tables.tables_of(index):
            cursor.execute(f"ANALYZE {table}")


STEPS: Mapping[str, Step] = {
    "keys": _key_names,
    "terms": _count_terms,
    "typos": _write_typos,
    "words": _find_words,
    "prefixes": _list_short_prefixes,
    "tiers": _build_tiers,
}


def build_tier(index: str, kind: str, tier: str, *, concurrently: bool) -> None:
    """Index the most popular documents once more, by themselves, and say where they end: what is common is found
    there at the cost of a small table. What was there for it before goes.
    """
    table = f"{index}_{kind}"
    wanted: list[tuple[Any, ...]] = []
    for from_size, size in TIERS[tier].items():
        wanted = wanted or _rows(
            f"SELECT sid FROM {table} WHERE EXISTS (SELECT 1 FROM {table} OFFSET %s) ORDER BY sid OFFSET %s LIMIT 1",
            [from_size, size],
        )
    standing = _rows(f"SELECT sid FROM {index}_tier WHERE kind = %s AND tier = %s", [kind, tier])
    with connection.cursor() as cursor:
        there = [(name, valid) for name, valid in gin_indexes(cursor, table) if f"_{tier}_" in name]
        if wanted == standing and [valid for _, valid in there] == [True] * len(wanted):
            return
        one_by_one = "CONCURRENTLY" if concurrently else ""
        for (sid,) in wanted:
            # Queries say the same, with the bound as a literal, or no plan uses the index. Where they say `sid`, plans
            # rather walk the primary key up to the bound.
            cursor.execute(
                f"CREATE INDEX {one_by_one} {table}_{tier}_{uuid.uuid4().hex[:8]} ON {table} {postgres.GIN}"
                f" WHERE sid + 0 < {int(sid)}"
            )
        with transaction.atomic():
            cursor.execute(f"DELETE FROM {index}_tier WHERE kind = %s AND tier = %s", [kind, tier])
            cursor.executemany(
                f"INSERT INTO {index}_tier (kind, tier, sid) VALUES (%s, %s, %s)",
                [(kind, tier, sid) for (sid,) in wanted],
            )
        for name, _ in there:
            cursor.execute(f"DROP INDEX {one_by_one} {name}")


def keep(index: str) -> None:
    """Build the tiers and the lists of short prefixes anew where changes have worn them."""
    for kind in tables.KINDS:
        for tier in TIERS:
            build_tier(index, kind, tier, concurrently=True)
        _mend_lists(f"{index}_{kind}")
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {index}_{kind}")


def _mend_lists(table: str) -> None:
    """Fill up the lists that have lost documents, cut those that have grown, and begin those that are due."""
    uneven = dict(_rows(f"SELECT p, count(*) FROM {table}_pfx GROUP BY p", []))
    due = {prefix for prefix in common_prefixes(table) if prefix not in uneven}
    worn = sorted(due | {prefix for prefix, count in uneven.items() if count != postgres.LISTED})
    for prefix in worn:
        with transaction.atomic(), connection.cursor() as cursor:
            indexer.take_turns(cursor)
            sids = postgres.first_of_prefix(cursor, table, prefix)
            cursor.execute(f"DELETE FROM {table}_pfx WHERE p = %s AND sid <> ALL(%s)", [prefix, sids])
            cursor.executemany(
                f"INSERT INTO {table}_pfx (p, sid) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                [(prefix, sid) for sid in sids],
            )


def gin_indexes(cursor: CursorWrapper, table: str) -> list[tuple[str, bool]]:
    """Return the names of a table's indexes of words, and whether they are of use: one whose making was cut short
    is not.
    """
    cursor.execute(
        "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " JOIN pg_am m ON m.oid = c.relam WHERE m.amname = 'gin' AND i.indrelid = %s::regclass ORDER BY 1",
        [table],
    )
    return cursor.fetchall()


def common_prefixes(table: str) -> dict[str, list[int]]:
    """Return the first documents of each short prefix that has a full list of them among the most popular ones."""
    lists: dict[str, list[int]] = defaultdict(list)
    sid, walked = -1, 0
    query = f"SELECT sid, tokens FROM {table} WHERE sid > %s ORDER BY sid LIMIT {READ}"
    while walked < WALKED and (rows := _rows(query, [sid])):
        for sid, tokens in rows:
            for prefix in postgres.short_prefixes(tokens):
                if len(lists[prefix]) < postgres.LISTED:
                    lists[prefix].append(sid)
        walked += len(rows)
    return {prefix: sids for prefix, sids in lists.items() if len(sids) == postgres.LISTED}


def _copy(cursor: CursorWrapper, table: str, columns: str, rows: Any) -> None:
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _rows(query: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()
