"""Sessions in the database, as Django keeps them, read by a query that is compiled once."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from spotify_lite.prepared import Prepared

_LIVING = Prepared(
    Session,
    lambda key, at: Session.objects.filter(session_key=key, expire_date__gt=at).values_list("session_data"),
    key="a session's key",
    at=datetime.max.replace(tzinfo=UTC),
)


class SessionStore(db.SessionStore):
    """Django's own, but for how a session is found."""

    def load(self) -> dict[str, Any]:
        """Return the session's data: one query. An unknown or expired key is forgotten."""
        found = _LIVING.first(key=self.session_key or "", at=timezone.now())
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found[0])
