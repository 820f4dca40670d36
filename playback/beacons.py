"""Read what a player tells of how a play went: how soon there was sound, from where, and what stopped it. Pure.

Nothing in a beacon says who listened or to what, but the play's own id, which is random.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from playback import merging

MOST = 50  # beacons of a request: what a device heard without a network comes at once
SOURCES = ("device", "edge", "web")
OTHER = "other"
ERRORS = ("network", "decode", "source", "expired", "refused", "missing", "busy", "device", OTHER)
WORD = re.compile(r"[a-z0-9_-]{1,32}")
LONGEST_WAIT = 3_600_000  # milliseconds until sound that anybody can have waited for
LONGEST_PLAY = 7 * 86_400_000  # milliseconds: a page may stand still for days
MOST_STALLS = 100_000

NUMBER = "A number of milliseconds is needed."


class Wrong(Exception):
    """What came is no beacon; the argument names the fields and what they need."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Beacon:
    """How one play went."""

    play_id: UUID
    source: str  # where the sound came from, of SOURCES
    first_audio_ms: float | None  # from the press to the sound; None where there was none
    stalls: int  # how often the sound stopped for want of bytes
    stall_ms: float  # for how long, all in all
    error: str  # of ERRORS: what ended the play; empty where nothing did


def read(body: Any) -> list[Beacon]:
    """Return the beacons of a parsed body, one object or a list of up to MOST; raise Wrong for anything else."""
    if not isinstance(body, list):
        return [_beacon(body, "")]
    if not 0 < len(body) <= MOST:
        raise Wrong({"non_field_errors": [f"A list holds 1 to {MOST} beacons."]})
    return [_beacon(one, f"{place}.") for place, one in enumerate(body)]


def _beacon(body: Any, place: str) -> Beacon:
    """Return one beacon; fields that are not known are of a newer player, and left alone."""
    if not isinstance(body, dict):
        raise Wrong({f"{place}non_field_errors": ["An object is needed."]})
    errors: dict[str, list[str]] = {}

    def need(name: str, fits: Callable[[Any], bool], sentence: str, otherwise: Any) -> Any:
        value = body.get(name, otherwise)
        if not fits(value):
            errors[f"{place}{name}"] = [sentence]
        return value

    play_id = merging.uuid_of(body.get("play_id"))
    if play_id is None:
        errors[f"{place}play_id"] = ["A UUID is needed."]
    source = need("source", SOURCES.__contains__, f"One of {', '.join(SOURCES)} is needed.", None)
    first = need("first_audio_ms", lambda value: value is None or _is_number(value, LONGEST_WAIT), NUMBER, None)
    stalls = need("stalls", lambda value: _is_number(value, MOST_STALLS, int), "A whole number is needed.", 0)
    stall_ms = need("stall_ms", lambda value: _is_number(value, LONGEST_PLAY), NUMBER, 0)
    error = need("error", _is_word, "A short word is needed, or null.", None)
    if errors or play_id is None:
        raise Wrong(errors)
    return Beacon(play_id, source, first, stalls, stall_ms, (error if error in ERRORS else OTHER) if error else "")


def _is_number(value: Any, most: float, kind: Any = (int, float)) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool) and 0 <= value <= most


def _is_word(value: Any) -> bool:
    return value is None or (isinstance(value, str) and bool(WORD.fullmatch(value)))
