"""Find or make the artists, albums and genres that readings name; rows once found are remembered.

What curators merged away is found as what it was merged into.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q

from catalog import credits, names  # noqa: A004 - the built-in one is for the console
from catalog.credits import Credit
from catalog.models import Album, AlbumCredit, Artist, Genre, Merged
from catalog.tags import Reading


class Registry:
    """The names of one import. Call the three `find_` methods in a transaction, then ask for rows."""

    def __init__(self) -> None:
        self._artists: dict[str, Artist] = {}  # by folded name
        self._artists_by_mbid: dict[str, Artist] = {}
        self._albums: dict[str, Album] = {}  # by match key
        self._albums_by_mbid: dict[str, Album] = {}
        self._genres: dict[str, Genre] = {}  # by slug
        self._respelled: dict[str, str] = {}  # folded name of an artist that was merged away: the name that stays

    # --- Artists: by MusicBrainz id, else by folded name ---
    def find_artists(self, people: Iterable[Credit], *, at: datetime) -> None:
        """Load or make a row for each; a row without a MusicBrainz id takes the one that a file brings."""
        unknown = [one for one in people if self._known_artist(one) is None]
        if not unknown:
            return
        keys, mbids = {names.artist_key(one.name) for one in unknown}, {one.mbid for one in unknown if one.mbid}
        for artist in Artist.objects.filter(Q(match_key__in=keys) | Q(mbid__in=mbids)).order_by("-id"):
            self._remember_artist(artist)
        self._follow_artists(keys, mbids)
        made: list[Artist] = []
        for one in unknown:
            if self._known_artist(one) is not None:
                continue
            namesake = self._artists.get(names.artist_key(one.name))
            if one.mbid and namesake and namesake.mbid is None:
                namesake.mbid = one.mbid
                if namesake.pk:
                    namesake.save(update_fields=["mbid"])
                artist = namesake
            else:
                artist = Artist(
                    name=one.name,
                    sort_name=names.sort_key(one.name),
                    match_key=names.artist_key(one.name),
                    mbid=one.mbid,
                    created_at=at,
                )
                made.append(artist)
            self._remember_artist(artist)
        Artist.objects.bulk_create(made)

    def _follow_artists(self, keys: set[str], mbids: set[str]) -> None:
        for old, artist in _merged("artist", Artist, keys, mbids):
            if old.mbid:
                self._artists_by_mbid[old.mbid] = artist
            if self._artists.setdefault(old.match_key, artist) is artist:
                self._respelled[old.match_key] = artist.name

    def spelled(self, credit: str) -> str:
        """Return a credit as it is shown: the name that stays, where it is that of an artist who was merged away."""
        return self._respelled.get(names.artist_key(credit), credit)

    def artist(self, one: Credit) -> Artist:
        """Return the row; KeyError if it was not found before."""
        if found := self._known_artist(one):
            return found
        raise KeyError(one.name)

    def _known_artist(self, one: Credit) -> Artist | None:
        return self._artists_by_mbid.get(one.mbid) if one.mbid else self._artists.get(names.artist_key(one.name))

    def _remember_artist(self, artist: Artist) -> None:
        if artist.mbid:
            self._artists_by_mbid[artist.mbid] = artist
        namesake = self._artists.get(artist.match_key)
        if namesake is None or namesake.mbid or not artist.mbid:  # a name alone means the row without an id first
            self._artists[artist.match_key] = artist

    # --- Albums: by MusicBrainz release id, else by album artist and title ---
    def find_albums(self, readings: Iterable[Reading], *, at: datetime) -> None:
        """Load or make a row for each reading that names an album; `find_artists` comes first."""
        unknown = [one for one in readings if one.album and self.album(one) is None]
        if not unknown:
            return
        keys, mbids = {_album_key(one) for one in unknown}, {one.album_mbid for one in unknown if one.album_mbid}
        for album in Album.objects.filter(Q(match_key__in=keys) | Q(mbid__in=mbids)).order_by("-id"):
            self._remember_album(album)
        for old, album in _merged("album", Album, keys, mbids):
            if old.mbid:
                self._albums_by_mbid[old.mbid] = album
            self._albums.setdefault(old.match_key, album)
        made: dict[str, tuple[Album, Reading]] = {}
        for one in unknown:
            if self.album(one) is not None:
                continue
            namesake = self._albums.get(_album_key(one))
            if one.album_mbid and namesake and namesake.mbid is None:
                namesake.mbid = one.album_mbid
                if namesake.pk:
                    namesake.save(update_fields=["mbid"])
                album = namesake
            else:
                album = Album(
                    title=one.album,
                    sort_title=names.sort_key(one.album),
                    artist=one.album_artist,
                    year=one.year,
                    compilation=one.compilation or one.album_artist == credits.VARIOUS,
                    mbid=one.album_mbid,
                    match_key=_album_key(one),
                    created_at=at,
                )
                made[f"{album.mbid}\n{album.match_key}"] = (album, one)
            self._remember_album(album)
        Album.objects.bulk_create([album for album, _ in made.values()])
        AlbumCredit.objects.bulk_create(
            AlbumCredit(album=album, artist=artist, position=place)
            for album, one in made.values()
            for place, artist in enumerate(
                {artist.pk: artist for artist in map(self.artist, one.album_credits)}.values()
            )
        )

    def album(self, one: Reading) -> Album | None:
        """Return the row of the reading's album, if it names one and it was found before."""
        if not one.album:
            return None
        return self._albums_by_mbid.get(one.album_mbid) if one.album_mbid else self._albums.get(_album_key(one))

    def _remember_album(self, album: Album) -> None:
        if album.mbid:
            self._albums_by_mbid[album.mbid] = album
        namesake = self._albums.get(album.match_key)
        if namesake is None or namesake.mbid or not album.mbid:
            self._albums[album.match_key] = album

    # --- Genres: by slug ---
    def find_genres(self, wanted: Iterable[str]) -> None:
        """Load or make a row for each name."""
        unknown = {slug: name for name in wanted if (slug := names.slug(name)) not in self._genres}
        if not unknown:
            return
        Genre.objects.bulk_create(
            [Genre(slug=slug, name=name) for slug, name in unknown.items()], ignore_conflicts=True
        )
        self._genres |= {genre.slug: genre for genre in Genre.objects.filter(slug__in=unknown)}

    def genre(self, name: str) -> Genre:
        """Return the row; KeyError if it was not found before."""
        return self._genres[names.slug(name)]


def _merged(kind: str, model: type[Any], keys: set[str], mbids: set[str]) -> Iterator[tuple[Merged, Any]]:
    """Return what was merged away under these names, with the row that it led to."""
    old = list(Merged.objects.filter(Q(match_key__in=keys) | Q(mbid__in=mbids), kind=kind))
    targets = {one.old_id: Merged.objects.target_of(kind, one.old_id) for one in old}
    rows = model.objects.in_bulk(set(targets.values()))
    return ((one, row) for one in old if (row := rows.get(targets[one.old_id])))


def _album_key(one: Reading) -> str:
    return names.album_key(one.album_artist, one.album)
