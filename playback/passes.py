"""Make the addresses of manifests, and judge those that stand in for a login.

Players that follow a playlist by themselves (a phone's own HLS, a television) send no header of ours. So where guests
may not listen, an address that JSON or a playlist names carries a signature over its path, as those of media do.
"""

import re

from django.conf import settings

from playback import signing

QUERY = re.compile(r"(?:edge=[a-z0-9-]*&)?(exp=.*)")  # which POP is asked for is no secret, so it is not signed
SPARE = 900  # seconds: pauses, and the time from the answer to the press of play


def exp_lasting(at: float, seconds: float) -> int:
    """Return the expiry of addresses that a player reads during a whole track, equal for a quarter of an hour."""
    return -(-int(at + seconds + SPARE) // signing.BUCKET) * signing.BUCKET


def address(path: str, exp: int, *, edge: str | None = None) -> str:
    """Return the path with what lets its reader in until `exp`; `edge` names a POP, or with "" the web node."""
    parts = [] if edge is None else [f"edge={edge}"]
    if not settings.GUESTS:
        kid = settings.MEDIA_SIGNING_KID
        parts.append(signing.sign(path, exp, kid, settings.MEDIA_SIGNING_KEYS[kid]).partition("?")[2])
    return f"{path}?{'&'.join(parts)}" if parts else path


def judge(path: str, raw_query: str, *, now: float) -> signing.Verdict | None:
    """Return what the signature of an address is worth, None where it has none."""
    signed = QUERY.fullmatch(raw_query)
    return signing.verify(path, signed[1], settings.MEDIA_SIGNING_KEYS, now) if signed else None
