"""Own the tokens of mobile clients: 256 random bits, shown once, of which only the SHA-256 is kept."""

import hashlib
import secrets
from datetime import datetime

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, Q, QuerySet

from accounts.models import ApiToken, User
from spotify_lite.prepared import Prepared

BYTES = 32
LENGTH = 43  # characters: 32 bytes in url-safe base64
PREFIX_LENGTH = 8  # characters, of 2^48: what a token is called in lists and logs


def create_token(user: User, *, device: str, at: datetime) -> tuple[ApiToken, str]:
    """Return a new token's row and the token itself, which nobody can tell again."""
    token = secrets.token_urlsafe(BYTES)
    row = ApiToken.objects.create(
        user=user, prefix=token[:PREFIX_LENGTH], digest=digest(token), device=device, created_at=at
    )
    return row, token


def find(token: str) -> ApiToken | None:
    """Return the living token with its user, or None for anything else."""
    if len(token) != LENGTH:
        return None
    row = _BY_DIGEST.first(digest=digest(token))
    if row is None:
        return None
    found = ApiToken.from_db(DEFAULT_DB_ALIAS, _TOKEN, row[: len(_TOKEN)])
    found.user = User.from_db(DEFAULT_DB_ALIAS, _USER, row[len(_TOKEN) :])
    return found


def living() -> QuerySet[ApiToken]:
    """Return the tokens that work: of an active user, and made since the user's password was set."""
    current = Q(user__password_set_at__isnull=True) | Q(created_at__gte=F("user__password_set_at"))
    return ApiToken.objects.filter(current, user__is_active=True)


# What a call asks of its token and user; anything else of them would be a query of its own.
_TOKEN = ["id", "user_id", "device", "last_used_at"]
_USER = ["id", "username", "is_active", "is_guest", "last_seen_at", "wrote_xid"]
_BY_DIGEST = Prepared(
    ApiToken,
    lambda digest: living().filter(digest=digest).values_list(*_TOKEN, *(f"user__{name}" for name in _USER)),
    digest="a token's digest",
)


def note_use(token: ApiToken, *, at: datetime) -> None:
    """Remember that the token was used: a write a day."""
    if token.last_used_at is None or token.last_used_at.date() < at.date():
        ApiToken.objects.filter(id=token.id).update(last_used_at=at)


def revoke_token(user: User, prefix: str) -> bool:
    """Delete the user's token of this prefix; return whether there was one."""
    return bool(ApiToken.objects.filter(user=user, prefix=prefix).delete()[0])


def digest(token: str) -> str:
    """Return what is kept of a token: the hex SHA-256. It has 256 random bits, so it needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
