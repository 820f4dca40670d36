"""Keep the catalog in step with music folders: what is new or changed is read and written, what has gone is hidden.

Unchanged files (path, size, time) are not opened. A file that cannot be read changes nothing else; its reason is kept.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from catalog import genrecounts, imports, ingest, intake, paths, scan, search, work
from catalog.intake import Intake, Known, Progress
from catalog.models import AlbumCredit, Credit, Library, LibraryFile, Master, Rendition, Track, Work
from catalog.supply import FolderSupply


@dataclass
class Report:
    """What an import did."""

    found: int = 0  # audio files
    unchanged: int = 0
    read: int = 0
    gone: int = 0  # files that were there at the last scan
    stopped: bool = False  # before the end, on request; the next run goes on
    unreadable: list[tuple[str, str]] = field(default_factory=list)  # path and reason in words
    remarks: list[tuple[str, str]] = field(default_factory=list)  # path and what was mended, of files read in this run
    seconds: float = 0.0


def import_folder(
    root: Path,
    *,
    copy: bool = False,
    progress: Progress = intake.unseen,
    stop: Callable[[], bool] = bool,
    waiting: Callable[[], object] = bool,
) -> Report:
    """Take in a folder; raise OSError if it cannot be listed, and stores.Unreachable if a storage does not answer.

    In place, the files stay where they are and are served from there; with `copy` their bytes go to the storage
    "masters", and the folder may go. `stop` is asked after each file: what is written by then stays. `waiting` is
    called once if another import runs: they take turns.
    """
    with imports.turn(waiting=waiting, stop=stop) as ours:
        return _import(root.resolve(), copy, progress, stop) if ours else Report(stopped=True)


def _import(root: Path, copy: bool, progress: Progress, stop: Callable[[], bool]) -> Report:
    began = time.monotonic()
    folders = list(scan.walk(str(root)))
    report = Report(found=sum(len(folder.files) for folder in folders))
    report.unreadable = [refused for folder in folders for refused in folder.refused]
    if copy:
        run = Intake(FolderSupply(root), None, {})
        run.take([(folder, folder.files) for folder in folders], progress=progress, stop=stop)
    else:
        library, _ = Library.objects.get_or_create(root=paths.to_text(str(root)))
        known = _known(library)
        changed = _compare(library, folders, known, report)
        run = Intake(FolderSupply(root), library, known)
        run.take(changed, progress=progress, stop=stop)
        if run.doubtful or report.gone:
            hide_gone(library, run.doubtful)
    return finish(run, report, began=began)


def finish(run: Intake, report: Report, *, began: float) -> Report:
    """Let what was taken in be found, and put what the run did into the report; `began` is of the monotonic clock."""
    while search.index_pending():
        pass
    report.read, report.stopped = run.read, run.stopped
    report.unreadable = sorted(report.unreadable + run.unreadable)
    report.remarks = sorted(run.remarks)
    report.seconds = time.monotonic() - began
    return report


def rescan(row: Work) -> None:
    """Look at one file again: it was found changed when it was about to be played."""
    with imports.turn() as ours:
        if not ours:
            raise work.Failed("An import is running.")
        _rescan(row)


def _rescan(row: Work) -> None:
    file = LibraryFile.objects.select_related("library").filter(id=row.subject_id).first()
    if file is None:
        return
    root, path = Path(paths.from_text(file.library.root)), paths.from_text(file.path)
    try:
        seen = (root / path).stat()
    except OSError:
        LibraryFile.objects.filter(id=file.id).update(missing=True)
        hide_gone(file.library, {file.master_id} if file.master_id else set())
    else:
        run = Intake(
            FolderSupply(root), file.library, _known(file.library, path__startswith=file.path.rpartition("/")[0])
        )
        folder = scan.Folder(path.rpartition("/")[0])
        run.take([(folder, [scan.Seen(path, seen.st_size, seen.st_mtime_ns)])])
        hide_gone(file.library, run.doubtful)
    search.index_pending()


def hide_gone(library: Library, doubtful: Iterable[int]) -> None:
    """Make tracks unavailable none of whose files is left; `doubtful` are ids of masters that may have lost theirs."""
    now = timezone.now()
    missing = LibraryFile.objects.filter(library=library, missing=True, master__track__available=True)
    masters = {*doubtful, *missing.values_list("master_id", flat=True)}
    there = LibraryFile.objects.filter(master__track=OuterRef("pk"), missing=False, reason="")
    stored = Master.objects.filter(track=OuterRef("pk")).exclude(storage_name="")
    with transaction.atomic():
        left = Rendition.objects.filter(name="source", file__missing=True, track__masters__in=masters)
        copies = Master.objects.filter(track__renditions__in=left).exclude(storage_name="")
        if spare := list(copies.values_list("id", flat=True)):
            work.enqueue_many("source", {master: {} for master in spare})
        gone = Track.objects.filter(~Exists(there), ~Exists(stored), available=True, masters__in=masters)
        rows = dict(gone.values_list("id", "album_id"))
        if not rows:
            return
        genres = genrecounts.GenreCounts(rows)
        Track.objects.filter(id__in=rows).update(available=False)
        touched = ingest.Touched(cards=set(rows), albums={album for album in rows.values() if album})
        touched.artists = set(Credit.objects.filter(track__in=rows).values_list("artist_id", flat=True))
        touched.artists |= set(AlbumCredit.objects.filter(album__in=touched.albums).values_list("artist_id", flat=True))
        ingest.refresh(touched, at=now)
        genres.settle()


def _known(library: Library, **only: str) -> dict[str, Known]:
    rows = LibraryFile.objects.filter(library=library, **only)
    columns = ("id", "size", "mtime_ns", "master_id", "reason", "missing")
    return {path: Known(*row) for path, *row in rows.values_list("path", *columns)}


def _compare(
    library: Library, folders: list[scan.Folder], known: dict[str, Known], report: Report
) -> list[tuple[scan.Folder, list[scan.Seen]]]:
    """Return the files to read, by folder, and mark those that have gone."""
    there: set[str] = set()
    changed: list[tuple[scan.Folder, list[scan.Seen]]] = []
    for folder in folders:
        new_picture = _picture_changed(folder, known, there)
        to_read = []
        for seen in folder.files:
            path = paths.to_text(seen.path)
            there.add(path)
            row = known.get(path)
            if row is None or new_picture or row.differs(seen):
                to_read.append(seen)
                continue
            report.unchanged += 1
            if row.reason:
                report.unreadable.append((seen.path, row.reason))
        changed.append((folder, to_read))
    lost = {path: row.id for path, row in known.items() if path not in there and not row.missing}
    gone = list(lost.values())
    report.gone = sum(not scan.is_picture(path) for path in lost)
    if gone:
        for at in range(0, len(gone), 1000):
            LibraryFile.objects.filter(id__in=gone[at : at + 1000]).update(missing=True)
        changed = _with_heirs(library, folders, changed, gone)
    return [(folder, files) for folder, files in changed if files]


def _picture_changed(folder: scan.Folder, known: dict[str, Known], there: set[str]) -> bool:
    """Tell whether the picture beside the music is new or another: its files are then read again, and choose anew."""
    if folder.picture is None:
        return False
    path = paths.to_text(folder.picture.path)
    there.add(path)
    return path not in known or known[path].differs(folder.picture)


def _with_heirs(
    library: Library, folders: list[scan.Folder], changed: list[tuple[scan.Folder, list[scan.Seen]]], gone: list[int]
) -> list[tuple[scan.Folder, list[scan.Seen]]]:
    """Add the other files of tracks that have lost one: one of them may have to speak for its track now."""
    heirs: set[str] = set()
    for at in range(0, len(gone), 1000):
        others = LibraryFile.objects.filter(
            library=library, missing=False, master__track__masters__files__in=gone[at : at + 1000]
        )
        heirs.update(others.values_list("path", flat=True))
    if not heirs:
        return changed
    return [
        (folder, [seen for seen in folder.files if seen in files or paths.to_text(seen.path) in heirs])
        for folder, files in changed
    ]
