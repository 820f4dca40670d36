"""Work that must happen: rows with a lease, taken by one conditional UPDATE and deleted when done.

The row is the truth and a message only a hint that it is there: a lost message is made good by the sweep, a doubled
one finds the row taken. A worker that dies leaves a lease that runs out, and the next one tries again. What the
functions of `KINDS` do is therefore safe to do twice. While versions change there are rows of kinds that only the newer
one knows: they are left to it.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from catalog import hints, leases
from catalog.models import Work
from spotify_lite import metrics

logger = logging.getLogger(__name__)

# kind -> the function (work) -> None that does it; it raises Refused where trying again is no use. It may be of an app
# above, which is not imported before it is needed.
KINDS = {
    "source": "catalog.packaging.make_source",  # subject: Master
    "ladder": "catalog.encoding.make_ladder",  # subject: Master
    "ladders": "catalog.wishes.go_on",  # subject: none; a step of the walk for what has no ladder
    "cover": "catalog.covers.cut_cover",  # subject: `subject_of` the picture's key
    "copy": "catalog.copies.copy_rendition",  # subject: Rendition
    "copy_cover": "catalog.copies.copy_cover",  # subject: `subject_of` the cover's key
    "hash": "catalog.media.fill_sha256",  # subject: Master
    "artist": "catalog.derived.recount_later",  # subject: Artist; one of very many tracks
    "cards": "catalog.curation.refresh_later",  # subject: none; the ids are in the payload
    "rescan": "catalog.library.rescan",  # subject: LibraryFile
    "edit": "catalog.edits.go_on",  # subject: none; a batch of an edit of many
    "undo": "catalog.reverts.go_on",  # subject: none; a batch of an undo of many
    "upload": "catalog.uploads.take_in",  # subject: Upload
    "index": "catalog.search.upkeep.build",  # subject: none
}
WORDS = {  # what each is for, for curators
    "source": _("prepare a song for playing"),
    "ladder": _("encode and measure a song"),
    "ladders": _("look for songs to encode"),
    "cover": _("cut a cover"),
    "copy": _("copy a song to other regions"),
    "copy_cover": _("copy a cover to other regions"),
    "hash": _("compare a file"),
    "artist": _("count the songs of an artist"),
    "cards": _("refresh what listeners see"),
    "rescan": _("read a file again"),
    "edit": _("change many"),
    "undo": _("undo many"),
    "upload": _("read an upload"),
    "index": _("build the search index"),
}
RUNS = metrics.counter("work_runs", "Runs of work, by how they ended: done, failed, or given up.", "kind", "outcome")
LOWEST = 100  # priority of what nobody waits for
SWEPT = 500  # rows a sweep hints at: more than the workers do until the next
HINTED = 8  # rows of one enqueue that are hinted at: enough to keep workers busy until the sweep finds the rest
ATTEMPTS = 5
LATER = timedelta(seconds=5)
BACK_OFF = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
UNTRIED: dict[str, Any] = {
    "state": Work.State.QUEUED,
    "attempts": 0,
    "lease_until": None,
    "lease_owner": "",
    "reason": "",
    "progress": None,
}
DIED = "Its worker stopped without a word, five times."


class Failed(Exception):
    """It did not work this time; the message says why, in words for a curator."""


class Refused(Failed):
    """It can never work: there is no second attempt."""


class Later(Exception):
    """Somebody else has what it needs, or what it needs is away: the row waits, and the attempt does not count."""

    def __init__(self, wait: timedelta = LATER) -> None:
        super().__init__()
        self.wait = wait


class Stopped(Exception):
    """The process was told to stop; the row goes back as if it had not been taken."""


def enqueue(kind: str, subject_id: int, *, payload: dict[str, Any] | None = None, priority: int = 0) -> Work:
    """Ask for one piece of work, once; see `enqueue_many`."""
    return enqueue_many(kind, {subject_id: payload or {}}, priority=priority)[0]


def enqueue_many(kind: str, payloads: Mapping[int, dict[str, Any]], *, priority: int = 0) -> list[Work]:
    """Ask for work on each subject id, in the caller's transaction, and return the rows in the same order.

    A row that waits or runs with the same payload stays as it is. A new payload takes its place, also from under a
    run, which then may not finish the row; a failed row begins anew. Raises KeyError for a kind that is not known.
    """
    KINDS[kind]
    now = timezone.now()
    wanted = [
        Work(kind=kind, subject_id=subject, payload=payload, priority=priority, ready_at=now, created_at=now)
        for subject, payload in payloads.items()
    ]
    with transaction.atomic():
        Work.objects.bulk_create(wanted, ignore_conflicts=True)
        rows = _rows(kind, payloads)
        if len(rows) < len(payloads):  # an old row was finished, and so deleted, between the two statements
            Work.objects.bulk_create([row for row in wanted if row.subject_id not in rows], ignore_conflicts=True)
            rows = _rows(kind, payloads)
        for subject, payload in payloads.items():
            if rows[subject].payload != payload or rows[subject].state == Work.State.FAILED:
                Work.objects.filter(id=rows[subject].id).update(
                    payload=payload, priority=priority, ready_at=now, **UNTRIED
                )
    ids = [rows[subject].id for subject in payloads]
    transaction.on_commit(lambda: hints.work(ids[:HINTED]), robust=True)
    return [rows[subject] for subject in payloads]


def subject_of(key: str) -> int:
    """Return what stands for a picture, which has no number: the first 60 bits of its hash."""
    return int(key[:15], 16)


def retry(work: Work) -> bool:
    """Queue a failed row again; return False where it has gone or somebody else has done so."""
    return bool(retry_many(Work.objects.filter(id=work.id)))


def retry_many(rows: QuerySet[Work]) -> int:
    """Queue those of the rows that have failed again, in one statement; return how many."""
    failed = Work.objects.filter(id__in=rows.order_by().values("id"), state=Work.State.FAILED)
    ids = list(failed.order_by("priority", "id").values_list("id", flat=True)[:HINTED])
    retried = failed.update(ready_at=timezone.now(), **UNTRIED)
    transaction.on_commit(lambda: hints.work(ids), robust=True)
    return retried


def sweep() -> int:
    """Hint at what is due, most urgent first: lost messages, back-offs that ended, leases that ran out."""
    at = timezone.now()
    ids = [work_id for state in _TAKEN_FROM for work_id in _due(state, at)[:SWEPT]][:SWEPT]
    hints.work(ids)
    return len(ids)


def run_due(*, limit: int) -> int:
    """Take and do due rows, one after another, in this process; return how many were run."""
    done = 0
    while done < limit and (work := _next()):
        _do(work)
        done += 1
    return done


def run(work_id: int) -> bool:
    """Take and do this row; return False where it is gone, not due, or somebody else's."""
    work = leases.take(work_id, at=timezone.now(), kinds=KINDS)
    if work:
        _do(work)
    return work is not None


_TAKEN_FROM = (Work.State.RUNNING, Work.State.QUEUED)  # abandoned rows first: they have waited longest


def _rows(kind: str, subjects: Iterable[int]) -> dict[int, Work]:
    return {row.subject_id: row for row in Work.objects.filter(kind=kind, subject_id__in=list(subjects))}


def _due(state: Work.State, at: datetime) -> Any:
    # One state at a time: the index (state, priority, ready_at) then gives the order without a sort.
    due = Work.objects.due(at=at).filter(state=state, kind__in=KINDS)
    return due.order_by("priority", "ready_at", "id").values_list("id", flat=True)


def _next() -> Work | None:
    at = timezone.now()
    for state in _TAKEN_FROM:
        for work_id in _due(state, at)[:20]:  # others may take some of them meanwhile
            if work := leases.take(work_id, at=at, kinds=KINDS):
                return work
    return None


def _do(work: Work) -> None:
    if work.attempts > ATTEMPTS:
        _fail(work, DIED, final=True)
        return
    try:
        function: Callable[[Work], None] = import_string(KINDS[work.kind])
        with leases.kept(work):
            function(work)
    except Stopped:
        leases.held(work).update(state=Work.State.QUEUED, attempts=F("attempts") - 1, lease_until=None, lease_owner="")
    except Later as later:
        ready_at = timezone.now() + later.wait
        leases.held(work).update(
            state=Work.State.QUEUED, attempts=F("attempts") - 1, ready_at=ready_at, lease_until=None, lease_owner=""
        )
    except Refused as refusal:
        _fail(work, str(refusal), final=True)
    except Failed as failure:
        _fail(work, str(failure), final=work.attempts >= ATTEMPTS)
    except Exception as error:
        logger.exception("work %s (%s) failed, attempt %s", work.id, work, work.attempts)
        _fail(work, f"{type(error).__name__}: {error}", final=work.attempts >= ATTEMPTS)
    else:
        leases.held(work).delete()
        RUNS.labels(work.kind, "done").inc()


def _fail(work: Work, reason: str, *, final: bool) -> None:
    state = Work.State.FAILED if final else Work.State.QUEUED
    RUNS.labels(work.kind, "given up" if final else "failed").inc()
    wait = timedelta() if final else BACK_OFF[work.attempts - 1]
    leases.held(work).update(
        state=state, reason=reason[:300], ready_at=timezone.now() + wait, lease_until=None, lease_owner=""
    )
    if final:
        logger.warning("work %s (%s) is given up: %s", work.id, work, reason)
