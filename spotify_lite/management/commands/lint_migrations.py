"""Say which new migrations the version before would not survive: `lint_migrations`. No database is asked."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.migrations.loader import MigrationLoader

from spotify_lite import coexistence


class Command(BaseCommand):
    help = "Fail where a migration that is not released yet harms the version before, and gives no reason."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        found = coexistence.look(MigrationLoader(None).graph)
        for finding in found:
            self.stdout.write(str(finding))
        if found:
            raise CommandError(
                f"{len(found)} operations that the version before does not survive. Where one is meant, the migration's"
                ' class says why it is safe: excused = {"kind": "reason"}.'
            )
