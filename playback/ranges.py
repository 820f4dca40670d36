"""Decide what a conditional or partial request gets: RFC 9110, sections 13 and 14. Pure.

One byte range is honoured. Several at once, an unknown unit and a malformed header are ignored, as the RFC allows:
the client gets the whole, never more than the file's bytes.
"""

import re
from dataclasses import dataclass, field

SPEC = re.compile(r"([0-9]*)-([0-9]*)")
DIGITS = 19  # enough for any file; a longer number is only "past the end"


@dataclass(frozen=True, slots=True)
class Whole:
    """200 with all bytes."""


@dataclass(frozen=True, slots=True)
class Part:
    """206 with some bytes."""

    start: int  # first byte
    end: int  # one past the last byte
    open_ended: bool = field(default=False, compare=False)  # the client named no end: it asks again for what lacks


@dataclass(frozen=True, slots=True)
class Unsatisfiable:
    """416: the range begins past the end."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """304: the client has these bytes."""


Decision = Whole | Part | Unsatisfiable | NotModified


def decide(
    size: int, etag: str, *, method: str, range_: str | None, if_range: str | None, if_none_match: str | None
) -> Decision:
    """Decide from a request's headers; `size` in bytes, `etag` strong and quoted. Ranges are defined for GET alone."""
    if if_none_match is not None and _listed(etag, if_none_match):
        return NotModified()
    if method != "GET" or range_ is None:
        return Whole()
    if if_range is not None and if_range.strip() != etag:  # a date never holds: no Last-Modified is sent
        return Whole()
    return parse(range_, size)


def parse(header: str, size: int) -> Whole | Part | Unsatisfiable:
    """Return what a Range header asks of `size` bytes."""
    unit, equals, ranges = header.partition("=")
    if not equals or unit.strip().lower() != "bytes":
        return Whole()
    given = [one for part in ranges.split(",") if (one := part.strip(" \t"))]
    spec = SPEC.fullmatch(given[0]) if len(given) == 1 else None
    if spec is None:
        return Whole()
    first, last = spec.groups()
    if first:
        return _from(_number(first), _number(last) if last else None, size)
    if not last:
        return Whole()
    length = _number(last)
    if length == 0:
        return Unsatisfiable()
    return Part(max(size - length, 0), size) if size else Whole()


def _from(first: int, last: int | None, size: int) -> Whole | Part | Unsatisfiable:
    if last is not None and last < first:
        return Whole()  # malformed, says the RFC, and so ignored
    if first >= size:
        return Unsatisfiable()
    return Part(first, size if last is None else min(last + 1, size), open_ended=last is None)


def _number(digits: str) -> int:
    """Return the number, or a greater one than any file has bytes; never spends time on a thousand digits."""
    significant = digits.lstrip("0") or "0"
    return int(significant) if len(significant) < DIGITS else int("1" + "0" * (DIGITS - 1)) + len(significant)


def _listed(etag: str, if_none_match: str) -> bool:
    """Say whether If-None-Match names the tag, by the weak comparison, or any (`*`)."""
    if if_none_match.strip() == "*":
        return True
    return any(tag.strip().removeprefix("W/") == etag for tag in if_none_match.split(","))
