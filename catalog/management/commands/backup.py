"""Back up the database and the storage."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from catalog import backups
from catalog.management import long
from catalog.vaults import Unusable, Vault
from spotify_lite import dumps

SHOWN = 20  # names of what is missing


class Command(BaseCommand):
    help = (
        "Back up the database, and the objects that it names, while everything runs; what is there is not copied again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", metavar="TARGET", help="a folder, or s3://bucket/prefix at the home storage")

    def handle(self, *, target: str, **options: Any) -> None:
        with long.when_told() as stop, tqdm(unit=" objects", disable=None) as bar:
            try:
                vault = Vault(target)
                report = backups.back_up(vault, at=timezone.now(), progress=long.show(bar), stop=stop)
            except backups.Busy as reason:
                raise CommandError("Another backup is being made.") from reason
            except backups.Stopped as reason:
                raise CommandError("Stopped: this backup is not whole. Run it again to go on.") from reason
            except (dumps.Failed, Unusable) as reason:
                raise CommandError(str(reason)) from reason
            except OSError as error:
                raise CommandError(
                    f"{long.why(error)}. Older backups are as they were; run it again to go on."
                ) from error
        self.stdout.write(
            f"Backup {report.moment}: {report.rows} rows, {report.objects} objects, "
            f"of which {report.copied} were copied ({report.size / 1e6:.1f} MB)."
        )
        if settings.EMBEDDED:
            self.stdout.write("It holds the keys of this installation: let nobody else read it.")
        for folder in report.folders:
            self.stdout.write(f"Not in it: {folder}, which is played in place.")
        for name, words in report.missing[:SHOWN]:
            self.stdout.write(f"  {name} {words}")
        if report.missing:
            raise CommandError(
                f"The backup is whole, but {len(report.missing)} objects that rows name could not be read."
            )
