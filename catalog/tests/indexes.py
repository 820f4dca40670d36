"""What tests of the search index look at: all of its rows."""

from typing import Any

from django.db import connection

from catalog.search import tables


def contents(index: str = tables.LIVE) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of an index but those of the database's own machinery."""
    rows = {}
    with connection.cursor() as cursor:
        for table in (*tables.KINDS, *(f"{kind}_key" for kind in tables.KINDS), "term", "typo"):
            columns = tables.COLUMNS if table in tables.KINDS else "*"
            cursor.execute(f"SELECT {columns} FROM {index}_{table}")  # noqa: S608
            rows[table] = sorted(cursor.fetchall())
    return rows


def there() -> list[str]:
    """Return the names of all indexes."""
    with connection.cursor() as cursor:
        return tables.indexes(cursor)
