"""What the curators' desk shows on its first page."""

from django import template
from django.utils.safestring import SafeString

from catalog import desk, reasons, sizes, thumbnails, work
from catalog.models import Track, Work

register = template.Library()


@register.simple_tag
def desk_overview() -> desk.Overview:
    """Return the figures and lists of the first page."""
    return desk.overview()


@register.filter
def reason(kept: str) -> str:
    """Return a reason or remark, which is kept in English, in the language of the page."""
    return reasons.say(kept)


@register.filter
def kind_of_work(row: Work) -> str:
    """Return what a piece of work is for."""
    return str(work.WORDS.get(row.kind, row.kind))  # a row may be older than this version of the code


@register.filter
def size(count: int) -> str:
    """Return bytes as the desk says them."""
    return sizes.say(count)


@register.simple_tag
def small_cover(track: Track) -> SafeString:
    """Return the cover of a track, drawn where there is none."""
    return thumbnails.of_track(track)
