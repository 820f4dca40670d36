"""Keep the index in step with the catalog, from the outbox."""

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from catalog import bulk
from catalog.models import Lane, SearchBuild, SearchChange, SearchMissed
from catalog.search import entries, state, tables

BATCH = 100  # notes a transaction: writers wait for it, and so does whoever comes behind a bulk
INDEXERS_LOCK = 0x5EA2C4  # of PostgreSQL's advisory locks


def index_pending(*, limit: int = 5000) -> int:
    """Bring about `limit` noted changes into the index; return how many notes were handled.

    A batch reads its notes, then the rows, writes the index and deletes those very notes in one transaction under one
    lock, so two processes take turns, and a row that changes meanwhile has a new note. Small changes come first,
    whatever large ones wait. What an index that is being built beside the live one may have missed is noted for it.
    Where the live index is of newer code all is left to that.
    """
    handled = 0
    while handled < limit and not state.superseded() and waiting():
        handled += _index_batch()
    state.catch_up(at=timezone.now())
    return handled


def waiting() -> bool:
    """Tell whether notes wait for the indexer."""
    return SearchChange.objects.filter(lane__lt=Lane.COVERED).exists()


def _index_batch() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        take_turns(cursor)
        state.forget()  # from here on the live index stays the one that it is
        if state.superseded():
            return 0
        waiting = SearchChange.objects.filter(lane__lt=Lane.COVERED).order_by("lane", "id")
        notes = list(waiting.values_list("id", "kind", "subject_id")[:BATCH])
        subjects = {(kind, subject) for _, kind, subject in notes}
        if apply(cursor, tables.LIVE, subjects):
            state.note_change(at=timezone.now())
        if SearchBuild.objects.exists():
            bulk.insert(SearchMissed, ("kind", "subject_id"), sorted(subjects))
        SearchChange.objects.filter(id__in=[note for note, _, _ in notes]).delete()
    return len(notes)


def apply(cursor: CursorWrapper, index: str, subjects: set[tuple[str, int]]) -> bool:
    """Make these rows in an index what they are in the catalog; return whether anything changed."""
    changed = False
    for kind in tables.KINDS:
        row_ids = sorted(row_id for of, row_id in subjects if of == kind)
        if row_ids:
            old = tables.stored(cursor, index, kind, row_ids)
            changed |= tables.replace(cursor, index, kind, old, entries.of_ids(kind, row_ids))
    return changed


def take_turns(cursor: CursorWrapper) -> None:
    """Let one indexer write at a time, until the end of its transaction. On SQLite each transaction is alone anyway."""
    if connection.vendor == "postgresql":
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INDEXERS_LOCK])
