"""What a search page shows: the rows of what was found, and the best of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog import listings, rows, search, shapes, topresult
from catalog.models import Album, Artist

KINDS = {"songs": "track", "artists": "artist", "albums": "album"}  # as the address says them: as the index does
SHOWN = {"songs": 8, "artists": 12, "albums": 12}  # on the page of all kinds
ASKED = 13  # of each kind there: enough to fill it, and to know whether there are more; more would loosen the search
ALONE = 50  # of one kind: who wants more of it types another word


@dataclass(frozen=True)
class Results:
    """The answer to one query, each list best first."""

    query: str
    kind: str  # songs, artists or albums alone; empty for all of them
    songs: Sequence[rows.Row]
    artists: Sequence[Artist]
    albums: Sequence[Album]
    more: Mapping[str, bool]  # of which kinds there are others, that are not shown
    best: topresult.TopResult | None  # only of all kinds
    corrected: Mapping[str, str]  # typed word: the word that was used
    partial: bool  # was anything left out for lack of time?

    @property
    def words(self) -> list[str]:
        """Return what to mark in the names."""
        return [*self.query.split(), *(word for used in self.corrected.values() for word in used.split())]

    @property
    def nothing(self) -> bool:
        return not (self.songs or self.artists or self.albums)


def find(query: str, *, kind: str, at: datetime, base: str, region: str) -> Results:
    """Search, and read what is shown of what was found: at most a query for each kind, and one for the best's tint."""
    told = search.search(query, kinds=[KINDS[kind]] if kind else KINDS.values(), limit=ALONE if kind else ASKED, at=at)
    ids = {"songs": told.tracks, "artists": told.artists, "albums": told.albums}
    shown = ids if kind else {name: found[: SHOWN[name]] for name, found in ids.items()}
    songs = rows.of_ids(shown["songs"], at=at, base=base, links=shapes.links_for(base=base, at=at, region=region))
    artists = listings.in_order(Artist.objects.listed(), shown["artists"])
    albums = listings.in_order(Album.objects.listed(), shown["albums"])
    return Results(
        query=query,
        kind=kind,
        songs=songs,
        artists=artists,
        albums=albums,
        more={name: len(found) > len(shown[name]) for name, found in ids.items()},
        best=None if kind else topresult.choose(query, songs=songs, artists=artists, albums=albums),
        corrected=told.corrected,
        partial=told.partial,
    )
