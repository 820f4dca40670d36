"""Build the search index anew, beside the one in use."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog import search


class Command(BaseCommand):
    help = "Build the search index anew; searches go on meanwhile. One that was killed goes on where it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--restart", action="store_true", help="begin anew where a build has not been finished")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with tqdm(total=search.rebuild_size(), unit=" steps", unit_scale=True, desc="Indexing") as bar:
                count = search.rebuild(restart=options["restart"], progress=bar.update)
        except search.Busy:
            raise CommandError("Another process is building the index; it goes on by itself.") from None
        self.stdout.write(f"Indexed {count} tracks, artists and albums.")
