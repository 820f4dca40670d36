"""What searches read of the live index: documents by words and by names, and words.

PostgreSQL takes many asks in one statement, since each is a way to the server and back, and looks among the most
popular documents first; SQLite, which is in this process, takes one at a time.
"""

from collections.abc import Collection, Sequence
from types import ModuleType

from catalog.search import postgres_lists, sqlite_lists
from catalog.search.asks import Answer, Ask
from catalog.search.typos import Known
from spotify_lite import replicas

COMPLETED = 64  # words: the commonest ones are in nearly all documents with the beginning
LAST = "\U0010ffff"  # behind whatever follows a beginning


def _lists() -> ModuleType:
    return postgres_lists if replicas.connection().vendor == "postgresql" else sqlite_lists


def batches(asks: Sequence[Ask]) -> list[Sequence[Ask]]:
    """Return the asks by statements; none for none."""
    return [asks] * bool(asks) if _lists().TOGETHER else [[ask] for ask in asks]


def find(asks: Sequence[Ask], *, tier: int, released: int) -> list[Answer]:
    """Answer each ask."""
    with replicas.connection().cursor() as cursor:
        return _lists().find(cursor, asks, tier=tier, released=released)


def terms(words: Collection[str]) -> Known:
    """Return (tracks that have it, their least sid) of each word that the index knows."""
    return _known(f"SELECT term, df, minsid FROM search_term WHERE df > 0 AND term IN ({_marks(words)})", [*words])


def similar(keys: Collection[str], words: Collection[str]) -> Known:
    """Return the same of terms that are filed under one of these misspellings, and of those of the words it knows."""
    return _known(
        "SELECT t.term, t.df, t.minsid FROM search_term AS t WHERE t.df > 0 AND t.term IN"
        f" (SELECT y.term FROM search_typo AS y WHERE y.k IN ({_marks(keys)}))"
        f" UNION ALL SELECT term, df, minsid FROM search_term WHERE df > 0 AND term IN ({_marks(words)})",
        [*keys, *words],
    )


def completions(beginnings: Collection[str]) -> dict[str, list[str]]:
    """Return the words with each of these beginnings, the commonest `COMPLETED` of each."""
    with_it = "SELECT %s AS beginning, term FROM search_term WHERE term >= %s AND term < %s AND df > 0"
    one = f"SELECT * FROM ({with_it} ORDER BY df DESC LIMIT {COMPLETED}) AS t"
    found: dict[str, list[str]] = {text: [] for text in beginnings}
    with replicas.connection().cursor() as cursor:
        bounds = [bound for text in found for bound in (text, text, text + LAST)]
        cursor.execute(" UNION ALL ".join([one] * len(found)), bounds)
        for text, term in cursor.fetchall():
            found[text].append(term)
    return found


def _known(sql: str, parameters: list[str]) -> Known:
    with replicas.connection().cursor() as cursor:
        cursor.execute(sql, parameters)
        return {term: (tracks, sid) for term, tracks, sid in cursor.fetchall()}


def _marks(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values)) or "NULL"
