"""Words on PostgreSQL: a GIN index over the documents' tokens, sorted by popularity.

Tokens go in and out as they are: no text search configuration and no parser of PostgreSQL's takes part.
"""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

from catalog.search.documents import Document

TEXT = 'text COLLATE "C"'
LEAST = "least"
PLACE = "strpos"  # of one text in another
SHORT = 3  # letters of a prefix that has a list of its own
LISTED = 100  # documents of such a list, at least; prefixes that fewer have are quickly found by the GIN index

KEYS = {"key": "k, sid", "term": "term", "typo": "k, term"}  # by the end of a table's name
GIN = "USING gin (tsv) WITH (fastupdate = off)"  # off: who searches would wait for what writers have put off


def clustered(key: str) -> str:
    """Return the end of a table's definition; its key is built by `complete`, over all rows at once."""
    return ")"


def create(cursor: CursorWrapper, table: str) -> None:
    """Create the documents, and the most popular ones of each short prefix."""
    cursor.execute(
        f"CREATE TABLE {table} (sid bigint PRIMARY KEY, row_id bigint NOT NULL UNIQUE, release bigint NOT NULL,"
        " title text NOT NULL, core text NOT NULL, names text NOT NULL, aliases text NOT NULL, album text NOT NULL,"
        " tokens text NOT NULL, fields text NOT NULL, tsv tsvector NOT NULL GENERATED ALWAYS AS"
        " (array_to_tsvector(array_remove(string_to_array(tokens || ' ' || fields, ' '), ''))) STORED)"
    )
    cursor.execute(f"CREATE TABLE {table}_pfx (p {TEXT} NOT NULL, sid bigint NOT NULL, PRIMARY KEY (p, sid))")


def complete(cursor: CursorWrapper, index: str) -> None:
    """Add keys and words to the tables of an index."""
    for kind in ("track", "artist", "album"):
        cursor.execute(f"CREATE INDEX ON {index}_{kind} {GIN}")
        add_key(cursor, f"{index}_{kind}_key")
    add_key(cursor, f"{index}_term")
    add_key(cursor, f"{index}_typo")


def add_key(cursor: CursorWrapper, table: str) -> None:
    """Give a table its key, anew."""
    key = KEYS[table.rpartition("_")[2]]
    cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_pkey, ADD PRIMARY KEY ({key})")


def tables(table: str) -> tuple[str, ...]:
    return (f"{table}_pfx", table)


def add_words(cursor: CursorWrapper, table: str, documents: Sequence[Document]) -> None:
    """List documents under their short prefixes; their words are in a generated column.

    Only in a list that there is, and before its end: behind it there may be documents that it does not hold.
    """
    prefixes, sids = _short_prefixes(documents)
    cursor.execute(
        f"INSERT INTO {table}_pfx (p, sid) SELECT v.p, v.sid FROM unnest(%s::text[], %s::bigint[]) AS v (p, sid)"
        f' WHERE v.sid < (SELECT max(l.sid) FROM {table}_pfx AS l WHERE l.p = v.p COLLATE "C")',
        [prefixes, sids],
    )


def remove_words(cursor: CursorWrapper, table: str, documents: Sequence[Document]) -> None:
    """Take documents off the lists of short prefixes, which may be shorter until the nightly upkeep."""
    prefixes, sids = _short_prefixes(documents)
    cursor.execute(
        f"DELETE FROM {table}_pfx AS l USING unnest(%s::text[], %s::bigint[]) AS v (p, sid)"
        ' WHERE l.p = v.p COLLATE "C" AND l.sid = v.sid',
        [prefixes, sids],
    )


def first(cursor: CursorWrapper, table: str, token: str) -> int | None:
    """Return the sid of the most popular document that has a token."""
    wanted = quoted((token, False))
    cursor.execute(f"SELECT min(sid + 0) FROM {table} WHERE tsv @@ %s::tsquery", [wanted])
    return cursor.fetchone()[0]


def first_of_prefix(cursor: CursorWrapper, table: str, prefix: str) -> list[int]:
    """Return the sids of a full list of the most popular documents with a prefix, or none where there are fewer.

    In the head first, where a list of what is common is full at once.
    """
    index, _, kind = table.rpartition("_")
    cursor.execute(f"SELECT sid FROM {index}_tier WHERE kind = %s ORDER BY sid", [kind])
    found: list[int] = []
    for bound in (*(f"sid + 0 < {sid}" for (sid,) in cursor.fetchall()), "true"):
        cursor.execute(
            f"SELECT sid FROM {table} WHERE tsv @@ %s::tsquery AND {bound} ORDER BY sid + 0 LIMIT {LISTED}",
            [quoted((prefix, True))],
        )
        found = [sid for (sid,) in cursor.fetchall()]
        if len(found) == LISTED:
            return found
    return []


def short_prefixes(tokens: str) -> set[str]:
    """Return the first letters of the tokens, up to three."""
    return {token[:letters] for token in tokens.split() for letters in range(1, SHORT + 1)}


def _short_prefixes(documents: Sequence[Document]) -> tuple[list[str], list[int]]:
    pairs = sorted((prefix, row.sid) for row in documents for prefix in short_prefixes(row.tokens))
    return [prefix for prefix, _ in pairs], [sid for _, sid in pairs]


def quoted(token: tuple[str, bool]) -> str:
    """Return a token, or the beginning of one, as a tsquery has it, whatever is in it."""
    text, prefix = token
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'" + ":*" * prefix
