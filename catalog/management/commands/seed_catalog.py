"""Fill the catalog with invented music: `seed_catalog --tracks 100000 --seed 1`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from catalog import search, seeding
from catalog.models import Album, Artist, Track


class Command(BaseCommand):
    help = "Add an invented catalog of at least so many tracks, without audio. The same seed is only added once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tracks", type=int, default=10_000)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        with tqdm(total=options["tracks"], unit=" tracks", desc="Writing") as bar:
            made = seeding.seed(
                tracks=options["tracks"], number=options["seed"], at=timezone.now(), progress=bar.update
            )
        if not made.tracks:
            self.stdout.write(f"Nothing to add: seed {options['seed']} already has these {made.already} tracks.")
            return
        rows = Track.objects.count() + Artist.objects.count() + Album.objects.count()
        with tqdm(total=rows, unit=" rows", desc="Indexing") as bar:
            search.rebuild(progress=bar.update)
        already = f" {made.already} were there already." if made.already else ""
        self.stdout.write(f"Added {made.tracks} tracks, {made.albums} albums and {made.artists} artists.{already}")
