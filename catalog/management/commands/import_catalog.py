"""Take a sheet of metadata from another system into the catalog."""

import gc
import gzip
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog import entering, objects, sheetimport, sheets, stores
from catalog.management import long
from catalog.management.importing import COLLECT_AFTER
from catalog.sheetimport import Report

GZIPPED = b"\x1f\x8b"
REFUSED, UNUSABLE = 1, 2  # what the command ends with: some rows were refused; nothing, or not all, could be read


class Command(BaseCommand):
    help = (
        "Take in a sheet of metadata: tab-separated with a header row, or JSON lines. Columns: "
        f"{', '.join(sheets.COLUMNS)}; artist and title are needed. Run it again to go on, or for what was added."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the sheet, plain or gzipped; - for what is piped in")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, and say what would be written")
        parser.add_argument(
            "--bucket", metavar="NAME", help="where audio lies; without it the bucket of what is served"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER)
        with ExitStack() as held:
            stop = held.enter_context(long.when_told())
            file, size, place = _open(options["file"], held)
            bar = held.enter_context(tqdm(total=size, unit="B", unit_scale=True, desc="Reading", disable=None))
            taken = held.enter_context(tqdm(unit=" rows", desc="Writing", position=1, disable=None))

            def told(rows: int) -> None:
                bar.update(place() - bar.n)
                taken.update(rows)

            try:
                report = sheetimport.import_sheet(
                    file,
                    dry_run=options["dry_run"],
                    bucket=options["bucket"],
                    progress=told,
                    stop=stop,
                    waiting=lambda: self.stderr.write("Another import is running; this one begins when it has ended."),
                )
            except sheets.Unusable as error:
                raise CommandError(str(error), returncode=UNUSABLE) from None
            except objects.NoStorage:
                raise CommandError("There is no storage with buckets: ORIGINS is not set.") from None
            except stores.Unreachable as error:
                raise CommandError(f"{error}. What is in stays; run it again to go on.") from error
        if not options["dry_run"]:
            with tqdm(unit=" steps", unit_scale=True, desc="Indexing", disable=None) as bar:
                entering.index(progress=long.show(bar))
        self._tell(report, dry_run=options["dry_run"])

    def _tell(self, report: Report, *, dry_run: bool) -> None:
        for row in report.refused:
            self.stdout.write(f"Row {row.number} {row.reason}.")
        if more := report.refused_in_all - len(report.refused):
            self.stdout.write(f"... and {more} more.")
        made, would = report.written, "Would add" if dry_run else "Added"
        ended = "Stopped; run it again to go on. " if report.stopped else ""
        self.stdout.write(
            f"{ended}{report.rows} rows in {report.seconds:.1f} s. {would} {made.tracks} tracks, {made.albums} albums, "
            f"{made.artists} artists; {made.known} rows were there already, {made.completed} of them with less; "
            f"{report.refused_in_all} refused."
        )
        if report.refused_in_all:
            raise CommandError("Not all rows could be taken in.", returncode=REFUSED)


def _open(name: str, held: ExitStack) -> tuple[BinaryIO | gzip.GzipFile, int | None, Callable[[], int]]:
    """Return the sheet, its size in bytes if that is known, and what tells how many of them have been read."""
    if name == "-":
        return sys.stdin.buffer, None, lambda: 0
    path = Path(name).expanduser()
    try:
        raw = held.enter_context(path.open("rb"))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {(error.strerror or 'unknown error').lower()}.") from error
    size = path.stat().st_size
    zipped = raw.read(len(GZIPPED)) == GZIPPED
    raw.seek(0)
    return (gzip.open(raw) if zipped else raw), size, raw.tell
