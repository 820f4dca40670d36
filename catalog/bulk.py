"""Write many rows by one prepared statement: for each field, the ORM costs ten times what the database does.

Ids are taken before the rows are written, so that rows can refer to each other without being read back.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from operator import attrgetter
from typing import Any

import orjson
from django.db import connection, models, transaction

Values = Sequence[Any]
ROOM = {"cache_size": -65_536, "wal_autocheckpoint": 10_000}  # KB; pages: 40 MB


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Values]) -> None:
    """Insert values in the order of the columns; a column that has no value here must have one in the database."""
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    _write(model, columns, f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})", rows)  # noqa: S608


def pour(model: type[models.Model], columns: Sequence[str], rows: Iterable[Values]) -> None:
    """Insert thousands of rows: as `insert`, by COPY where the database is PostgreSQL."""
    if connection.vendor != "postgresql":
        insert(model, columns, rows)
        return
    statement = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
    with transaction.atomic(savepoint=False), connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in _adapted(model, columns, rows):
            copy.write_row(row)


def update(model: type[models.Model], columns: Sequence[str], rows: Iterable[Values]) -> None:
    """Set the columns of rows, of which the last is the id."""
    changes = ", ".join(f"{column} = %s" for column in columns[:-1])
    _write(model, columns, f"UPDATE {model._meta.db_table} SET {changes} WHERE {columns[-1]} = %s", rows)  # noqa: S608


def create(rows: Sequence[models.Model]) -> None:
    """Insert unsaved rows of one model, with all their fields, and give them their ids."""
    if not rows:
        return
    model = type(rows[0])
    columns = tuple(field.attname for field in model._meta.concrete_fields)
    with transaction.atomic(savepoint=False):
        for row, row_id in zip(rows, new_ids(model, len(rows)), strict=True):
            row.pk = row_id
            row._state.adding = False
        insert(model, columns, map(attrgetter(*columns), rows))


def save(rows: Sequence[models.Model], columns: Sequence[str]) -> None:
    """Write these columns, named as the rows' attributes are, of saved rows of one model."""
    if rows:
        named = (*columns, "id")
        update(type(rows[0]), named, map(attrgetter(*named), rows))


@contextmanager
def room() -> Iterator[None]:
    """Let SQLite keep the pages of all indexes that a long import touches in memory, and fold its log in more rarely.

    At a million tracks, 10 random pages a row are written: to the log, and from there to the file.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ROOM}
        for name, value in ROOM.items():
            cursor.execute(f"PRAGMA {name} = {value}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for name, value in before.items():
                cursor.execute(f"PRAGMA {name} = {value}")


def new_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """Return ids that nobody else will get: PostgreSQL's sequence gives them away; on SQLite the caller's transaction
    is the only writer until they are used.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            query = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            cursor.execute(query, [table, count])
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
    return range(last + 1, last + 1 + count)


def _write(model: type[models.Model], columns: Sequence[str], statement: str, rows: Iterable[Values]) -> None:
    if values := _adapted(model, columns, rows):
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            cursor.executemany(statement, values)


def _adapted(model: type[models.Model], columns: Sequence[str], rows: Iterable[Values]) -> list[Any]:
    """Return the rows with the values that the driver takes."""
    kinds = {field.column: type(field) for field in model._meta.concrete_fields}
    adapters = [(place, _ADAPTERS[kinds[name]]) for place, name in enumerate(columns) if kinds[name] in _ADAPTERS]
    values: list[Any] = list(map(list, rows)) if adapters else list(rows)
    for place, adapt in adapters:
        for row in values:
            row[place] = adapt(row[place])
    return values


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


@lru_cache(maxsize=4)  # a batch is of one moment
def _moment(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


_ADAPTERS: dict[type, Callable[[Any], Any]] = {models.JSONField: _json, models.DateTimeField: _moment}
