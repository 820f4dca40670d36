"""What templates say in their own words: covers, lengths, numbers, and the parts of a name that matched."""

from collections.abc import Iterable

from django import template
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog import kinds, marks, rows
from catalog.models import Album, Role
from spotify_lite import rest

register = template.Library()

ROLES = {
    Role.MAIN: gettext_lazy("Artist"),
    Role.FEATURED: gettext_lazy("Featured"),
    Role.REMIXER: gettext_lazy("Remix"),
    Role.COMPOSER: gettext_lazy("Composer"),
    Role.CONDUCTOR: gettext_lazy("Conductor"),
    Role.LYRICIST: gettext_lazy("Lyrics"),
}
COVER_SIZES = (64, 160, 320, 640)  # pixels a side, as `/covers/` serves them


@register.simple_tag
def cover(kind: str, row_id: int | str, key: str | None, width: int, alt: str = "") -> SafeString:
    """Return an img of this many CSS pixels a side: the cover, sharp at two densities, or the one drawn for the row."""
    if not key:
        src, srcset = f"/drawn/{kind}/{row_id}.svg", SafeString("")
    else:
        once, twice = (
            next(size for size in (*COVER_SIZES, 640) if size >= min(wish, 640)) for wish in (width, 2 * width)
        )
        folder = f"/covers/{key[:2]}/{key}"
        src = f"{folder}/{once}.webp"
        srcset = format_html(' srcset="{}/{}.webp 2x"', folder, twice)
    lazy = SafeString(' loading="lazy"') if width < 200 else SafeString("")  # the large one is what one came for
    return format_html(
        '<img src="{}"{} width="{}" height="{}" alt="{}"{} decoding="async">', src, srcset, width, width, alt, lazy
    )


@register.simple_tag
def icon(name: str, more: str = "") -> SafeString:
    """Return one of the symbols of `_icons.html`; what it means is said beside it."""
    classes = f"i {more}".strip()
    return format_html('<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>', classes, name)


@register.filter
def clock(duration_ms: int) -> str:
    """Return 3:05, or 1:02:07 from an hour on; seconds are whole ones, as the player counts them."""
    minutes, seconds = divmod(duration_ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@register.filter
def minutes(duration_ms: int) -> str:
    """Return 54 min, or 1 h 12 min."""
    hours, rest = divmod(max(1, round(duration_ms / 60_000)), 60)
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": number(hours), "minutes": rest}
    return _("%(minutes)s min") % {"minutes": rest}


@register.filter
def sounding(found: Iterable[rows.Row]) -> bool:
    """Say whether any of these songs has something to play."""
    return any(row.audio_url for row in found)


@register.filter
def number(value: int) -> str:
    """Return 1,204 as the page's language writes it."""
    return number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def songs(count: int) -> str:
    """Return 1 song, or 1,204 songs."""
    return ngettext("%(number)s song", "%(number)s songs", count) % {"number": number(count)}


@register.filter
def albums(count: int) -> str:
    """Return 1 album, or 12 albums."""
    return ngettext("%(number)s album", "%(number)s albums", count) % {"number": number(count)}


@register.filter
def artists(count: int) -> str:
    """Return 1 artist, or 12 artists."""
    return ngettext("%(number)s artist", "%(number)s artists", count) % {"number": number(count)}


@register.filter
def kind(album: Album) -> str:
    """Return what kind of release it is: Album, EP, Single or Compilation."""
    return str(kinds.of(album).label)


@register.filter
def role(name: str) -> str:
    """Return what somebody did on a song."""
    return str(ROLES[Role(name)])


@register.simple_tag(takes_context=True)
def canonical(context: template.Context) -> SafeString:
    """Link the one address of the page, without what only says how to show it; nothing where there is no request."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return SafeString("")
    return format_html('<link rel="canonical" href="{}{}">', rest.origin(request), request.path)


@register.simple_tag(takes_context=True)
def marked(context: template.Context, name: str) -> SafeString:
    """Return the name with what the page's search matched in mark elements; on other pages the name alone."""
    words = context.get("words")
    if not words:
        return conditional_escape(name)  # most rows: a page of a thousand would spend a tenth of its time here
    pieces = ((escape(part.text), part.matched) for part in marks.parts(name, words))
    return SafeString("".join(f"<mark>{text}</mark>" if matched else text for text, matched in pieces))


@register.simple_tag(takes_context=True)
def found_on(context: template.Context, row: rows.Row) -> SafeString:
    """Return the album behind the artist where the page's search matched neither song nor artist: it says why."""
    words, album = context.get("words"), row.card["album"]
    if not words or not album:
        return SafeString("")
    named = (part.matched for name in (row.card["title"], row.card["artist"]) for part in marks.parts(name, words))
    return SafeString("") if any(named) else format_html(" · <bdi>{}</bdi>", marked(context, album["title"]))
