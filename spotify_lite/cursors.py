"""Pages of a list: how many rows, after which key, and the signed address of the next page.

A cursor is the sort key of the last row shown (keyset paging), signed for one list: its path, its filters and its
order are in the salt, so that a cursor that was edited, cut or taken from another list is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest
from rest_framework import exceptions

DEFAULT_LIMIT = 50  # rows
MAX_LIMIT = 100  # rows; more is clipped, not refused
VERSION = 2  # of the keys: one more where a list is sorted by something else, so that older cursors are refused
LONGEST = 8192  # characters: the key of a title of 256 astral letters, and a browser's patience with addresses

Key = Sequence[Any]  # JSON values, in the order of the sort


class CursorError(ValueError):
    """The cursor was not made here for this list."""


def sign(key: Key, *, scope: str) -> str:
    """Return the key as text for an address; only the same scope reads it."""
    return _signer(scope).sign_object(list(key), compress=True)


def read(cursor: str, *, scope: str) -> list[Any]:
    """Return the key that `sign` was given; raise CursorError for anything else."""
    if len(cursor) > LONGEST:
        raise CursorError
    try:
        key = _signer(scope).unsign_object(cursor)
    except (signing.BadSignature, ValueError):
        raise CursorError from None
    return key


@dataclass(frozen=True)
class Page:
    """What one request wants of a list."""

    path: str  # of the list, without host
    limit: int  # rows, 1 to MAX_LIMIT
    after: list[Any] | None = None  # the key of the last row of the page before
    filters: dict[str, str | int] = field(default_factory=dict)  # what the caller gave, as it stands in the address
    scope: str = ""

    def next_url(self, base: str, key: Key | None) -> str | None:
        """Return the absolute address of the page after this key, or None where the list ends."""
        if key is None:
            return None
        query = {**self.filters, "limit": self.limit, "cursor": sign(key, scope=self.scope)}
        return f"{base}{self.path}?{urlencode(query)}"


def page(
    request: HttpRequest, *, filters: Mapping[str, str | int | None] | None = None, owner: int | None = None
) -> Page:
    """Return the page that the request asks for; raise ValidationError (400) for a bad limit or cursor.

    `filters` are the other parameters of the list, checked; those that are None were not given. `owner` is the
    listener of a private list, whose cursors are nobody else's.
    """
    given = {name: value for name, value in (filters or {}).items() if value is not None}
    scope = _scope(request.path, given, owner)
    after = None
    if (cursor := request.GET.get("cursor")) is not None:
        try:
            after = read(cursor, scope=scope)
        except CursorError:
            raise exceptions.ValidationError({"cursor": ["This is not a cursor of this list."]}) from None
    return Page(path=request.path, limit=limit_of(request), after=after, filters=given, scope=scope)


def onward(path: str, key: Key | None, *, filters: Mapping[str, str | int | None]) -> str | None:
    """Return where the API's list of this path goes on after a key, as its own `next` would say; None for no key."""
    given = {name: value for name, value in filters.items() if value is not None}
    return Page(path=path, limit=MAX_LIMIT, filters=given, scope=_scope(path, given, None)).next_url("", key)


def limit_of(request: HttpRequest, default: int = DEFAULT_LIMIT) -> int:
    """Return the parameter `limit`, clipped to MAX_LIMIT; raise ValidationError (400) for 0, less or no number."""
    raw = request.GET.get("limit")
    if raw is None:
        return default
    digits = raw.lstrip("0")
    if not (raw.isascii() and raw.isdigit() and digits):
        raise exceptions.ValidationError({"limit": [f"A whole number from 1 to {MAX_LIMIT} is needed."]})
    return MAX_LIMIT if len(digits) > 3 else min(int(digits), MAX_LIMIT)


def _scope(path: str, given: Mapping[str, str | int], owner: int | None) -> str:
    return f"{path}?{urlencode(sorted(given.items()))}#{owner or ''}"


def _signer(scope: str) -> signing.Signer:
    return signing.Signer(salt=f"spotify_lite.cursors.{VERSION} {scope}", sep="~")
