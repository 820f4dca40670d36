"""The node's own media server: signed audio and unsigned covers, answered in the event loop.

A stored rendition is found by its name alone, a file in place (`in_place`) on a thread. Neither takes one of the
threads that Django's requests wait for.
"""

import asyncio
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import DatabaseError

from playback import in_place, ranges, signing
from spotify_lite.answers import Answer, Headers, plain

AUDIO = re.compile(r"/media/([0-9a-f]{2})/(\1[0-9a-f]{62})\.([a-z0-9]{1,8})")
COVER = re.compile(r"/covers/([0-9a-f]{2})/(\1[0-9a-f]{62})/(64|160|320|640)\.webp")
METHODS = "GET, HEAD, OPTIONS"
REFUSED = {
    signing.Verdict.BAD: (403, "The address is not signed, or was altered."),
    signing.Verdict.EXPIRED: (410, "The address has expired."),
}
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

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="media")  # its threads start with the first lookup


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a request decides the answer, beside the address."""

    method: str
    headers: Any  # the server's: a mapping that may repeat names, in lower case
    cross_origin: Headers  # of every answer to it


async def serve(method: str, path: str, query: str, headers: Any) -> Answer:
    """Answer a request for `/media/...` or `/covers/...`.

    The query is as it came. The path is decoded: the server gives no other, so `%2E` for a dot passes here; it names
    the same file, and nothing on this node caches by the raw path. An edge compares the raw one.
    """
    asked = Asked(method, headers, _cross_origin(headers.get("origin")))
    if method == "OPTIONS":
        return _preflight(asked)
    if method not in {"GET", "HEAD"}:
        return plain(405, "Only GET and HEAD are answered here.", ("allow", METHODS), *asked.cross_origin)
    if path.startswith("/covers/"):
        return _cover(path, asked)
    return await _audio(path, query, asked)


async def _audio(path: str, query: str, asked: Asked) -> Answer:
    verdict = signing.verify(path, query, settings.MEDIA_SIGNING_KEYS, time.time())
    if verdict is not signing.Verdict.VALID:
        return plain(*REFUSED[verdict], *asked.cross_origin)
    audio = AUDIO.fullmatch(path)
    if audio is None:
        return plain(404, "There is no such audio.", *asked.cross_origin)
    _, key, extension = audio.groups()
    try:
        found = _stored("renditions", f"{key[:2]}/{key}.{extension}") or await _found_in_place(key, extension)
    except in_place.Changed:
        return plain(410, "The file has changed. Please ask for the track again.", *asked.cross_origin)
    except DatabaseError:
        return plain(503, "Please try again.", ("retry-after", "2"), *asked.cross_origin)
    if found is None:
        return plain(404, "There is no such audio.", *asked.cross_origin)
    return _file(found, f'"{key}"', MIMES.get(extension, "application/octet-stream"), asked)


def _cover(path: str, asked: Asked) -> Answer:
    cover = COVER.fullmatch(path)
    stored = _stored("covers", path.removeprefix("/covers/")) if cover else None
    if cover is None or stored is None:
        return plain(404, "There is no such cover.", *asked.cross_origin)
    return _file(stored, f'"{cover[2]}-{cover[3]}"', "image/webp", asked)


def _stored(storage: str, name: str) -> tuple[str, int] | None:
    """Return path and size of a stored object; None where there is none, or where the storage is not on this disk."""
    try:
        path = storages[storage].path(name)
        return path, os.stat(path).st_size  # noqa: PTH116
    except (FileNotFoundError, NotADirectoryError, NotImplementedError):
        return None


def _file(file: tuple[str, int], etag: str, mime: str, asked: Asked) -> Answer:
    """Answer with a file, or the part of it that the request asks for."""
    path, size = file
    wanted = ranges.decide(
        size,
        etag,
        method=asked.method,
        range_=_joined(asked.headers, "range"),
        if_range=asked.headers.get("if-range"),
        if_none_match=_joined(asked.headers, "if-none-match"),
    )
    common = [*ALWAYS, ("etag", etag), *asked.cross_origin]
    kind = ("content-type", mime)
    match wanted:
        case ranges.NotModified():
            return Answer(304, common)
        case ranges.Unsatisfiable():
            return plain(416, "The range is past the end.", ("content-range", f"bytes */{size}"), *asked.cross_origin)
        case ranges.Part(start, end):
            span = ("content-range", f"bytes {start}-{end - 1}/{size}")
            length = ("content-length", str(end - start))
            return Answer(206, [*common, kind, span, length], file=path, start=start, end=end)
        case _:
            return Answer(200, [*common, kind, ("content-length", str(size))], file=path if size else None, end=size)


async def _found_in_place(key: str, extension: str) -> tuple[str, int] | None:
    """Look on a thread, even where the row is in memory: a sleeping disk may hold a stat for seconds."""
    return await asyncio.get_running_loop().run_in_executor(_threads, in_place.find, key, extension)


def _joined(headers: Any, name: str) -> str | None:
    """Return a header's lines as one, None where there is none."""
    lines = [value for header, value in headers.items() if header == name]
    return ", ".join(lines) if lines else None


def _cross_origin(origin: str | None) -> Headers:
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


def _preflight(asked: Asked) -> Answer:
    allowed = [
        ("access-control-allow-methods", METHODS),
        ("access-control-allow-headers", "Range, If-Range"),
        ("access-control-max-age", "86400"),
    ]
    granted = any(name == "access-control-allow-origin" for name, _ in asked.cross_origin)
    return Answer(204, [("allow", METHODS), *asked.cross_origin, *(allowed if granted else [])])
