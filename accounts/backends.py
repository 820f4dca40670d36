"""Who a session's user is: Django's own rules, by a query that is compiled once."""

from django.contrib.auth.backends import ModelBackend

from accounts.models import User
from spotify_lite.prepared import Prepared

BY_ID = Prepared(User, lambda user_id: User.objects.filter(id=user_id), user_id=(1 << 63) - 1)


class ListenerBackend(ModelBackend):
    """Sign in by name and password, and know a listener again by the id in the session."""

    def get_user(self, user_id: int) -> User | None:
        """Return the active user of this id: one query."""
        user: User | None = BY_ID.instance(user_id=user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
