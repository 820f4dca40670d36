"""What the curators' desk shows on its first page."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog import desk, drawn, reasons, work
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
    return str(work.WORDS[row.kind])


@register.simple_tag
def small_cover(track: Track) -> SafeString:
    """Return the cover of a track, drawn where there is none: also of a hidden one, which listeners cannot ask for."""
    key = (track.album and track.album.cover_key) or track.cover_key
    if key:
        return format_html(
            '<img src="/covers/{}/{}/64.webp" width="40" height="40" alt="" loading="lazy">', key[:2], key
        )
    return format_html('<span class="blank" aria-hidden="true">{}</span>', drawn.initials(track.title))
