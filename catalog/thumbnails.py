"""Small covers in the lists: the picture, or what is drawn where there is none, also of what listeners cannot see."""

import base64
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog import drawn
from catalog.models import Track

SIZE = 64  # pixels; shown at 40
LARGE = 160  # pixels


def picture(kind: str, row_id: int, name: str, cover_key: str | None) -> SafeString:
    """Return the image of a row."""
    source = f"/covers/{cover_key[:2]}/{cover_key}/{SIZE}.webp" if cover_key else _drawn(kind, row_id, name)
    return format_html('<img class="thumbnail" src="{}" width="40" height="40" alt="" loading="lazy">', source)


def of_track(track: Track) -> SafeString:
    """Return the image of a song: its album's, where it has one."""
    if track.album:
        return picture("album", track.album.pk, track.album.title, track.album.cover_key)
    return picture("track", track.pk, track.title, track.cover_key)


def large(kind: str, row_id: int, name: str, cover_key: str | None) -> SafeString:
    """Return the image of a row for its own page."""
    return served(cover_key) if cover_key else _large(_drawn(kind, row_id, name))


def served(cover_key: str) -> SafeString:
    """Return a picture for the page of the row that it is for."""
    return _large(f"/covers/{cover_key[:2]}/{cover_key}/{LARGE}.webp")


def _large(source: str) -> SafeString:
    return format_html('<img src="{}" width="{}" height="{}" alt="">', source, LARGE, LARGE)


@lru_cache(maxsize=1024)  # 2 ms each, and a list has fifty
def _drawn(kind: str, row_id: int, name: str) -> str:
    text = drawn.svg(f"{kind}-{row_id}", drawn.initials(name))
    return "data:image/svg+xml;base64," + base64.b64encode(text.encode()).decode()
