"""Take a music folder into the catalog."""

import gc
import signal
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog import library, paths

SIGNALS = (signal.SIGTERM, signal.SIGINT)  # both end after the batch at hand
COLLECT_AFTER = 50_000  # objects: a batch is many rows and no cycles, and looking for some is a sixth of the time


class Command(BaseCommand):
    help = "Take a music folder into the catalog; run it again to take in what has changed."
    requires_system_checks: list[str] = []  # they load the whole web: half of the time of an unchanged scan

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", metavar="DIR", type=Path, help="the folder")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--in-place", action="store_true", help="play the files where they are (the default)")
        way.add_argument("--copy", action="store_true", help="copy the files into the media storage")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["dir"].expanduser()
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER)
        stopping: list[int] = []
        before = {one: signal.signal(one, lambda number, _: stopping.append(number)) for one in SIGNALS}
        try:
            self._tell(self._import(folder, copy=options["copy"], stop=lambda: bool(stopping)))
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _import(self, folder: Path, *, copy: bool, stop: Callable[[], bool]) -> library.Report:
        try:
            with tqdm(desc="Importing", unit=" files", disable=None) as bar:
                return library.import_folder(
                    folder,
                    copy=copy,
                    progress=lambda done, total: _show(bar, done, total),
                    stop=stop,
                    waiting=lambda: self.stderr.write("Another import is running; this one begins when it has ended."),
                )
        except OSError as error:
            raise CommandError(f"{folder} cannot be listed: {error.strerror}.") from error

    def _tell(self, report: library.Report) -> None:
        if report.unreadable:
            self.stdout.write(f"{len(report.unreadable)} could not be read:")
            for path, reason in report.unreadable:
                self.stdout.write(f"  {paths.readable(path) or '.'} {reason}")
        if report.remarks:
            self.stdout.write(f"{len({path for path, _ in report.remarks})} taken in with remarks:")
            for path, remark in report.remarks:
                self.stdout.write(f"  {paths.readable(path)}: {remark}")
        ended = "Stopped; run it again to go on." if report.stopped else "Done."
        self.stdout.write(
            f"{ended} {report.found} files: {report.read} read, {report.unchanged} unchanged, {report.gone} gone, "
            f"in {report.seconds:.1f} s."
        )


def _show(bar: "tqdm[Any]", done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)
