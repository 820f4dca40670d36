"""Ask for the copies that other regions lack, such as all of them after a region was added."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog import copies
from catalog.models import Cover, Rendition

SIGNALS = (signal.SIGTERM, signal.SIGINT)  # both end after the batch at hand


class Command(BaseCommand):
    help = "Ask the workers for the copies that other regions lack; run it again at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--after", type=int, default=0, metavar="ID", help="go on behind this rendition")
        parser.add_argument("--anew", metavar="REGION", help="this region has another bucket now, which holds nothing")

    def handle(self, *, after: int, anew: str | None, **options: Any) -> None:
        regions = [origin.region for origin in copies.others()]
        if not regions:
            raise CommandError("ORIGINS names one region at most: there is nowhere to copy to.")
        if anew:
            if anew not in regions:
                raise CommandError(f"{anew} is none of the regions that are copied to: {', '.join(regions)}.")
            self.stdout.write(f"Forgot {copies.forget_region(anew)} objects of {anew}.")
        stopping: list[int] = []
        before = {one: signal.signal(one, lambda number, _: stopping.append(number)) for one in SIGNALS}
        try:
            self._ask(after, stopping)
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _ask(self, after: int, stopping: list[int]) -> None:
        asked, last = 0, after
        rows = Rendition.objects.filter(file=None, id__gt=after).count() + (0 if after else Cover.objects.count())
        with tqdm(total=rows, unit=" rows", disable=None) as bar:
            for looked in copies.want_lacking(after=after):
                bar.update(looked.rows)
                asked, last = asked + looked.asked, looked.last
                if stopping:
                    break
        ended = f"Stopped; go on with --after {last}." if stopping else "Done."
        self.stdout.write(f"{ended} {asked} of {rows} lack a copy; the workers make them, the most played first.")
