"""Words on SQLite: an FTS5 table in the order of popularity, so that the first hits are the ones that matter.

Contentless (the words stand in the documents table), without columns and positions (`ranking` looks at the fields),
and with prefixes of up to six letters: a popular prefix then costs what a word costs. The analyser has made the
tokens; SQLite only splits at spaces.
"""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

from catalog.search.documents import Document

TEXT = "text"
LEAST = "min"
PLACE = "instr"  # of one text in another
SPLIT_AT_SPACES = "unicode61 remove_diacritics 0 categories ''L* M* N* P* S* Co Cn Cs''"


def clustered(key: str) -> str:
    """Return the end of a table's definition whose rows stand in the order of the key."""
    return f", PRIMARY KEY ({key})) WITHOUT ROWID"


def create(cursor: CursorWrapper, table: str) -> None:
    """Create the documents and the words that find them."""
    cursor.execute(
        f"CREATE TABLE {table} (sid integer PRIMARY KEY, row_id integer NOT NULL UNIQUE, release integer NOT NULL,"
        " title text NOT NULL, core text NOT NULL, names text NOT NULL, aliases text NOT NULL, album text NOT NULL,"
        " tokens text NOT NULL, fields text NOT NULL)"
    )
    cursor.execute(
        f"CREATE VIRTUAL TABLE {table}_fts USING fts5(words, content='', detail=none, columnsize=0,"
        f" prefix='1 2 3 4 5 6', tokenize='{SPLIT_AT_SPACES}')"
    )


def complete(cursor: CursorWrapper, index: str) -> None:
    """Nothing to do: the tables are searched as they are created."""


def tables(table: str) -> tuple[str, ...]:
    return (f"{table}_fts", table)


def add_words(cursor: CursorWrapper, table: str, documents: Sequence[Document]) -> None:
    """Index documents; in ascending order of sid, else FTS5 flushes after each."""
    cursor.executemany(
        f"INSERT INTO {table}_fts (rowid, words) VALUES (%s, %s)",
        [(row.sid, f"{row.tokens} {row.fields}") for row in documents],
    )


def remove_words(cursor: CursorWrapper, table: str, documents: Sequence[Document]) -> None:
    """Take documents out; FTS5 wants the very tokens that went in, which is why the documents keep them."""
    cursor.executemany(
        f"INSERT INTO {table}_fts ({table}_fts, rowid, words) VALUES ('delete', %s, %s)",
        [(row.sid, f"{row.tokens} {row.fields}") for row in documents],
    )


def first(cursor: CursorWrapper, table: str, token: str) -> int | None:
    """Return the sid of the most popular document that has a token."""
    wanted = quoted((token, False))
    cursor.execute(f"SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH %s ORDER BY rowid LIMIT 1", [wanted])
    row = cursor.fetchone()
    return row[0] if row else None


def quoted(token: tuple[str, bool]) -> str:
    """Return a token, or the beginning of one, as FTS5 has it, whatever is in it."""
    text, prefix = token
    return '"' + text.replace('"', '""') + '"' + "*" * prefix
