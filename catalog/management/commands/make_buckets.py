"""`manage.py make_buckets`: make what ORIGINS name and is not there."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog import origins


class Command(BaseCommand):
    help = "Make the buckets of ORIGINS that are not there; what is there stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        for origin in settings.ORIGINS:
            try:
                made = origins.make_buckets(origin)
            except OSError as error:
                raise CommandError(f"{origin.region}: {error}.") from error
            self.stdout.write(f"{origin.region}: {', '.join(made) + ' made' if made else 'nothing to make'}")
