"""Words on PostgreSQL: a GIN index over the documents' tokens, sorted by popularity.

Tokens go in and out as they are: no text search configuration and no parser of PostgreSQL's takes part.
"""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

from catalog.search.documents import Document

TEXT = 'text COLLATE "C"'
CLUSTERED = ""
LEAST = "least"
COLUMNS = "sid, row_id, release, title, core, names, aliases, album, tokens"


def create(cursor: CursorWrapper, table: str) -> None:
    """Create the documents and the words that find them."""
    cursor.execute(
        f"CREATE TABLE {table} (sid bigint PRIMARY KEY, row_id bigint NOT NULL UNIQUE, release bigint NOT NULL,"
        " title text NOT NULL, core text NOT NULL, names text NOT NULL, aliases text NOT NULL, album text NOT NULL,"
        " tokens text NOT NULL, tsv tsvector NOT NULL GENERATED ALWAYS AS"
        " (array_to_tsvector(array_remove(string_to_array(tokens, ' '), ''))) STORED)"
    )
    cursor.execute(f"CREATE INDEX ON {table} USING gin (tsv) WITH (fastupdate = off)")


def tables(table: str) -> tuple[str, ...]:
    return (table,)


def add_words(cursor: CursorWrapper, table: str, documents: Sequence[Document]) -> None:
    """Nothing to do: the column is generated."""


def remove_words(cursor: CursorWrapper, table: str, documents: Sequence[Document]) -> None:
    """Nothing to do: the words go with their row."""


def match(table: str, groups: Sequence[Sequence[tuple[str, bool]]], released: int) -> tuple[str, list[object]]:
    """Return the query for documents with a token of each group, most popular first. `sid + 0` keeps the planner from
    walking the primary key in the hope of early hits, which is ruinous for rare words.
    """
    wanted = " & ".join(f"({' | '.join(map(_quoted, group))})" for group in groups)
    sql = f"SELECT {COLUMNS} FROM {table} WHERE tsv @@ %s::tsquery AND release <= %s ORDER BY sid + 0"
    return sql, [wanted, released]


def _quoted(token: tuple[str, bool]) -> str:
    text, prefix = token
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'" + ":*" * prefix
