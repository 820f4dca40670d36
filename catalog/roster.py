"""Find or make the artists, albums and genres that rows name, by thousands: ids are looked up, and a part remembered.

As `catalog.registry` does for files: what curators merged away is found as what it was merged into, and a name that
several artists have means the one without a MusicBrainz id.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from catalog import bulk, credits, names  # noqa: A004 - the built-in one is for the console
from catalog.models import Album, Artist, Cover, Genre, Merged

REMEMBERED = 50_000  # artists, and albums: 40 MB, whatever the length of a sheet
V = TypeVar("V")


@dataclass(slots=True)
class Named:
    """An artist as a row of a sheet needs them."""

    id: int
    name: str
    aliases: str


@dataclass(slots=True)
class Titled:
    """An album as a row of a sheet needs it."""

    id: int
    title: str
    cover_key: str | None
    tint: str | None


@dataclass(frozen=True, slots=True)
class Lead:
    """What a new album is made of."""

    key: str
    title: str
    artist: str  # as shown
    artists: tuple[str, ...]  # keys of the album artists
    year: int | None


@dataclass(slots=True)
class Found:
    """What one batch names: ids by key, and what had to be made."""

    artists: dict[str, Named] = field(default_factory=dict)
    albums: dict[str, Titled] = field(default_factory=dict)
    genres: dict[str, tuple[int, str]] = field(default_factory=dict)  # by slug: id and name
    new_artists: dict[int, str] = field(default_factory=dict)  # keys by id
    new_genres: dict[int, str] = field(default_factory=dict)  # slugs by id
    new_albums: dict[int, Lead] = field(default_factory=dict)

    def forget_new_artists(self, *, but: Container[int]) -> None:
        """Take back new artists whom no new track needs: a row that is there already may credit somebody else."""
        for row_id in [row_id for row_id in self.new_artists if row_id not in but]:
            del self.artists[self.new_artists.pop(row_id)]


class Remembered(Generic[V]):
    """The last ones that were asked for."""

    def __init__(self, most: int) -> None:
        self._most, self._kept = most, dict[str, V]()

    def take(self, keys: Iterable[str]) -> tuple[dict[str, V], list[str]]:
        """Return those that are known, and the keys of the others."""
        known, others = {}, []
        for key in keys:
            if (value := self._kept.pop(key, None)) is None:
                others.append(key)
            else:
                known[key] = self._kept[key] = value  # now the newest
        return known, others

    def keep(self, values: dict[str, V]) -> None:
        self._kept |= values
        for key in list(self._kept)[: max(0, len(self._kept) - self._most)]:
            del self._kept[key]


class Roster:
    """The names of one import. Call `find` in the transaction that writes what is new, and then `keep`."""

    def __init__(self, *, new_ids: Callable[[type, int], Sequence[int]] = bulk.new_ids) -> None:
        self._new_ids = new_ids
        self.forget()

    def forget(self) -> None:
        """Look all names up again: a curator may have merged, renamed or deleted some."""
        self._artists = Remembered[Named](REMEMBERED)
        self._albums = Remembered[Titled](REMEMBERED)
        self._genres = Remembered[tuple[int, str]](REMEMBERED)
        self._any_merged = Merged.objects.exists()

    def find(self, artists: dict[str, str], albums: dict[str, Lead], genres: dict[str, str]) -> Found:
        """Return the rows of names by key, leads by key and genres' names by slug; new ones have ids and no row yet."""
        found = Found()
        found.artists, unknown = self._artists.take(artists)
        if unknown:
            found.artists |= self._look_up_artists(unknown)
            new = [key for key in unknown if key not in found.artists]
            for key, row_id in zip(new, self._new_ids(Artist, len(new)) if new else (), strict=True):
                found.artists[key] = Named(row_id, artists[key], "")
                found.new_artists[row_id] = key
        found.albums, unknown = self._albums.take(albums)
        if unknown:
            found.albums |= self._look_up_albums(unknown)
            new = [key for key in unknown if key not in found.albums]
            for key, row_id in zip(new, self._new_ids(Album, len(new)) if new else (), strict=True):
                found.albums[key] = Titled(row_id, albums[key].title, None, None)
                found.new_albums[row_id] = albums[key]
        found.genres = self._find_genres(genres, found.new_genres)
        return found

    def keep(self, found: Found) -> None:
        """Remember what was found; once it is written."""
        self._artists.keep(found.artists)
        self._albums.keep(found.albums)
        self._genres.keep(found.genres)

    def _look_up_artists(self, keys: list[str]) -> dict[str, Named]:
        rows = Artist.objects.filter(match_key__in=keys)
        found: dict[str, Named] = {}
        columns = rows.values_list("match_key", "mbid", "id", "name", "aliases")
        for key, _, row_id, name, aliases in sorted(columns, key=lambda row: (row[1] is not None, row[2])):
            found.setdefault(key, Named(row_id, name, aliases))
        for key, row_id in self._merged("artist", [key for key in keys if key not in found]):
            row = Artist.objects.filter(id=row_id).values_list("id", "name", "aliases").first()
            if row:
                found[key] = Named(*row)
        return found

    def _look_up_albums(self, keys: list[str]) -> dict[str, Titled]:
        columns = ("match_key", "mbid", "id", "title", "cover_key")
        rows = list(Album.objects.filter(match_key__in=keys).values_list(*columns))
        there = {row[0] for row in rows}
        for key, row_id in self._merged("album", [key for key in keys if key not in there]):
            rows += [(key, *row[1:]) for row in Album.objects.filter(id=row_id).values_list(*columns)]
        covers = {row[4] for row in rows if row[4]}
        tints = dict(Cover.objects.filter(key__in=covers).values_list("key", "tint")) if covers else {}
        found: dict[str, Titled] = {}
        for key, _, row_id, title, cover_key in sorted(rows, key=lambda row: (row[1] is not None, row[2])):
            found.setdefault(key, Titled(row_id, title, cover_key, tints.get(cover_key)))
        return found

    def _merged(self, kind: str, keys: list[str]) -> Iterable[tuple[str, int]]:
        """Return what rows that were merged away under these keys led to."""
        if not (keys and self._any_merged):
            return ()
        old = Merged.objects.filter(kind=kind, match_key__in=keys).order_by("id").values_list("match_key", "old_id")
        led = ((key, Merged.objects.target_of(kind, old_id)) for key, old_id in old)
        return {key: target for key, target in led if target}.items()

    def _find_genres(self, wanted: dict[str, str], new_genres: dict[int, str]) -> dict[str, tuple[int, str]]:
        found, unknown = self._genres.take(wanted)
        rows = Genre.objects.filter(slug__in=unknown).values_list("slug", "id", "name")
        if unknown:
            found |= {slug: (row_id, name) for slug, row_id, name in rows.all()}
        new = [slug for slug in unknown if slug not in found]
        for slug, row_id in zip(new, self._new_ids(Genre, len(new)) if new else (), strict=True):
            found[slug] = (row_id, wanted[slug])
            new_genres[row_id] = slug
        return found


def lead_of(artist: str, people: Sequence[credits.Credit], title: str, year: int | None) -> Lead:
    """Return the album of that title that a track of these people is on: theirs, and not their guests'."""
    shown, leaders = credits.album_artist([(artist, people)])
    keys = tuple(dict.fromkeys(names.artist_key(one.name) for one in leaders))
    return Lead(names.album_key(shown, title), title, shown, keys, year)
