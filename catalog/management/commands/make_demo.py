"""Make the demo catalog: `make_demo DIR [--seed N]`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from catalog.demo import files


class Command(BaseCommand):
    help = "Compose, play, encode and tag the demo catalog into a folder; what is there already is kept."
    requires_system_checks: list[str] = []  # it needs no database, and must not wait for one

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--seed", type=int, default=1, help="another number is other music under the same names")

    def handle(self, *args: Any, folder: Path, seed: int, **options: Any) -> None:
        with tqdm(desc="Playing the demo catalog", unit=" songs", disable=None) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            try:
                made = files.make(folder, seed=seed, progress=show)
            except (OSError, RuntimeError) as error:
                raise CommandError(f"The demo catalog could not be made: {error}") from error
        self.stdout.write(f"{made} songs made in {folder}." if made else f"{folder} is complete.")
