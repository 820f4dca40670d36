"""Delete objects in the storages that no row names."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from catalog import orphans


class Command(BaseCommand):
    help = "Delete objects that no row names for a day, masters for a month; the workers do so bit by bit anyway."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="all 256 prefixes, and not only those that are due")
        parser.add_argument("--dry-run", action="store_true", help="all prefixes; list, and delete nothing")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        try:
            found = self._sweep_all(dry=dry_run) if dry_run or options["all"] else orphans.sweep_due(at=timezone.now())
        except orphans.Strange as reason:
            raise CommandError(str(reason)) from reason
        for one in found if dry_run else ():
            self.stdout.write(f"{one.region or 'home'} {one.alias} {one.name} {one.size}")
        size = sum(one.size for one in found)
        self.stdout.write(f"{len(found)} objects {'would go' if dry_run else 'deleted'}, {size} bytes.")

    def _sweep_all(self, *, dry: bool) -> list[orphans.Orphan]:
        found = []
        try:
            for prefix in tqdm(orphans.PREFIXES, unit=" prefixes", disable=None):
                found += orphans.sweep(prefix, at=timezone.now(), dry=dry)
        except OSError as error:
            raise CommandError(f"Stopped after {len(found)} objects: {error}.") from error
        return found
