"""Choose the one answer that a search page shows large."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import kinds, marks, names, rows
from catalog.models import Album, Artist


@dataclass(frozen=True)
class TopResult:
    """An artist, an album or a song, as its card says it."""

    kind: str  # artist, album or track: whose cover is drawn when there is none
    id: int  # of the row that the cover belongs to
    href: str
    name: str
    says: str  # what it is, as "Album, 2025"
    under: str  # who made it; empty for an artist
    cover_key: str | None
    tint: str

    @property
    def round(self) -> bool:
        return self.kind == "artist"


def choose(
    query: str, *, songs: Sequence[rows.Row], artists: Sequence[Artist], albums: Sequence[Album]
) -> TopResult | None:
    """Return the best of the three lists, which are best first, or None when all are empty; at most one query.

    An artist or an album whose name starts with what was typed comes before a song: it holds many; so does an artist
    by whose name alone the song was found. A song comes before an album when it has that very name.
    """
    typed = names.fold(query)
    if artists and _starts(artists[0].name, typed):
        return _artist(artists[0])
    if albums and _starts(albums[0].title, typed) and not (songs and _is(songs[0].card["title"], typed)):
        return _album(albums[0])
    if songs and not (artists and _found_by(artists[0], songs[0], typed)):
        return _song(songs[0])
    if artists:
        return _artist(artists[0])
    return _album(albums[0]) if albums else None


def _starts(name: str, typed: str) -> bool:
    return names.fold(name).startswith(typed) or names.sort_key(name).startswith(names.sort_key(typed))


def _is(name: str, typed: str) -> bool:
    return names.fold(name) == typed


def _found_by(artist: Artist, song: rows.Row, typed: str) -> bool:
    """Say whether the song was found by its artist alone: nothing that was typed is in its title."""
    named = any(part.matched for part in marks.parts(song.card["title"], typed.split()))
    return not named and any(person["id"] == artist.id for person in song.card["artists"])


def _artist(artist: Artist) -> TopResult:
    return TopResult(
        kind="artist",
        id=artist.id,
        href=reverse("artist", args=[artist.id]),
        name=artist.name,
        says=_("Artist"),
        under="",
        cover_key=artist.cover_key,
        tint=rows.tint("artist", artist.id, artist.cover_key),
    )


def _album(album: Album) -> TopResult:
    kind = str(kinds.of(album).label)
    return TopResult(
        kind="album",
        id=album.id,
        href=reverse("album", args=[album.id]),
        name=album.title,
        says=f"{kind}, {album.year}" if album.year else kind,
        under=album.artist,
        cover_key=album.cover_key,
        tint=rows.tint("album", album.id, album.cover_key),
    )


def _song(song: rows.Row) -> TopResult:
    return TopResult(
        kind=song.drawn_kind,
        id=song.drawn_id,
        href=reverse("track", args=[song.id]),
        name=song.card["title"],
        says=_("Song"),
        under=song.card["artist"],
        cover_key=song.card["cover_key"],
        tint=song.tint,
    )
