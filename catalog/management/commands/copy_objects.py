"""Ask for the copies that other regions lack, such as all of them after a region was added."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog import copies
from catalog.management import long
from catalog.models import Cover, Rendition


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
        with long.when_told() as stop:
            self._ask(after, stop)

    def _ask(self, after: int, stop: Callable[[], bool]) -> None:
        asked, last, stopped = 0, after, False
        rows = Rendition.objects.filter(file=None, id__gt=after).count() + (0 if after else Cover.objects.count())
        with tqdm(total=rows, unit=" rows", disable=None) as bar:
            for looked in copies.want_lacking(after=after):
                bar.update(looked.rows)
                asked, last = asked + looked.asked, looked.last
                if stopped := stop():
                    break
        ended = f"Stopped; go on with --after {last}." if stopped else "Done."
        self.stdout.write(f"{ended} {asked} of {rows} lack a copy; the workers make them, the most played first.")
