"""Write the media server's answers: the headers of every one, the part that is asked for, and who may read it."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from playback import ranges
from playback.windows import Stretch
from spotify_lite.answers import Answer, Headers, plain

METHODS = "GET, HEAD, OPTIONS"
MIMES = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "mp4": "audio/mp4",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
    "webm": "audio/webm",
}
ALWAYS = [
    ("cache-control", "public, max-age=31536000, immutable"),
    ("accept-ranges", "bytes"),
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'; sandbox"),
    ("cross-origin-resource-policy", "cross-origin"),  # what a player's origin may read, CORS decides
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a request decides the answer, beside the address."""

    method: str
    headers: Any  # the server's: a mapping that may repeat names, in lower case
    cross_origin: Headers  # of every answer to it
    stay: bool  # a redirect is no answer: the bytes are wanted here


@dataclass(frozen=True, slots=True)
class Thing:
    """What is asked for, wherever its bytes lie."""

    name: str  # its path without the first slash, as the origins name it
    etag: str  # strong and quoted
    mime: str


def audio(name: str, key: str, extension: str) -> Thing:
    """Return the rendition with this key."""
    return Thing(name, f'"{key}"', MIMES.get(extension, "application/octet-stream"))


def wanted(size: int, thing: Thing, asked: Asked) -> ranges.Decision:
    """Return what the request gets of an object of so many bytes."""
    return ranges.decide(
        size,
        thing.etag,
        method=asked.method,
        range_=_joined(asked.headers, "range"),
        if_range=asked.headers.get("if-range"),
        if_none_match=_joined(asked.headers, "if-none-match"),
    )


def without_bytes(part: ranges.Decision, size: int, thing: Thing, asked: Asked) -> Answer | None:
    """Return the answer that needs no bytes: 304, 416, or a head; None where some are wanted."""
    match part:
        case ranges.NotModified():
            return Answer(304, [*ALWAYS, ("etag", thing.etag), *asked.cross_origin])
        case ranges.Unsatisfiable():
            span = ("content-range", f"bytes */{size}")
            return plain(416, "The range is past the end.", span, *asked.cross_origin)
        case ranges.Whole() if asked.method == "HEAD" or not size:
            return with_bytes(part, size, thing, asked, Stretch("", 0, size))
    return None


def with_bytes(part: ranges.Decision, size: int, thing: Thing, asked: Asked, stretch: Stretch) -> Answer:
    """Return the answer with the bytes of a file that were asked for, as far as they are there."""
    headers = [*ALWAYS, ("etag", thing.etag), *asked.cross_origin, ("content-type", thing.mime)]
    if not isinstance(part, ranges.Part):
        return Answer(200, [*headers, ("content-length", str(size))], file=stretch.path or None, end=size)
    end = min(part.end, stretch.end)
    span = ("content-range", f"bytes {part.start}-{end - 1}/{size}")
    length = ("content-length", str(end - part.start))
    start = part.start - stretch.shift
    return Answer(206, [*headers, span, length], file=stretch.path, start=start, end=end - stretch.shift)


def moved(location: str, asked: Asked) -> Answer:
    """Return a redirect that nobody keeps."""
    return Answer(302, [("location", location), ("cache-control", "no-store"), *asked.cross_origin])


def _joined(headers: Any, name: str) -> str | None:
    """Return a header's lines as one, None where there is none."""
    lines = [value for header, value in headers.items() if header == name]
    return ", ".join(lines) if lines else None


def cross_origin(origin: str | None) -> Headers:
    """Return the CORS headers: the player's own origins may read media, nobody with credentials."""
    if not settings.PLAYER_ORIGINS:
        return []
    if origin not in settings.PLAYER_ORIGINS:
        return [("vary", "Origin")]
    return [
        ("vary", "Origin"),
        ("access-control-allow-origin", origin),
        ("access-control-expose-headers", "Content-Range, Content-Length, Accept-Ranges"),
    ]


def preflight(asked: Asked) -> Answer:
    """Return what a browser may ask from another origin."""
    allowed = [
        ("access-control-allow-methods", METHODS),
        ("access-control-allow-headers", "Range, If-Range"),
        ("access-control-max-age", "86400"),
    ]
    granted = any(name == "access-control-allow-origin" for name, _ in asked.cross_origin)
    return Answer(204, [("allow", METHODS), *asked.cross_origin, *(allowed if granted else [])])
