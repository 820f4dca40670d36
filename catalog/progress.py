"""Tell curators how far a piece of work has come."""

import time

from catalog.models import Work

TOLD_EVERY = 2.0  # seconds: a write each, and nobody looks more often


class Progress:
    """The percent of one run of one row of work; another run of the row is left alone."""

    def __init__(self, row: Work, whole: float) -> None:
        """Take the row and what is 100 %, in any unit; nothing is told where that is not known, and 0."""
        self._row, self._whole = row, whole
        self._due = time.monotonic() + TOLD_EVERY

    def tell(self, done: float) -> None:
        """Note how much is done, unless something was told just now."""
        if not self._whole or (now := time.monotonic()) < self._due:
            return
        self._due = now + TOLD_EVERY
        percent = max(0, min(99, int(100 * done / self._whole)))
        Work.objects.filter(id=self._row.id, lease_owner=self._row.lease_owner).update(progress=percent)
