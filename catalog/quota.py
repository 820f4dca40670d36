"""How much a curator may send: so many files an hour and so many bytes a day, where the operator sets a limit."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Sum

from accounts.models import User
from catalog.models import Upload

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Exceeded(Exception):
    """The curator has sent as much as they may for now; `wait` says in how many seconds there is room again."""

    def __init__(self, wait: int) -> None:
        super().__init__()
        self.wait = wait


def check(curator: User, *, files: int, size: int, at: datetime) -> None:
    """Raise Exceeded if so many more files, or bytes, are more than the curator may send now. 0 is no limit."""
    sent = Upload.objects.filter(curator=curator)
    if settings.UPLOADS_PER_HOUR:
        times = sent.filter(created_at__gt=at - HOUR).order_by("created_at").values_list("created_at", flat=True)
        over = len(times) + files - settings.UPLOADS_PER_HOUR
        if over > 0:  # so many of the oldest have to be an hour old first
            raise Exceeded(_until((times[over - 1] if over <= len(times) else at) + HOUR, at))
    if settings.UPLOAD_QUOTA:
        latest = sent.filter(created_at__gt=at - DAY)
        if (latest.aggregate(total=Sum("size"))["total"] or 0) + size > settings.UPLOAD_QUOTA:
            first = latest.order_by("created_at").values_list("created_at", flat=True).first()
            raise Exceeded(_until((first or at) + DAY, at))


def _until(moment: datetime, at: datetime) -> int:
    return max(1, int((moment - at).total_seconds()) + 1)
