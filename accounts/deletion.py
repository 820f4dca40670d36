"""Own the end of an account: everything that is a person's goes with it."""

from django.db import transaction

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
        if user.is_superuser:
            # locked in one order: two who leave at once cannot both be told that the other one stays
            staying = User.objects.select_for_update().filter(is_superuser=True, is_active=True).order_by("id")
            if [superuser.id for superuser in staying] == [user.id]:
                raise LastSuperuser
        throttling.forget_account(user.get_username())
        user.delete()
