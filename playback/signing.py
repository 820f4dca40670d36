"""Sign media URLs and check them: HMAC over path, expiry and key id. Pure; keys and the clock come in as arguments.

A signed URL is `/media/<aa>/<key>.<ext>?exp=<unix>&kid=<key id>&sig=<hex>`: these three parameters, in this order,
once each. What is compared is the raw path as it came over the wire, so a second spelling of a path is a bad one.
"""

import hmac
import re
from collections.abc import Mapping
from enum import Enum
from typing import Protocol

BUCKET = 900  # seconds; URLs made in the same quarter of an hour are equal, so that answers with them can be cached
QUERY = re.compile(r"exp=([0-9]{1,12})&kid=([A-Za-z0-9_-]{1,32})&sig=([0-9a-f]{64})")


class Verdict(Enum):
    """What a signed URL is worth at this moment."""

    VALID = "valid"
    BAD = "bad"  # not ours, altered, or not in the one form
    EXPIRED = "expired"  # ours, and its time is over


class Signer(Protocol):
    """Makes addresses that one place opens."""

    def url(self, base: str, path: str, exp: int) -> str:
        """Return the absolute address; `base` is scheme, host and port, `exp` Unix seconds."""


class Hmac:
    """Signs as the module says. A signature covers no host, so it is made once for all places of an object."""

    def __init__(self, kid: str, key: str) -> None:
        """Take the key and its id."""
        self._kid = kid
        self._key = key
        self._last = ("", 0, "")  # path, exp, and both signed

    def url(self, base: str, path: str, exp: int) -> str:
        """Return the absolute address."""
        return base + self.target(path, exp)

    def target(self, path: str, exp: int) -> str:
        """Return the same without the origin."""
        if self._last[:2] != (path, exp):
            self._last = (path, exp, sign(path, exp, self._kid, self._key))
        return self._last[2]


def exp_for(now: float) -> int:
    """Return the expiry (Unix seconds) of URLs made now: 15 to 30 minutes ahead, equal for a quarter of an hour."""
    return (int(now) // BUCKET + 2) * BUCKET


def sign(path: str, exp: int, kid: str, key: str) -> str:
    """Return the path with its three parameters."""
    return f"{path}?exp={exp}&kid={kid}&sig={signature(path, str(exp), kid, key)}"


def expiry(raw_query: str) -> int:
    """Return the expiry (Unix seconds) that a query which was verified names."""
    return int(raw_query.removeprefix("exp=").partition("&")[0])


def signature(path: str, exp: str, kid: str, key: str) -> str:
    """Return the lower-case hex HMAC-SHA256 that the edges compute as well."""
    return hmac.digest(key.encode(), f"v1\n{path}\n{exp}\n{kid}".encode(), "sha256").hex()


def verify(raw_path: str, raw_query: str, keys: Mapping[str, str], now: float) -> Verdict:
    """Judge a request's path and query, neither of them decoded; `keys` are all that may verify, by key id.

    The signature is checked before the expiry, in constant time: nobody learns when a forged URL would expire.
    """
    parts = QUERY.fullmatch(raw_query)
    if parts is None:
        return Verdict.BAD
    exp, kid, given = parts.groups()
    key = keys.get(kid)
    if key is None or not raw_path.isascii():
        return Verdict.BAD
    if not hmac.compare_digest(signature(raw_path, exp, kid, key), given):
        return Verdict.BAD
    return Verdict.VALID if now < int(exp) else Verdict.EXPIRED
