"""Read the cells of one row of a sheet: what a number may be, what a text may hold, what names an object. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from catalog import credits  # noqa: A004 - the built-in one is for the console

LONGEST_ALIASES, LONGEST_GENRES, LONGEST_GENRE, LONGEST_KEY = 1000, 500, 100, 1024  # characters
GENRE_MARKS = re.compile(r"[;,/]")
SHOWN = 40  # characters of a value that a reason repeats
LONGEST_MS = 24 * 3600 * 1000
MOST_NUMBER = 32_767  # of a disc and a track
MOST_PLAYS = 10**15
YEARS = (1800, 2099)
COLUMNS = (
    *("artist", "aliases", "album", "title", "genre", "year", "disc", "track", "duration_ms", "explicit", "plays"),
    "audio",
)


class Row(NamedTuple):
    """What a sheet says of one track; a tuple, since a frozen dataclass takes five times as long to make."""

    artist: str  # as written: several with `;` between, guests after `feat.`
    title: str
    aliases: str = ""  # other names of the artist, `;` between
    album: str = ""  # empty for a single track
    genre: str = ""  # several with `;` or `/` between
    year: int | None = None
    disc: int | None = None
    track: int | None = None  # number on the disc
    duration_ms: int = 0  # 0 where the sheet does not say
    explicit: bool = False
    plays: int = 0
    audio: str = ""  # the name of an object in the storage; empty where there is nothing to play


class Bad(Exception):
    """A row is wrong; the message is the reason."""


def read(told: Mapping[str, str]) -> Row:
    """Return the row that was told; raise Bad with the reason."""
    get = told.get
    artist, title = get("artist", ""), get("title", "")
    artist, title = _clean("artist", artist, credits.CREDIT_LIMIT), _clean("title", title, credits.NAME_LIMIT)
    if not artist.strip("; ") or not title:
        raise Bad(f"has no {'title' if artist.strip('; ') else 'artist'}")
    genre = _clean("genre", get("genre", ""), LONGEST_GENRES)
    _measure("artist", artist.split(";"), credits.NAME_LIMIT)
    _measure("genre", GENRE_MARKS.split(genre), LONGEST_GENRE)
    return Row(
        artist,
        title,
        _clean("aliases", get("aliases", ""), LONGEST_ALIASES),
        _clean("album", get("album", ""), credits.NAME_LIMIT),
        genre,
        _number("year", get("year", ""), *YEARS),
        _number("disc", get("disc", ""), 1, MOST_NUMBER),
        _number("track", get("track", ""), 1, MOST_NUMBER),
        _number("duration_ms", get("duration_ms", ""), 0, LONGEST_MS) or 0,
        bool(_number("explicit", get("explicit", ""), 0, 1)),
        _number("plays", get("plays", ""), 0, MOST_PLAYS) or 0,
        _key(get("audio", "").strip()),
    )


def plain(name: str, value: Any) -> str:
    """Return a JSON value as a field."""
    if isinstance(value, str):
        if "\0" in value:
            raise Bad("holds a NUL")
        return value
    if isinstance(value, bool) and name == "explicit":
        return str(int(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Bad(f"{name} is no {'number' if name in {'year', 'disc', 'track', 'duration_ms', 'plays'} else 'text'}")


def _clean(name: str, text: str, limit: int) -> str:
    """Return the text on one line, without what cannot be seen."""
    if not text:
        return text
    cleaned = credits.clean(text, limit + 1)
    if len(cleaned) > limit:
        raise Bad(f"{name} is longer than {limit} characters")
    return cleaned


def _measure(name: str, parts: Iterable[str], limit: int) -> None:
    if any(len(part) > limit for part in parts):
        raise Bad(f"{name} is longer than {limit} characters")


def _number(name: str, text: str, least: int, most: int) -> int | None:
    """Return a whole number; None where the field is empty, or 0 where there is no 0."""
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()):
        raise Bad(f"{name} {shown(text)} is no whole number")
    number = int(text[:20])
    if not number and least:
        return None  # how many programs write what they do not know
    if not least <= number <= most:
        raise Bad(f"{name} {shown(text)} is not from {least} to {most}")
    return number


def _key(text: str) -> str:
    """Return the name of an object: never an address, and never a way out of the storage."""
    if not text:
        return ""
    parts = text.split("/")
    if len(text) > LONGEST_KEY or not text.isprintable() or "\\" in text or {"", ".", ".."} & set(parts):
        raise Bad(f"audio {shown(text)} is no name of an object in the storage")
    return text


def shown(text: str) -> str:
    """Return the text as a reason repeats it."""
    return f'"{credits.clean(text[:SHOWN], SHOWN)}{"..." if len(text) > SHOWN else ""}"'
