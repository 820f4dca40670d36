"""What lists of a million rows need at the desk: counts that end, and searches that ask the index."""

from datetime import timedelta
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from catalog import edits, search
from catalog.models import Track

COUNTED = edits.MOST + 1  # rows: so many can be told from more than one act may change
FOUND = 200  # of a search
UNLISTED = 200  # found besides, of what the index does not hold
EVER = timedelta(days=36_500)  # from now: curators find what is not released


class BoundedPaginator(Paginator):
    """Pages of at most COUNTED rows: to count a million for each page takes longer than to show it.

    The rows before a page are passed in an index: only those of the page are read, with what is joined to them.
    """

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return rows.order_by()[:COUNTED].count()

    def page(self, number: Any) -> Page:
        start = (self.validate_number(number) - 1) * self.per_page
        rows: Any = self.object_list
        ids = rows.values_list("pk", flat=True)[start : min(start + self.per_page, self.count)]
        return Page(rows.filter(pk__in=list(ids)), number, self)


def find(kind: str, rows: QuerySet[Any], typed: str) -> QuerySet[Any]:
    """Keep the tracks, albums or artists that a search finds, and what has its words of those that nobody else sees."""
    found = search.search(typed, kinds=[kind], limit=FOUND, at=timezone.now() + EVER)
    ids: list[int] = getattr(found, f"{kind}s")
    return rows.filter(Q(pk__in=ids) | Q(pk__in=_unlisted(rows.model, typed)))


def _unlisted(model: type[Model], typed: str) -> list[int]:
    """Return ids of rows that are not in the index: they are few, and have an index of their own."""
    name, beside = ("name", "aliases") if model.__name__ == "Artist" else ("title", "artist")
    having = Q()
    for word in typed.replace("\0", "").split():
        having &= Q(**{f"{name}__icontains": word}) | Q(**{f"{beside}__icontains": word})
    rows = model._default_manager.filter(having)
    hidden = [{"published": False}, {"available": False}] if model is Track else [{"tracks_count": 0}]
    return [row_id for one in hidden for row_id in rows.filter(**one).values_list("pk", flat=True)[:UNLISTED]]
