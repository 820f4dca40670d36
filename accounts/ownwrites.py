"""Note that a person has written, so that no replica without it is read for them, on any node."""

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models.expressions import RawSQL

from accounts.models import User

# All that was committed before has a lesser number, or stands before this one in the log that replicas replay.
THIS_TRANSACTION = RawSQL("pg_current_xact_id()::text::bigint", [])


def note(person: AbstractBaseUser | AnonymousUser) -> None:
    """Let the person read from no replica that has not replayed what they wrote up to now: one write.

    It comes before the answer, so that who was told of the write finds it.
    """
    if settings.REPLICAS and person.pk is not None:
        User.objects.filter(pk=person.pk).update(wrote_xid=THIS_TRANSACTION)


def forget() -> None:
    """Forget what was noted: a database that was restored elsewhere counts its transactions anew."""
    User.objects.filter(wrote_xid__isnull=False).update(wrote_xid=None)
