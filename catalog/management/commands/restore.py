"""Restore a backup into this node's database and storage."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from catalog import restoring
from catalog.management import long
from catalog.vaults import Unusable, Vault
from spotify_lite import dumps

SHOWN = 20  # names of what is lacking


class Command(BaseCommand):
    help = "Restore a backup, with everything else stopped: objects are added, and the database changes at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="SOURCE", help="what `backup` was told")
        parser.add_argument("--moment", default="", help="of the backup, as `backup` named it; the newest otherwise")
        parser.add_argument("--replace", action="store_true", help="even if there is a catalog or an account here")

    def handle(self, *, source: str, moment: str, replace: bool, **options: Any) -> None:
        with long.when_told() as stop, tqdm(unit=" objects", disable=None) as bar:
            try:
                report = restoring.restore(
                    Vault(source), moment=moment, replace=replace, at=timezone.now(), progress=long.show(bar), stop=stop
                )
            except restoring.NotEmpty as reason:
                raise CommandError("There is an installation here: --replace puts the backup in its place.") from reason
            except restoring.Stopped as reason:
                raise CommandError("Stopped: the database is as it was. Run it again to go on.") from reason
            except (dumps.Failed, Unusable) as reason:
                raise CommandError(str(reason)) from reason
            except OSError as error:
                raise CommandError(f"{long.why(error)}. The database is as it was; run it again to go on.") from error
        self._tell(report)

    def _tell(self, report: restoring.Report) -> None:
        self.stdout.write(
            f"Restored {report.moment}: {report.rows} rows, {report.objects} objects, "
            f"of which {report.copied} were copied."
        )
        if report.migrated:
            self.stdout.write("It was of an older version: its tables were brought up to date.")
        if report.keys:
            self.stdout.write("The keys of that installation are now this one's.")
        built = "is built anew by a worker" if report.building else f"holds {report.documents} songs"
        self.stdout.write(f"The search index {built}.")
        for folder in report.folders:
            self.stdout.write(f"{folder} is not on this machine: what is played in place from there is unavailable.")
        for name in report.lacking[:SHOWN]:
            self.stdout.write(f"  {name} is not in the storage")
        if report.lacking:
            raise CommandError(f"{len(report.lacking)} objects of the backup are not in the storage, whole.")
        self.stdout.write("Every object of the backup is in the storage, whole.")
