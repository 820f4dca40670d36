"""Fill the catalog with invented music: `seed_catalog --tracks 100000 --seed 1`."""

import gc
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from catalog import entering, seeding
from catalog.management import long
from catalog.management.importing import COLLECT_AFTER


class Command(BaseCommand):
    help = "Add an invented catalog of so many tracks, without audio. The same seed is only added once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tracks", type=int, default=10_000)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER)
        with long.when_told() as stop, tqdm(total=options["tracks"], unit=" tracks", desc="Writing") as bar:
            made = seeding.seed(tracks=options["tracks"], number=options["seed"], progress=bar.update, stop=stop)
        with tqdm(unit=" steps", unit_scale=True, desc="Indexing") as bar:
            entering.index(progress=long.show(bar))
        if not made.tracks:
            self.stdout.write(f"Nothing to add: seed {options['seed']} already has these {made.known} tracks.")
            return
        already = f" {made.known} were there already." if made.known else ""
        self.stdout.write(f"Added {made.tracks} tracks, {made.albums} albums and {made.artists} artists.{already}")
