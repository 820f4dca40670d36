"""Pages of long lists: a walk along an index from where the last page ended, or a sort where few rows are concerned.

A page passes at most STRIDE rows of an index, or twice that where it crosses from equal keys to greater ones. Where
what it looks for is so rare that these do not fill it, it is short, and the list goes on from where the walk stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

STRIDE = 3_000  # index entries; reading their rows takes 10 ms on either database

Row = tuple[Any, ...]
Key = Sequence[Any]


@dataclass(frozen=True)
class Slice:
    """One page of a list."""

    rows: list[Row]
    key: list[Any] | None  # where the list goes on: the sort key of the last row that was passed; None at its end


@dataclass(frozen=True)
class Index:
    """An index that has a list's order: the rows that it holds of this list, and some that are not listed."""

    entries: QuerySet[Any]
    keys: tuple[str, ...]  # columns of the entries; the last is the id of what is listed
    of_rows: tuple[Any, ...]  # the same, as the listed rows lead to them
    whole: bool = False  # does it hold no more than the list, but for what is not released? Then nothing is bounded


def along(
    found: QuerySet[Any],
    fields: Sequence[Any],
    index: Index,
    *,
    after: Key | None,
    limit: int,
    backwards: bool = False,
) -> Slice:
    """Return the next `limit` rows along an index; one row more is read, to know whether the list goes on."""
    keys = [f"key_{place}" for place in range(len(index.keys))]
    of_rows = found.annotate(
        **{key: F(name) if isinstance(name, str) else name for key, name in zip(keys, index.of_rows, strict=True)}
    )
    of_rows = of_rows.order_by(*_directed(keys, backwards)).values_list(*fields, *keys)
    end = None if index.whole else _end(index, after, backwards=backwards)
    rows: list[Row] = []
    for stretch in _stretches(keys, after, end, backwards=backwards):
        rows += of_rows.filter(stretch)[: limit + 1 - len(rows)]
        if len(rows) > limit:
            break
    return _cut(rows, len(fields), limit=limit, end=end)


def sort(
    found: QuerySet[Any],
    fields: Sequence[Any],
    keys: Sequence[Any],
    *,
    after: Key | None,
    limit: int,
    backwards: bool = False,
) -> Slice:
    """Return the next `limit` of rows that are few: found by what narrows them, and sorted by these expressions.

    They must be no columns of an index that has this order: the databases would rather walk that, from end to end.
    """
    names = [f"key_{place}" for place in range(len(keys))]
    ordered = found.annotate(**dict(zip(names, keys, strict=True))).order_by(*_directed(names, backwards))
    if after is not None:
        ordered = ordered.filter(_past(names, after, "lt" if backwards else "gt"))
    return _cut(list(ordered.values_list(*fields, *names)[: limit + 1]), len(fields), limit=limit, end=None)


def read(found: QuerySet[Any], fields: Sequence[Any], ids: Slice) -> Slice:
    """Return the page of these ids with their rows: columns as wide as cards are dear to sort."""
    order = [row[0] for row in ids.rows]
    rows = {row[0]: row[1:] for row in found.filter(pk__in=order).values_list("pk", *fields)} if order else {}
    return Slice([rows[row_id] for row_id in order if row_id in rows], ids.key)


def few(entries: QuerySet[Any]) -> bool:
    """Return whether there are so few entries that all of them can be read for one page."""
    return not entries.order_by().values_list("pk")[STRIDE : STRIDE + 1]


def _cut(rows: list[Row], width: int, *, limit: int, end: Key | None) -> Slice:
    if len(rows) > limit:
        key: list[Any] | None = list(rows[limit - 1][width:])
    else:
        key = list(end) if end else None
    return Slice(rows=[row[:width] for row in rows[:limit]], key=key)


def _end(index: Index, after: Key | None, *, backwards: bool) -> Key | None:
    """Return the last key that this page may pass; None where the list ends before it."""
    keys = index.entries.order_by(*_directed(index.keys, backwards)).values_list(*index.keys)
    for stretch in _stretches(index.keys, after, None, backwards=backwards):
        if last := list(keys.filter(stretch)[STRIDE - 1 : STRIDE]):
            return list(last[0])
    return None


def _stretches(names: Sequence[str], after: Key | None, end: Key | None, *, backwards: bool) -> list[Q]:
    """Return conditions that follow each other and together are what lies after one key, up to the end.

    Each is one range of an index on (a, id): what ties with the last row but for its id, what lies beyond, and what
    ties with the end. As one condition, `(a, id) > (x, y)`, SQLite would walk the rows of x from their start, because
    it does not match a row value to an index that ends in the row id.
    """
    past, upto = ("lt", "gte") if backwards else ("gt", "lte")
    row_id = names[-1]
    from_id = Q(**{f"{row_id}__{past}": after[-1]}) if after else Q()
    to_id = Q(**{f"{row_id}__{upto}": end[-1]}) if end else Q()
    if len(names) == 1:
        return [from_id & to_id]
    first = names[0]
    if after and end and after[0] == end[0]:
        return [Q(**{first: end[0]}) & from_id & to_id]
    beyond = Q(**{f"{first}__{past}": after[0]}) if after else Q()
    found = [Q(**{first: after[0]}) & from_id] if after else []
    if end:
        before_end = Q(**{f"{first}__{'gt' if backwards else 'lt'}": end[0]})
        return [*found, beyond & before_end, Q(**{first: end[0]}) & to_id]
    return [*found, beyond]


def _past(names: Sequence[str], after: Key, step: str) -> Q:
    """Return what is past these values: a > x, or a = x and b > y, and so on."""
    past, equal = Q(), Q()
    for name, value in zip(names, after, strict=True):
        past |= equal & Q(**{f"{name}__{step}": value})
        equal &= Q(**{name: value})
    return past


def _directed(names: Sequence[str], backwards: bool) -> list[str]:
    return [f"-{name}" for name in names] if backwards else list(names)
