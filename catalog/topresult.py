"""Choose the one answer that a search page shows large."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import kinds, marks, rows
from catalog.models import Album, Artist
from catalog.search import analyser

FAR_MORE = 16  # times the plays of all songs of an artist: an unknown band called "Yesterday" is not what was meant


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
    song: bool
    silent: bool = False  # a song with nothing to play

    @property
    def round(self) -> bool:
        return self.kind == "artist"


def choose(
    words: Sequence[str],
    *,
    fields: Collection[str],
    songs: Sequence[rows.Row],
    artists: Sequence[Artist],
    albums: Sequence[Album],
) -> TopResult | None:
    """Return the best of the three lists, which are best first, or None when all are empty; at most one query.

    Whoever has the very name that was typed comes first: an artist, who holds many, unless a song of that name is far
    better known; a song before an album. Then an artist or an album whose name goes on from what was typed, and an
    artist by whose name alone the song was found. Where only fields were asked for, it is what they name: nothing is
    the best of a year.
    """
    firsts = next(iter(artists), None), next(iter(songs), None), next(iter(albums), None)
    return next(_named(fields, *firsts) if not words else _meant(words, *firsts), None)


def _named(
    fields: Collection[str], artist: Artist | None, song: rows.Row | None, album: Album | None
) -> Iterator[TopResult]:
    if album and "album" in fields:
        yield _album(album)
    if artist and "artist" in fields:
        yield _artist(artist)


def _meant(
    words: Sequence[str], artist: Artist | None, song: rows.Row | None, album: Album | None
) -> Iterator[TopResult]:
    asked = _Asked(tuple(words))
    namesake = song is not None and asked.is_any(song.card["title"])
    eclipsed = artist and song and namesake and song.plays > FAR_MORE * artist.plays
    if artist and not eclipsed and asked.is_any(artist.name, *artist.aliases.split(";")):
        yield _artist(artist)
    if song and namesake:
        yield _song(song)
    if artist and asked.begins(artist.name):
        yield _artist(artist)
    if album and asked.begins(album.title):
        yield _album(album)
    if song and not (artist and _found_by(artist, song, words)):
        yield _song(song)
    if artist:
        yield _artist(artist)
    if album:
        yield _album(album)


@dataclass(frozen=True)
class _Asked:
    """What was typed, mended, as the index compares names: without spaces, case, accents and signs."""

    words: tuple[str, ...]

    def is_any(self, *names: str) -> bool:
        return any(analyser.key(self.words) in _keys(name) for name in names if name)

    def begins(self, name: str) -> bool:
        return any(key.startswith(analyser.key(self.words)) for key in _keys(name))


def _keys(name: str) -> tuple[str, str]:
    return analyser.keys_of(" ".join(analyser.read(name).words))


def _found_by(artist: Artist, song: rows.Row, words: Sequence[str]) -> bool:
    """Say whether the song was found by its artist alone: nothing that was typed is in its title."""
    named = any(part.matched for part in marks.parts(song.card["title"], words))
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
        song=False,
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
        song=False,
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
        song=True,
        silent=song.audio_url is None,
    )
