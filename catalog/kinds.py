"""What kind of release an album is, judged by its length, since few files say it; and an artist's releases by kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import Album

SHORT = timedelta(minutes=30)  # the shops' line between an EP and an album
SINGLE_AT_MOST, EP_AT_MOST = 3, 6  # songs, as the shops count them
SHOWN = 12  # releases of a shelf: two rows of a desktop; the rest is a page of its own


class Kind(TextChoices):
    ALBUM = "album", _("Album")
    EP = "ep", _("EP")
    SINGLE = "single", _("Single")
    COMPILATION = "compilation", _("Compilation")


@dataclass(frozen=True)
class Shelf:
    """Releases of one kind or two, in the order that they came in."""

    anchor: str
    title: str | Promise
    albums: Sequence[Album]
    more: bool  # are there others, that are not shown?


def of(album: Album) -> Kind:
    """Return the kind of an album, from its own row."""
    if album.compilation:
        return Kind.COMPILATION
    if album.duration_ms >= SHORT / timedelta(milliseconds=1) or album.tracks_count > EP_AT_MOST:
        return Kind.ALBUM
    return Kind.SINGLE if album.tracks_count <= SINGLE_AT_MOST else Kind.EP


def shelves(albums: Sequence[Album]) -> list[Shelf]:
    """Return the releases by kind, without the kinds of which there are none."""
    found = (
        ("albums", _("Albums"), {Kind.ALBUM}),
        ("singles", _("Singles and EPs"), {Kind.EP, Kind.SINGLE}),
        ("compilations", _("Compilations"), {Kind.COMPILATION}),
    )
    made = [(anchor, title, [album for album in albums if of(album) in kinds]) for anchor, title, kinds in found]
    return [Shelf(anchor, title, some[:SHOWN], len(some) > SHOWN) for anchor, title, some in made if some]
