"""Move the media from the folders of this node to the home storage."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog import moving, stores
from catalog.management import long


class Command(BaseCommand):
    help = "Copy masters, renditions and covers from MEDIA_DIR to the first of ORIGINS; run it again to go on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--delete", action="store_true", help="delete each file once its object was read back")

    def handle(self, *, delete: bool, **options: Any) -> None:
        if not settings.ORIGINS:
            raise CommandError("There is nowhere to move to: ORIGINS is not set.")
        with long.when_told() as stop, tqdm(unit="B", unit_scale=True, disable=None) as bar:
            try:
                report = moving.move(delete=delete, progress=long.show(bar), stop=stop)
            except stores.Unreachable as error:
                raise CommandError(f"{error}. What was moved stays; run it again to go on.") from error
        for name, reason in report.refused:
            self.stdout.write(f"  {name} {reason}")
        ended = "Stopped; run it again to go on." if report.stopped else "Done."
        self.stdout.write(
            f"{ended} {report.found} objects, {report.size / 1e6:.1f} MB: {report.sent} sent, "
            f"{report.there} there already, {report.deleted} files deleted, in {report.seconds:.1f} s."
        )
        if report.refused:
            raise CommandError(f"{len(report.refused)} objects could not be moved; their files stay.")
