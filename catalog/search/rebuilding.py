"""Build the whole index beside the live one, go on where a killed build stopped, and change places."""

import fcntl
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import ModuleType

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from catalog.models import Lane, SearchBuild, SearchChange, SearchMissed
from catalog.search import entries, indexer, postgres_filling, readers, sqlite_filling, state, tables
from catalog.search.entries import Source

BUILDERS_LOCK = 0x5EA2C5  # of PostgreSQL's advisory locks
DOCUMENTS = "documents"  # the first step; the others are the database's own
READING = 2  # units of progress of a row while documents are written; all steps after that are about 1 a row
CAUGHT_UP = 200  # rows that may be left for the transaction in which the indexes change places
COVERED = 20_000  # waiting notes that are left to the build: the indexer would be busy longer than the build
SWEPT = 5000  # rows a transaction
TRIES = 1000  # to change places while searches, or a backup, are running
BETWEEN = 0.05, 5.0  # seconds, from the first try on ever longer: while one waits, so do all searches

Progress = Callable[[int], object]  # called with the number of units done since the last call


def _in_silence(units: int) -> None:
    """Tell nobody how far it is."""


class Busy(Exception):
    """Another process is building the index."""


def size() -> int:
    """Return the units of progress of a rebuild."""
    return (READING + 1) * entries.count()


def rebuild(*, restart: bool = False, source: Source | None = None, progress: Progress = _in_silence) -> int:
    """Build the index, or go on with a build that was killed; return the number of its documents.

    Searches and the indexer go on meanwhile: what changes is noted, and done before the new index takes its place.
    `source` gives the documents of each kind in the order of sids, instead of the catalog. Raise Busy.
    """
    with alone(), filling().unhurried():
        build = _begin(restart=restart)
        with nullcontext(source) if source else readers.source(entries.count()) as documents:
            _write_documents(build, documents, progress)
        count = _count(build.index)
        _take_steps(build, count, progress)
        _change_places(build)
        sweep()
    return count


def filling() -> ModuleType:
    """Return the module that fills indexes in the database in use."""
    return postgres_filling if connection.vendor == "postgresql" else sqlite_filling


def sweep() -> None:
    """Drop indexes that are neither live nor in the building, and the notes that the last build has made good."""
    build = SearchBuild.objects.filter(id=1).first()
    kept = (tables.LIVE, build.index if build else "")
    with connection.cursor() as cursor:
        abandoned = [index for index in tables.indexes(cursor) if index not in kept]
    for index in abandoned:
        filling().discard(index)
    for model in (SearchChange.objects.filter(lane=Lane.COVERED), SearchMissed.objects.all()) if not build else ():
        while ids := list(model.order_by("id").values_list("id", flat=True)[:SWEPT]):
            model.filter(id__lte=ids[-1]).delete()


def _begin(*, restart: bool) -> SearchBuild:
    """Return the build to go on with, or begin one: from here on the indexer notes what it may miss."""
    build = SearchBuild.objects.filter(id=1).first()
    known = build is not None and build.layout == state.LAYOUT and build.step in (DOCUMENTS, *filling().STEPS)
    if build and known and not restart:  # else it was begun by a version that built in other steps
        return build
    index = f"{tables.LIVE}_{uuid.uuid4().hex[:8]}"
    with transaction.atomic(), connection.cursor() as cursor:
        indexer.take_turns(cursor)
        SearchBuild.objects.all().delete()
        SearchMissed.objects.all().delete()
        tables.create_bare(cursor, index)
        filling().begin(cursor, index)
        build = SearchBuild.objects.create(
            id=1, index=index, layout=state.LAYOUT, step=DOCUMENTS, kind=tables.KINDS[0], started_at=timezone.now()
        )
        many = SearchChange.objects.filter(lane=Lane.BULK)
        if many.order_by("id")[COVERED : COVERED + 1].exists():
            many.update(lane=Lane.COVERED)  # what stands here now is in what is read from here on
    sweep()
    return build


def _write_documents(build: SearchBuild, source: Source, progress: Progress) -> None:
    """Write the documents, a batch and the place where it ends in one transaction."""
    progress(READING * _count(build.index))
    for kind in tables.KINDS[tables.KINDS.index(build.kind) :] if build.step == DOCUMENTS else ():
        while (batch := source(kind, build.sid)).rows:
            build.kind, build.sid = kind, batch.last
            with transaction.atomic(), connection.cursor() as cursor:
                # A row that has moved behind the place where it was read already: it is noted, and done in the end.
                twice = tables.present(cursor, build.index, kind, [document.row_id for document in batch.documents])
                new = [document for document in batch.documents if document.row_id not in twice]
                filling().load(cursor, build.index, kind, new)
                build.save(update_fields=["kind", "sid"])
            progress(READING * batch.rows)
        build.sid = -1


def _take_steps(build: SearchBuild, units: int, progress: Progress) -> None:
    """Do what is better done over all documents at once. A step is safe to do twice: a kill costs one step."""
    steps = filling().STEPS
    names = [DOCUMENTS, *steps]
    told = 0.0
    for place, name in enumerate(steps):
        if names.index(build.step) <= place:
            for done in steps[name](build.index):
                now = units * (place + done) / len(steps)
                progress(int(now) - int(told))
                told = now
            build.step = name
            build.save(update_fields=["step"])
    progress(units - int(told))


def _change_places(build: SearchBuild) -> None:
    """Do what the new index has missed, and let it take the live one's place: in the end both at once."""
    while SearchMissed.objects.order_by("id")[CAUGHT_UP : CAUGHT_UP + 1].exists():
        with transaction.atomic(), connection.cursor() as cursor:
            _catch_up(cursor, build)
    old = f"{tables.LIVE}_{uuid.uuid4().hex[:8]}"
    for attempt in range(TRIES):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                indexer.take_turns(cursor)
                while _catch_up(cursor, build):
                    pass
                filling().hold(cursor)
                tables.swap(cursor, build.index, old)
                build.delete()
                state.note_build(at=timezone.now())
        except OperationalError:  # searches that run long are not waited for: others would wait behind us
            if attempt == TRIES - 1:
                raise
            least, most = BETWEEN
            time.sleep(min(most, least * 2 ** min(attempt, 10)))
        else:
            return


def _catch_up(cursor: CursorWrapper, build: SearchBuild) -> int:
    """Do some of what the new index has missed; return how many notes."""
    notes = list(SearchMissed.objects.order_by("id").values_list("id", "kind", "subject_id")[: indexer.BATCH])
    indexer.apply(cursor, build.index, {(kind, subject) for _, kind, subject in notes})
    SearchMissed.objects.filter(id__in=[note for note, _, _ in notes]).delete()
    return len(notes)


def _count(index: str) -> int:
    with connection.cursor() as cursor:
        return sum(tables.count(cursor, index, kind) for kind in tables.KINDS)


@contextmanager
def alone() -> Iterator[None]:
    """Keep other builders away, or raise Busy; both databases free the lock of a process that was killed."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [BUILDERS_LOCK])
            if cursor.fetchone() != (True,):
                raise Busy
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [BUILDERS_LOCK])
        return
    name = str(connection.settings_dict["NAME"])
    if ":memory:" in name or name.startswith("file:"):  # nobody else can see it
        yield
        return
    with Path(f"{name}.build.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        yield
