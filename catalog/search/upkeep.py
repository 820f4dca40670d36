"""Keep the index as quick as it was when it was built: nightly, and anew where the code has another layout."""

import threading
from datetime import timedelta

from django.db import connection, transaction

from catalog import work
from catalog.models import SearchBuild, Work
from catalog.search import indexer, rebuilding, state, tables

WORK = "index"  # of `catalog.work`
LATER = timedelta(seconds=30)
AT_ONCE = 200  # terms a transaction

_stopping = threading.Event()


def keep() -> None:
    """Do what changes put off: tiers of the most popular documents, short prefixes, terms that nobody has any more.

    Twice is the same as once. A build that is due is asked for instead, also one that was given up.
    """
    if state.superseded():
        return
    if due():
        Work.objects.filter(kind=WORK, state=Work.State.FAILED).delete()
        ask_for_build()
        return
    try:
        with rebuilding.alone(), rebuilding.filling().unhurried():
            rebuilding.sweep()
            mend_terms()
            rebuilding.filling().keep(tables.LIVE)
    except rebuilding.Busy:  # who builds does all of it
        return


def due() -> bool:
    """Tell whether the live index is older than this code, or another is being built: whoever built it may be gone,
    and what it would bring may be found nowhere else. What newer code has built or builds is its own.
    """
    if state.superseded() or SearchBuild.objects.filter(layout__gt=state.LAYOUT).exists():
        return False
    return not state.current() or SearchBuild.objects.exists()


def ask_for_build() -> bool:
    """Let a worker build the index, or go on with a build; return whether none had been asked yet."""
    if Work.objects.filter(kind=WORK).exists():
        return False
    work.enqueue(WORK, 0)
    return True


def stop() -> None:
    """Let a build end after its step; the next worker goes on with it."""
    _stopping.set()


def build(row: Work) -> None:
    """Build the index where it is not of this code, or was left half built."""
    state.forget()
    if not due():
        return

    def look(units: int) -> None:
        if _stopping.is_set():
            raise work.Stopped

    try:
        rebuilding.rebuild(progress=look)
    except rebuilding.Busy:
        raise work.Later(LATER) from None


def mend_terms() -> int:
    """Correct the hints at the most popular track of a term where that track has gone; return how many."""
    index = tables.LIVE
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.term FROM {index}_term AS t LEFT JOIN {index}_track AS d ON d.sid = t.minsid"
            f" AND {tables.backend().PLACE}(' ' || d.tokens || ' ', ' ' || t.term || ' ') > 0"
            " WHERE d.sid IS NULL ORDER BY t.term"
        )
        drifted = [term for (term,) in cursor.fetchall()]
    for start in range(0, len(drifted), AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor:
            indexer.take_turns(cursor)
            for term in drifted[start : start + AT_ONCE]:
                sid = tables.backend().first(cursor, f"{index}_track", term)
                if sid is None:
                    cursor.execute(f"DELETE FROM {index}_term WHERE term = %s", [term])
                    cursor.executemany(f"DELETE FROM {index}_typo WHERE k = %s AND term = %s", tables.typos_of([term]))
                else:
                    cursor.execute(f"UPDATE {index}_term SET minsid = %s WHERE term = %s", [sid, term])
    return len(drifted)
