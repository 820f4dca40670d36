"""What the commands that import have in common: they can be stopped, show how far they are, and tell what they did."""

import gc
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog import library, paths, stores
from catalog.management import long

COLLECT_AFTER = 50_000  # objects: a batch is many rows and no cycles, and looking for some is a sixth of the time


class ImportCommand(BaseCommand):
    """A command that imports; its `take_in` says from where."""

    requires_system_checks: list[str] = []  # they load the whole web: half of the time of an unchanged scan

    def take_in(self, options: dict[str, Any], **how: Callable[..., Any]) -> library.Report:
        """Import, with `progress`, `stop` and `waiting` as `library.import_folder` takes them."""
        raise NotImplementedError

    def add_arguments(self, parser: ArgumentParser) -> None:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER)
        with long.when_told() as stop, tqdm(desc="Importing", unit=" files", disable=None) as bar:
            try:
                report = self.take_in(
                    options,
                    progress=long.show(bar),
                    stop=stop,
                    waiting=lambda: self.stderr.write("Another import is running; this one begins when it has ended."),
                )
            except stores.Unreachable as error:
                raise CommandError(f"{error}. What is in stays; run it again to go on.") from error
        self._tell(report)

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
