"""Build the search index anew, beside the one in use."""

from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from catalog import search
from catalog.search import indexer, tables


class Command(BaseCommand):
    help = "Build the search index anew; searches go on meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = sum(indexer.listed(kind).count() for kind in tables.KINDS)
        with tqdm(total=rows, unit=" rows") as bar:
            count = search.rebuild(progress=bar.update)
        self.stdout.write(f"Indexed {count} tracks, artists and albums.")
