"""Own the end of an account: everything that is a person's goes with it."""

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from accounts import throttling
from accounts.models import User


class LastSuperuser(Exception):
    """Without this account nobody could manage accounts any more."""


def delete_account(user: User) -> None:
    """Delete the user with all that is theirs; raise LastSuperuser for the last one who may do everything.

    What goes: tokens and sessions, resume points, plays and queue, by the cascades of their rows. What stays has no
    name on it (how often a song was played), or is the history of the catalog, which outlives its curators.
    """
    with transaction.atomic():
        # A play that begins meanwhile waits for this lock, and then finds nobody to belong to.
        locked = User.objects.filter(id=user.id)
        if user.is_superuser:
            # in one order: of two who leave at once, one waits and then sees that the other one is gone
            locked |= User.objects.superusers()
        list(locked.select_for_update().order_by("id"))
        if leaves_nobody([user]):
            raise LastSuperuser
        throttling.forget_account(user.get_username())
        import_string(settings.LISTENING_FORGET)([user.id])
        user.delete()


def leaves_nobody(going: Iterable[User]) -> bool:
    """Say whether the last superuser is among these."""
    ids = [user.id for user in going if user.is_superuser]
    return bool(ids) and not User.objects.superusers().exclude(id__in=ids).exists()
