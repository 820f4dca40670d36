"""Read posting lists and names on PostgreSQL: many in one statement, of the most popular documents first.

`sid + 0` keeps the planner from walking the primary key in the hope of early hits, which is ruinous for rare words; a
tier's bound is a literal, or no plan uses its index.
"""

import time
from collections.abc import Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper

from catalog.search import postgres
from catalog.search.asks import COLUMNS, HEAD, NAMED, VAST, Answer, Ask
from catalog.search.forms import Group, Groups

TOGETHER = True
LONGEST = 300  # milliseconds of a statement on the server: what takes longer is left out
# The planner takes posting lists for much longer than they are read: to compile a statement, or to start processes for
# it, takes ten times as long as to run it.
WAYS = (
    f"SET LOCAL statement_timeout = {LONGEST}",
    "SET LOCAL jit = off",
    "SET LOCAL max_parallel_workers_per_gather = 0",
)
TIERS = ("head", "middle")
FEW = 400  # documents with the rarest words of a query, to look through for the others
KNOWN = 60.0  # seconds that a bound is believed: a stale one costs time, not hits

_bounds: dict[tuple[str, str], int] = {}  # by kind and tier: the sid where it ends
_bounds_until = 0.0  # time.monotonic()


def find(cursor: CursorWrapper, asks: Sequence[Ask], *, tier: int, released: int) -> list[Answer]:
    """Answer asks of the documents of a tier, or of the next one where there are too few documents for it."""
    bounds = _read_bounds(cursor)
    arms: list[str] = []
    parameters: list[Any] = []
    least: list[int] = []  # rows that make an answer whole
    values: list[Any]
    for place, ask in enumerate(asks):
        bound = next((bounds[ask.kind, name] for name in TIERS[tier:] if (ask.kind, name) in bounds), None)
        if not ask.groups:
            arm, values, enough = *_by_keys(ask), 0
        elif tier == HEAD and (beginning := _short_beginning(ask)):
            # Shorter than it was made: what it listed was hidden since, or is not released.
            arm, values, enough = _by_beginning(ask), [beginning], min(ask.limit, postgres.LISTED)
        else:
            arm, values = _by_words(ask, bound, vast=(ask.kind, TIERS[HEAD]) in bounds)
            enough = ask.limit if bound else 0
        arms.append(f"(SELECT {place}, {COLUMNS} FROM {arm} AND release <= %s ORDER BY d.sid + 0 LIMIT {ask.limit})")
        parameters += [*values, released]
        least.append(enough)
    sql = " UNION ALL ".join(arms)
    if cursor.db.in_atomic_block:  # whose other statements may take their time
        cursor.execute(sql, parameters)
    else:
        cursor.execute("; ".join([*WAYS, sql]), parameters)
        for _ in WAYS:
            cursor.nextset()
    rows: list[list[tuple[Any, ...]]] = [[] for _ in asks]
    for row in cursor.fetchall():
        rows[row[0]].append(row[1:])
    return [Answer(some, whole=len(some) >= enough) for some, enough in zip(rows, least, strict=True)]


def _by_keys(ask: Ask) -> tuple[str, list[Any]]:
    """Return where documents with one of the names are, and the names."""
    table = f"search_{ask.kind}"
    first = f"SELECT k.sid FROM {table}_key AS k WHERE k.k = name ORDER BY k.sid LIMIT {NAMED * ask.limit}"
    named = f"SELECT y.sid FROM unnest(%s::text[]) AS name, LATERAL ({first}) AS y"
    return f"{table} AS d WHERE d.sid IN ({named})", [list(ask.keys)]


def _by_words(ask: Ask, bound: int | None, *, vast: bool) -> tuple[str, list[str]]:
    """Return where documents with a token of each group are, and the tokens; `vast`: there are tiers, for so many."""
    all_of_them = bound is None and vast
    groups = [group for group in ask.groups if not (all_of_them and _is_vast(group))] or ask.groups
    wanted = _written(groups)
    table = f"search_{ask.kind} AS d WHERE d.tsv @@ %s::tsquery" + (f" AND d.sid + 0 < {bound}" if bound else "")
    if not ask.rare:
        return table, [wanted]
    # The index is read for the rare words alone; for all of them where these are not so rare together.
    few = f"few AS MATERIALIZED (SELECT {COLUMNS}, tsv FROM {table} LIMIT {FEW})"
    several = f"SELECT {COLUMNS}, tsv FROM {table} AND (SELECT count(*) FROM few) = {FEW}"
    among = f"SELECT * FROM few WHERE tsv @@ %s::tsquery AND (SELECT count(*) FROM few) < {FEW}"
    return f"(WITH {few} {among} UNION ALL {several}) AS d WHERE true", [_written(ask.rare), wanted, wanted]


def _written(groups: Groups) -> str:
    return " & ".join(f"({' | '.join(map(postgres.quoted, group))})" for group in groups)


def _by_beginning(ask: Ask) -> str:
    """Return where the first documents with a short beginning are; there is no such list of what few have."""
    table = f"search_{ask.kind}"
    listed = f"SELECT l.sid FROM {table}_pfx AS l WHERE l.p = %s ORDER BY l.sid LIMIT {NAMED * ask.limit}"
    return f"{table} AS d WHERE d.sid IN ({listed})"


def _short_beginning(ask: Ask) -> str:
    """Return what documents are asked for that have a word with a short beginning, and no more; else nothing."""
    if len(ask.groups) == 1 and len(ask.groups[0]) == 1:
        text, prefix = ask.groups[0][0]
        return text if prefix and len(text) <= postgres.SHORT else ""
    return ""


def _is_vast(group: Group) -> bool:
    return any(prefix and len(text) <= VAST for text, prefix in group)


def _read_bounds(cursor: CursorWrapper) -> dict[tuple[str, str], int]:
    """Return where tiers end, known for a minute: a stale bound costs time, not hits."""
    global _bounds, _bounds_until
    if time.monotonic() > _bounds_until:
        cursor.execute("SELECT kind, tier, sid FROM search_tier")
        _bounds = {(kind, tier): sid for kind, tier, sid in cursor.fetchall()}
        _bounds_until = time.monotonic() + KNOWN
    return _bounds
