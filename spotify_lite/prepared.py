"""Queries that are compiled once: making SQL out of a queryset costs ten times the running of a one-row query."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

Value = int | datetime


@dataclass(frozen=True)
class _Place:
    """Where a value goes among the parameters."""

    name: str


class Prepared:
    """A queryset as a function of its values, for the few queries of the hottest calls.

    `build` is called with the samples, once for each kind of database; where a sample is found among the parameters,
    the value of that name is put when the query runs, so samples must differ from all else in the query. Rows are
    tuples as the driver reads them, without the fields' own conversions: select integers and text.
    """

    def __init__(
        self, model: type[models.Model], build: Callable[..., models.QuerySet[Any, Any]], **samples: Value
    ) -> None:
        self._model = model
        self._build = build
        self._samples = samples
        self._compiled: dict[str, tuple[str, list[Any]]] = {}  # by vendor: SQL, and parameters or places

    def rows(self, **values: Value) -> list[tuple[Any, ...]]:
        """Return the rows for these values: one query."""
        connection = connections[router.db_for_read(self._model)]
        sql, parameters = self._compiled.get(connection.vendor) or self._compile(connection)
        given = {name: _adapted(value, connection) for name, value in values.items()}
        with connection.cursor() as cursor:
            cursor.execute(sql, [given[part.name] if isinstance(part, _Place) else part for part in parameters])
            return list(cursor.fetchall())

    def first(self, **values: Value) -> tuple[Any, ...] | None:
        """Return the first row, or None where there is none."""
        return next(iter(self.rows(**values)), None)

    def _compile(self, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        query = self._build(**self._samples).query
        sql, parameters = query.get_compiler(connection=connection).as_sql()
        places = {_adapted(sample, connection): _Place(name) for name, sample in self._samples.items()}
        compiled = sql, [places.get(parameter, parameter) for parameter in parameters]
        if missing := set(places.values()) - set(compiled[1]):
            raise ValueError(f"The query does not use {missing}.")
        self._compiled[connection.vendor] = compiled
        return compiled


def _adapted(value: Value, connection: BaseDatabaseWrapper) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
