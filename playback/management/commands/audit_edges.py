"""Compare what POPs hold with what it should be, and replace what is damaged."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog.models import Rendition
from playback import audit
from playback.audit import Outcome


class Command(BaseCommand):
    help = "Read objects through each POP, compare them with their hashes, and replace what is damaged."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--edge", metavar="NAME", help="this POP alone")
        parser.add_argument("--most", type=int, default=1000, metavar="N", help="objects of each POP (1000)")
        parser.add_argument("--rate", type=float, default=audit.RATE / 1e6, metavar="MB", help="a second (20)")
        parser.add_argument("--all", action="store_true", help="every rendition, which fills the POPs as well")
        parser.add_argument(
            "--after", type=int, default=0, metavar="ID", help="with --all: go on behind this rendition"
        )

    def handle(self, *, edge: str | None, most: int, rate: float, after: int, **options: Any) -> None:
        edges = [one for one in audit.auditable() if edge in {None, one.name}]
        if not edges:
            raise CommandError("EDGES names no such POP that could be audited.")
        if most < 1 or rate <= 0:
            raise CommandError("--most and --rate must be positive.")
        damaged = 0
        for one in edges:
            auditor = audit.Auditor(one, rate=int(rate * 1e6))
            if not auditor.cache:
                raise CommandError(f"{one.name} does not answer at {one.url}.")
            if options["all"]:
                rows = Rendition.objects.filter(file=None, id__gt=after).order_by("id")[:most]
                last = max(rows.values_list("id", flat=True), default=after)
                found = auditor.everything(Rendition.objects.filter(file=None, id__gt=after, id__lte=last))
            else:
                found, last = auditor.held(most=most), 0
            with tqdm(found, desc=one.name, unit=" objects", disable=None) as bar:
                outcomes = Counter(audited.outcome for audited in bar)
            told = ", ".join(f"{outcomes[outcome]} {outcome.value}" for outcome in Outcome if outcomes[outcome])
            self.stdout.write(f"{one.name}: {told or 'nothing to audit'}{f'; last rendition {last}' if last else ''}.")
            damaged += outcomes[Outcome.DAMAGED]
        if damaged:
            raise CommandError(f"{damaged} objects are damaged where they are stored, or on their way. See the log.")
