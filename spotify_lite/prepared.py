"""Queries that are compiled once: making SQL out of a queryset costs ten times the running of a one-row query."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

from spotify_lite import replicas

Value = int | str | datetime


@dataclass(frozen=True)
class _Place:
    """Where a value goes among the parameters."""

    name: str


@dataclass(frozen=True)
class _Compiled:
    """The queryset in one kind of database."""

    sql: str
    parameters: list[Any]  # or places of values
    converters: list[tuple[int, list[Callable[..., Any]], Any]]  # column, what makes its values Python's, expression


class Prepared:
    """A queryset as a function of its values, for the few queries of the hottest calls.

    `build` is called with the samples, once for each kind of database; where a sample is found among the parameters,
    the value of that name is put when the query runs, so samples must differ from all else in the query.
    """

    def __init__(
        self, model: type[models.Model], build: Callable[..., models.QuerySet[Any, Any]], **samples: Value
    ) -> None:
        self._model = model
        self._build = build
        self._samples = samples
        self._compiled: dict[str, _Compiled] = {}  # by vendor

    def rows(self, **values: Value) -> list[tuple[Any, ...]]:
        """Return the rows for these values, as `values_list` does: one query."""
        alias = router.db_for_read(self._model)
        try:
            rows = self._read(connections[alias], values)
        except (OperationalError, InterfaceError):
            other = replicas.instead(alias, self._model)
            if other is None:
                raise
            alias, rows = other, self._read(connections[other], values)
        if not rows:
            replicas.doubt(alias, self._model)
        return rows

    def _read(self, connection: BaseDatabaseWrapper, values: Mapping[str, Value]) -> list[tuple[Any, ...]]:
        compiled = self._compiled.get(connection.vendor) or self._compile(connection)
        given = {name: _adapted(value, connection) for name, value in values.items()}
        with connection.cursor() as cursor:
            cursor.execute(
                compiled.sql, [given[part.name] if isinstance(part, _Place) else part for part in compiled.parameters]
            )
            rows = list(cursor.fetchall())
        return [_converted(row, compiled, connection) for row in rows] if compiled.converters else rows

    def first(self, **values: Value) -> tuple[Any, ...] | None:
        """Return the first row, or None where there is none."""
        return next(iter(self.rows(**values)), None)

    def instance(self, **values: Value) -> Any:
        """Return the first row as an object of the model, for a queryset that selects no values of its own."""
        row = self.first(**values)
        fields = [field.attname for field in self._model._meta.concrete_fields]
        return None if row is None else self._model.from_db(router.db_for_read(self._model), fields, row)

    def _compile(self, connection: BaseDatabaseWrapper) -> _Compiled:
        compiler = self._build(**self._samples).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        places = {_adapted(sample, connection): _Place(name) for name, sample in self._samples.items()}
        put = [places.get(parameter, parameter) for parameter in parameters]
        if missing := set(places.values()) - set(put):
            raise ValueError(f"The query does not use {missing}.")
        converters = compiler.get_converters([column[0] for column in compiler.select])
        compiled = _Compiled(sql, put, [(place, *how) for place, how in converters.items()])
        self._compiled[connection.vendor] = compiled
        return compiled


def _converted(row: tuple[Any, ...], compiled: _Compiled, connection: BaseDatabaseWrapper) -> tuple[Any, ...]:
    values = list(row)
    for place, converters, expression in compiled.converters:
        for convert in converters:
            values[place] = convert(values[place], expression, connection)
    return tuple(values)


def _adapted(value: Value, connection: BaseDatabaseWrapper) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
