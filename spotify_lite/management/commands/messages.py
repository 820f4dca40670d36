"""Bring the translations up to date with the sources, or say where they are not: `messages [--check]`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from spotify_lite import translations

NEEDED = "gettext's programs are not installed (Debian package gettext)"


class Command(BaseCommand):
    help = "Extract what people read into the translations. What has no text yet is listed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail where a translation is not whole"
        )

    def handle(self, *, check: bool, **options: Any) -> None:
        own = Path(settings.LOCALE_PATHS[0])
        found: list[str] = []
        if not translations.can_extract():
            if not check:
                raise CommandError(f"{NEEDED}.")
            self.stderr.write(f"{NEEDED}: whether the translations are up to date is not known.")
        elif check:
            found += translations.outdated()
        else:
            translations.extract(own)
        for language in translations.languages():
            for domain in translations.DOMAINS:
                file = translations.file_of(own, language, domain)
                found += (f"{file}: {one}" for one in translations.unfinished(translations.read(file)))
        for complaint in found:
            self.stdout.write(complaint)
        if check and found:
            raise CommandError(
                f"{len(found)} faults in the translations. `make messages` extracts; the texts are yours."
            )
