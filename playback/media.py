"""The node's own media server: signed audio and unsigned covers, answered in the event loop.

A stored rendition is found by its name alone, a file in place (`in_place`) on a thread. Neither takes one of the
threads that Django's requests wait for.
"""

import asyncio
import logging
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import DatabaseError, InterfaceError

from playback import cloudfront, delivery, edges, in_place, ranges, replies, residents, signing, tmpfs
from playback.delivery import Pop
from playback.hotcache import Hot
from playback.replies import Asked, Thing
from playback.upstream import Away, Missing
from playback.windows import Full, Stretch
from spotify_lite import metrics, region
from spotify_lite.answers import Answer, plain

AUDIO = re.compile(r"/media/([0-9a-f]{2})/(\1[0-9a-f]{62})\.([a-z0-9]{1,8})")
COVER = re.compile(r"/covers/([0-9a-f]{2})/(\1[0-9a-f]{62})/(64|160|320|640)\.webp")
REFUSED = {
    signing.Verdict.BAD: (403, "The address is not signed, or was altered."),
    signing.Verdict.EXPIRED: (410, "The address has expired."),
}
FEW = 8  # who ask for one object at once and get it here; a crowd is sent on once a POP has it
HELD = metrics.counter("hot_memory", "Requests for objects of the origins, by whether they were here whole.", "held")
logger = logging.getLogger(__name__)

_asking: Counter[str] = Counter()  # requests that wait for an object of the origins, by its name
_hot: Hot | None = None
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="media")  # its threads start with the first lookup


async def serve(method: str, path: str, query: str, headers: Any, *, stay: bool = False) -> Answer:
    """Answer a request for `/media/...` or `/covers/...`; with `stay` the answer is no redirect.

    The query is as it came. The path is decoded: the server gives no other, so `%2E` for a dot passes here; it names
    the same file, and nothing on this node caches by the raw path. An edge compares the raw one.
    """
    asked = Asked(method, headers, replies.cross_origin(headers.get("origin")), stay)
    if method == "OPTIONS":
        return replies.preflight(asked)
    if method not in {"GET", "HEAD"}:
        allow = ("allow", replies.METHODS)
        return plain(405, "Only GET and HEAD are answered here.", allow, *asked.cross_origin)
    try:
        return await (_cover(path, asked) if path.startswith("/covers/") else _audio(path, query, asked))
    except Missing:
        return plain(404, "There is no such object.", *asked.cross_origin)
    except in_place.Changed:
        return plain(410, "The file has changed. Please ask for the track again.", *asked.cross_origin)
    except (DatabaseError, InterfaceError, Away, Full):
        return plain(503, "Please try again.", ("retry-after", "2"), *asked.cross_origin)


async def _audio(path: str, query: str, asked: Asked) -> Answer:
    verdict = signing.verify(path, query, settings.MEDIA_SIGNING_KEYS, time.time())
    if verdict is not signing.Verdict.VALID:
        return plain(*REFUSED[verdict], *asked.cross_origin)
    found = AUDIO.fullmatch(path)
    if found is None:
        raise Missing
    _, key, extension = found.groups()
    audio = replies.audio(path[1:], key, extension)
    if settings.ORIGINS:
        return await _from_origins(audio, key, extension, query, asked)
    stored = _stored("renditions", f"{key[:2]}/{key}.{extension}")
    return _file(stored or await _found_in_place(key, extension), audio, asked)


async def _from_origins(audio: Thing, key: str, extension: str, query: str, asked: Asked) -> Answer:
    """Answer with a rendition of the origins, or with a redirect to a POP; or with a file in place, if it is one."""
    if in_place.is_remembered(key):
        return _file(await _found_in_place(key, extension), audio, asked)
    near, ready = ([], []) if asked.stay else _pops(key, asked)
    try:
        if settings.COLD == "edge" and ready:
            await _refuse_in_place(key, extension)  # no POP has it
        if ready and not _goes_on_here(audio, asked):
            return _moved(ready[0], audio, query, asked)
        with _crowd(audio.name) as place:
            answer = await _remote(audio, asked, leave_large=bool(near))
            if place <= FEW or not near or not _begins(asked):
                return answer
        ready = _pops(key, asked)[1]
        return _moved(ready[0], audio, query, asked) if ready else answer  # a transfer takes 0.3 MB of the server's
    except Missing:
        return _file(await _found_in_place(key, extension), audio, asked)
    except Full:
        if not near:
            raise
        return _moved(near[0], audio, query, asked)


def _goes_on_here(audio: Thing, asked: Asked) -> bool:
    """Say whether this continues a play that this node can finish out of its memory.

    A browser takes the parts of an element's file from one origin, unless the element asks by CORS.
    """
    return not _begins(asked) and _memory().holds(audio.name)


def _begins(asked: Asked) -> bool:
    """Say whether this asks for the object from its beginning on."""
    range_ = asked.headers.get("range", "").strip().lower()
    return not range_.startswith("bytes=") or range_.startswith("bytes=0-")


@contextmanager
def _crowd(name: str) -> Iterator[int]:
    """Count who waits for this object meanwhile; give the place among them, from 1."""
    _asking[name] += 1
    try:
        yield _asking[name]
    finally:
        _asking[name] -= 1
        if not _asking[name]:
            del _asking[name]


async def _refuse_in_place(key: str, extension: str) -> None:
    """Raise Missing, as the origins would, for a file in place. Without a database nothing counts as one."""
    try:
        if await _found_in_place(key, extension) is not None:
            raise Missing
    except (DatabaseError, InterfaceError):
        return


async def _cover(path: str, asked: Asked) -> Answer:
    found = COVER.fullmatch(path)
    if found is None:
        raise Missing
    cover = Thing(path[1:], f'"{found[2]}-{found[3]}"', "image/webp")
    if settings.ORIGINS:
        return await _remote(cover, asked)
    return _file(_stored("covers", path.removeprefix("/covers/")), cover, asked)


def _pops(key: str, asked: Asked) -> tuple[list[Pop], list[Pop]]:
    """Return the POPs that are up, the nearest first, and those of them that the listener may be sent to now."""
    pops = edges.view().pops
    if not pops:
        return [], []
    here = region.named(asked.headers.get(region.HEADER.lower()))
    near, warm = delivery.near(here, pops), delivery.warm_near(here, pops, residents.warm(key))
    if warm:
        edges.doubt()  # who knows the POP's address and comes here may have found it dead
    return near, warm or (near if settings.COLD == "edge" else [])


def _moved(pop: Pop, audio: Thing, query: str, asked: Asked) -> Answer:
    """Send the listener to a POP, for as long as the address that was given would have lived."""
    location = f"{pop.url}/{audio.name}?{query}"  # the signature covers no host
    if settings.MEDIA_SIGNER == "cloudfront":
        location = cloudfront.signer().url(pop.url, f"/{audio.name}", signing.expiry(query))
    return replies.moved(location, asked)


def _stored(storage: str, name: str) -> tuple[str, int] | None:
    """Return path and size of a stored object; None where there is none, or where the storage is not on this disk."""
    try:
        path = storages[storage].path(name)
        return path, os.stat(path).st_size  # noqa: PTH116
    except (FileNotFoundError, NotADirectoryError, NotImplementedError):
        return None


def _file(file: tuple[str, int] | None, thing: Thing, asked: Asked) -> Answer:
    """Answer with a file of this node, or the part of it that the request asks for; raise Missing without one."""
    if file is None:
        raise Missing
    path, size = file
    part = replies.wanted(size, thing, asked)
    return replies.without_bytes(part, size, thing, asked) or replies.with_bytes(
        part, size, thing, asked, Stretch(path, 0, size)
    )


async def _remote(thing: Thing, asked: Asked, *, leave_large: bool = False) -> Answer:
    """Answer with an object of the origins, out of this node's memory; raise Missing, Away or Full.

    With `leave_large` there is a POP for what would take too much of the memory.
    """
    hot = _memory()
    HELD.labels("yes" if hot.holds(thing.name) else "no").inc()
    size = await hot.size(thing.name)
    part = replies.wanted(size, thing, asked)
    if answer := replies.without_bytes(part, size, thing, asked):
        return answer
    if size > hot.largest and leave_large:
        raise Full
    if isinstance(part, ranges.Part):
        stretch = await hot.stretch(thing.name, part.start, part.end, brief=part.open_ended)
    else:
        stretch = await hot.whole(thing.name)
    return replies.with_bytes(part, size, thing, asked, stretch)


def _memory() -> Hot:
    """Return this process's memory of the origins' objects."""
    global _hot
    if _hot is None:
        try:
            share = tmpfs.capacity(settings.HOT_DIR) // settings.WEB_WORKERS
            _hot = Hot(settings.HOT_DIR, budget=min(settings.HOT_BYTES, share))
        except OSError as error:
            logger.error("HOT_DIR cannot be used, so that nothing of the origins is served here: %s", error)  # noqa: TRY400
            raise Full from error
    return _hot


async def _found_in_place(key: str, extension: str) -> tuple[str, int] | None:
    """Look on a thread, even where the row is in memory: a sleeping disk may hold a stat for seconds."""
    return await asyncio.get_running_loop().run_in_executor(_threads, in_place.find, key, extension)
