"""Take a sheet of metadata into the catalog: row by row, in batches, each whole or not at all, found at the end.

A sheet that is read again, after a kill or for what was added to it, finds its rows in the catalog and goes on.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

from catalog import bulk, entering, imports
from catalog.attachments import Attachments, Wanted
from catalog.cells import Row
from catalog.entering import Written
from catalog.rehearsal import Rehearsal
from catalog.sheets import Readable, Refused, Sheet

KEPT = 1000  # refused rows whose reasons are told; of the rest their number

Numbers = list[tuple[int, Row]]


@dataclass
class Report:
    """What an import did, or would do."""

    rows: int = 0  # that were read, refused ones too
    written: Written = field(default_factory=Written)
    refused: list[Refused] = field(default_factory=list)  # the first ones
    refused_in_all: int = 0
    stopped: bool = False  # before the end, on request; the next run goes on
    seconds: float = 0.0

    def refuse(self, rows: Iterable[Refused]) -> None:
        for row in rows:
            self.refused_in_all += 1
            if len(self.refused) < KEPT:
                self.refused.append(row)


def import_sheet(
    file: Readable,
    *,
    dry_run: bool = False,
    bucket: str | None = None,
    progress: Callable[[int], object] = bool,
    stop: Callable[[], bool] = bool,
    waiting: Callable[[], object] = bool,
) -> Report:
    """Take in a sheet; with `dry_run` write nothing, and report the same.

    `progress` is told of rows that were read; `stop` is asked after each batch; `waiting` is called once if another
    import runs: they take turns. Raise sheets.Unusable for what is no sheet, before anything is written, or breaks off
    (what is written by then stays), objects.NoStorage for a bucket where there is none, and stores.Unreachable where
    the storage of the audio does not answer.
    """
    began, report, sheet = time.monotonic(), Report(), Sheet(file)
    with imports.turn(waiting=waiting, stop=stop) as ours, bulk.room(), Attachments(bucket) as attachments:
        report.stopped = not ours
        writer = Rehearsal() if dry_run else entering.Writer()
        rows = sheet.rows()
        while not report.stopped and (batch := list(islice(rows, entering.BATCH))):
            report.rows += len(batch)
            _take(batch, writer, attachments, report, dry_run=dry_run)
            progress(len(batch))
            report.stopped = stop()
    report.seconds = time.monotonic() - began
    return report


def _take(
    batch: list[tuple[int, Row] | Refused],
    writer: entering.Writer | Rehearsal,
    attachments: Attachments,
    report: Report,
    *,
    dry_run: bool,
) -> None:
    report.refuse(one for one in batch if isinstance(one, Refused))
    rows = [one for one in batch if not isinstance(one, Refused)]
    missing = attachments.missing({row.audio for _, row in rows if row.audio})
    if missing:
        report.refuse(_without(number, row) for number, row in rows if row.audio in missing)
        rows = [(number, row) for number, row in rows if row.audio not in missing]
    made, ids = writer.write([row for _, row in rows])
    report.written += made
    wanted = [Wanted(number, row_id, row.audio) for (number, row), row_id in zip(rows, ids, strict=True) if row.audio]
    if wanted and not dry_run:
        report.refuse(attachments.attach([one for one in wanted if one.track_id]))


def _without(number: int, row: Row) -> Refused:
    return Refused(number, f'names audio that is not in the storage: "{row.audio}"')
