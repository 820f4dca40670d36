"""Own the sessions of browsers: in the database, under the SHA-256 of their keys, each with whose and what it is."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY as USER_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.middleware import SessionMiddleware
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import devices, guests
from accounts.models import Session, User
from spotify_lite import replicas
from spotify_lite.prepared import Prepared

HANDLE_LENGTH = 16  # characters of the digest, of 2^64: what a session is called in pages

_LIVING = Prepared(
    Session,
    lambda key, at: Session.objects.filter(session_key=key, expire_date__gt=at).values_list(
        "session_data", "created_at", "last_seen_at"
    ),
    key="a session's key",
    at=datetime.max.replace(tzinfo=UTC),
)


class SessionStore(db.SessionStore):
    """Django's own, but that a stolen database holds no key that would open a session, and for how one is found."""

    user_agent = ""  # of the browser; the middleware tells
    created_at: datetime | None = None  # None before it is loaded or created

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def load(self) -> dict[str, Any]:
        """Return the session's data: one query, and a write a day. An unknown or expired key is forgotten."""
        now, kept = timezone.now(), digest(self.session_key or "")
        found = _LIVING.first(key=kept, at=now)
        if found is None:
            self._session_key = None
            return {}
        data, self.created_at, seen = found
        if seen.date() < now.date() and not replicas.away():
            Session.objects.filter(session_key=kept).update(last_seen_at=now)
        return self.decode(data)

    def exists(self, session_key: str) -> bool:
        return super().exists(digest(session_key))

    def create(self) -> None:
        self.created_at = timezone.now()
        super().create()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row of this session: its user is who signed in, else the guest."""
        now = timezone.now()
        return Session(
            session_key=digest(self.session_key or ""),  # `save` has made one
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=data.get(USER_KEY) or data.get(guests.SESSION_KEY),
            device=devices.label(self.user_agent),
            created_at=self.created_at or now,
            last_seen_at=now,
        )

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            Session.objects.filter(session_key=digest(key)).delete()


class Sessions(SessionMiddleware):
    """Django's own, which also tells the session what kind of browser it is in."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.session.user_agent = request.headers.get("User-Agent", "")  # type: ignore[attr-defined]


def living(user: User, *, at: datetime) -> QuerySet[Session]:
    """Return the sessions in which the user is signed in: a change of the password ends those of before."""
    current = Q(user__password_set_at__isnull=True) | Q(created_at__gte=F("user__password_set_at"))
    return Session.objects.filter(current, user=user, expire_date__gt=at)


def handle_of(row: Session) -> str:
    """Return what the session is called in pages, which opens nothing."""
    return row.session_key[:HANDLE_LENGTH]


def end_session(user: User, handle: str) -> bool:
    """Delete the user's session of this handle; return whether there was one."""
    if len(handle) != HANDLE_LENGTH:
        return False
    return bool(Session.objects.filter(user=user, session_key__startswith=handle).delete()[0])


def sweep(*, at: datetime) -> int:
    """Delete the sessions that have expired; return how many."""
    return Session.objects.filter(expire_date__lte=at).delete()[0]


def digest(session_key: str) -> str:
    """Return what is kept of a session's key, 165 random bits that need no slow hash: the hex SHA-256."""
    return hashlib.sha256(session_key.encode()).hexdigest()
