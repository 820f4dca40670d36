"""The query parameters of catalog calls: how they are read (what does not fit is a 400 that names it) and described."""

import re
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions

from catalog import listings
from catalog.models import popularity

ID_BELOW = 1 << popularity.BUCKET_BITS
YEAR_BELOW = 10_000
LONGEST_SLUG = 100  # characters, as the column
LONGEST_QUERY = 256  # characters; what is longer is cut
KINDS = ("track", "artist", "album")
KEY = re.compile(r"[0-9a-f]{64}")
SOME_KINDS = f"^({'|'.join(KINDS)})(,({'|'.join(KINDS)}))*$"
FOUND = 10  # of a kind, unless the caller wants another number


def number(request: HttpRequest, name: str, *, below: int = ID_BELOW) -> int | None:
    """Return a whole number from 1 to below - 1, or None where it is not given."""
    raw = request.GET.get(name)
    if raw is None:
        return None
    value = int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= len(str(below)) else 0
    if not 0 < value < below:
        raise exceptions.ValidationError({name: [f"A whole number from 1 to {below - 1} is needed."]})
    return value


def choice(request: HttpRequest, name: str, choices: Sequence[str]) -> str | None:
    """Return one of the choices, or None where it is not given."""
    raw = request.GET.get(name)
    if raw is not None and raw not in choices:
        raise exceptions.ValidationError({name: [f"One of {', '.join(choices)} is needed."]})
    return raw


def choices(request: HttpRequest, name: str, allowed: Sequence[str]) -> list[str]:
    """Return the chosen ones of a comma-separated list, all of them where it is not given."""
    raw = request.GET.get(name)
    if raw is None:
        return list(allowed)
    chosen = raw.split(",")
    if not set(chosen) <= set(allowed):
        raise exceptions.ValidationError({name: [f"Some of {', '.join(allowed)} are needed, with commas between."]})
    return chosen


def slug(request: HttpRequest, name: str) -> str | None:
    """Return a slug, or None where it is not given; one that no row can have is a 400."""
    raw = request.GET.get(name)
    if raw is not None and ("\0" in raw or not 0 < len(raw) <= LONGEST_SLUG):
        raise exceptions.ValidationError({name: [f"A slug of 1 to {LONGEST_SLUG} characters is needed."]})
    return raw


def key(request: HttpRequest, name: str) -> str | None:
    """Return a key of an object, or None where it is not given."""
    raw = request.GET.get(name)
    if raw is not None and not KEY.fullmatch(raw):
        raise exceptions.ValidationError({name: ["The 64 hexadecimal digits of an object are needed."]})
    return raw


def text(request: HttpRequest, name: str, *, longest: int) -> str:
    """Return a text without the space around it, cut to `longest` characters; empty where it is not given."""
    raw = request.GET.get(name, "")
    if "\0" in raw:
        raise exceptions.ValidationError({name: ["A NUL character is not text."]})
    return raw.strip()[:longest]


def _query(name: str, description: str, **schema: Any) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "string", **schema}, description=description)


def _whole(name: str, description: str, *, below: int = ID_BELOW) -> OpenApiParameter:
    return _query(name, description, type="integer", minimum=1, maximum=below - 1)


def path(name: str) -> OpenApiParameter:
    """Describe the id in an address."""
    return OpenApiParameter(name, {"type": "integer", "minimum": 1, "maximum": ID_BELOW - 1}, "path")


PAGING = [
    _query("limit", "Rows of a page; more than 100 is taken as 100.", type="integer", minimum=1, default=50),
    _query("cursor", "From `next` of the page before."),
]
OF_ALBUMS = [
    _whole("artist", "Id of an artist."),
    _query("genre", "Slug of a genre.", minLength=1, maxLength=LONGEST_SLUG),
    _whole("year", "Year of release.", below=YEAR_BELOW),
    _query("order", "`recent` is newest first.", enum=list(listings.ORDERS)),
]
OF_TRACKS = [_whole("album", "Id of an album."), *OF_ALBUMS]
OF_KEY = _query("of", "Key of a rendition of the track.", pattern=f"^{KEY.pattern}$")
OF_SEARCH = [
    _query(
        "q",
        "Words of names in any order, the last one begun. `artist:`, `album:`, `genre:` and `year:` (1999, 1990-1999) "
        'narrow it, values of several words in quotes; `"two words"` stand side by side, `"word"` is never mended; '
        f"all else is plain text. Of more than {LONGEST_QUERY} characters the first are used.",
    ),
    _query("kinds", "Any of track, artist and album, with commas between.", pattern=SOME_KINDS),
    _query("limit", "Of a kind; more than 100 is taken as 100.", type="integer", minimum=1, default=FOUND),
]
