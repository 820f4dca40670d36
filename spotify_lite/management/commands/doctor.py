"""`manage.py doctor`: say what is configured, reachable and missing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from spotify_lite import celery, doctor


class Command(BaseCommand):
    help = "Say what is configured, reachable and missing; fail when something that listening needs is missing."
    requires_system_checks: list[str] = []  # what they find is among the findings

    def handle(self, *args: Any, **options: Any) -> None:
        marks = {doctor.OK: self.style.SUCCESS, doctor.WARNING: self.style.WARNING, doctor.MISSING: self.style.ERROR}
        missing = []
        for finding in doctor.findings(celery.app):
            self.stdout.write(f"{marks[finding.state](f'{finding.state:8}')} {finding.subject:14} {finding.words}")
            if finding.state == doctor.MISSING:
                missing.append(finding.subject)
        if missing:
            raise CommandError(f"Missing: {', '.join(missing)}.")
