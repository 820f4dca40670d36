"""Do the waiting work here and now: package audio, cut covers; workers may run at the same time."""

import signal
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from catalog import children, wishes, work
from catalog.models import Work

LOOKED_AGAIN = 0.5  # seconds between two looks at rows that others have, or that wait for their next attempt


class Command(BaseCommand):
    help = "Make renditions and covers that are still to be made, in the foreground."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--retry-failed", action="store_true", help="give what was given up another chance")
        parser.add_argument(
            "--wait", action="store_true", help="also wait for what other workers have, and for retries"
        )

        parser.add_argument("--ladder", action="store_true", help="also encode and measure what listeners have played")
        parser.add_argument("--all", action="store_true", help="with --ladder: everything, played or not")

    def handle(self, *, retry_failed: bool, wait: bool, ladder: bool, **options: Any) -> None:
        self._stopped = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        if retry_failed:
            for row in Work.objects.filter(state=Work.State.FAILED):
                work.retry(row)
        if ladder:
            self._ask(everything=options["all"], quiet=options["verbosity"] == 0)
        unfinished = Work.objects.exclude(state=Work.State.FAILED)
        done = 0
        with tqdm(total=unfinished.count(), unit="job", disable=options["verbosity"] == 0) as bar:
            while not self._stopped:
                if work.run_due(limit=1):
                    done += 1
                    bar.update()
                elif wait and unfinished.exists():
                    time.sleep(LOOKED_AGAIN)
                else:
                    break
        self._report(done)

    def _ask(self, *, everything: bool, quiet: bool) -> None:
        asked = 0
        with tqdm(unit="song", disable=quiet) as bar:
            for more in wishes.ask(everything=everything):
                asked += more
                bar.update(wishes.SLICE)
                if self._stopped:
                    break
        self.stdout.write(f"{asked} more ladders are asked for.")

    def _stop(self, *_: Any) -> None:
        self._stopped = True
        children.stop_all()

    def _report(self, done: int) -> None:
        self.stdout.write(f"{done} jobs run.")
        failed = Work.objects.filter(state=Work.State.FAILED)
        if count := failed.count():
            self.stdout.write(f"{count} could not be done:")
        for row in failed.order_by("id").iterator():
            self.stdout.write(f"  {row}: {row.reason}")
