"""What a search page shows: the rows of what was found, and the best of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby

from catalog import listings, rows, search, shapes, topresult
from catalog.models import Album, Artist
from catalog.search import analyser, asking

KINDS = {"songs": "track", "artists": "artist", "albums": "album"}  # as the address says them: as the index does
SHOWN = {"songs": 8, "artists": 12, "albums": 12}  # on the page of all kinds
ASKED = 13  # of each kind there: enough to fill it, and to know whether there are more; more would loosen the search
ALONE = 50  # of one kind
FURTHER = 200  # of one kind, for who wants more of it; beyond, another word finds sooner than a longer list


@dataclass(frozen=True)
class Results:
    """The answer to one query, each list best first."""

    query: str
    asked: asking.Query  # the same, read
    kind: str  # songs, artists or albums alone; empty for all of them
    songs: Sequence[rows.Row]
    artists: Sequence[Artist]
    albums: Sequence[Album]
    more: Mapping[str, bool]  # of which kinds there are others, that are not shown
    further: bool  # is this the longest list there is?
    best: topresult.TopResult | None  # only of all kinds
    corrected: Mapping[str, str]  # typed word: the word that was used
    partial: bool  # was anything left out for lack of time?

    @property
    def words(self) -> list[str]:
        """Return what to mark in the names, what is still being typed last."""
        return [*self.corrected.values(), *(value for _, value in self.asked.fields), *self.asked.words]

    @property
    def counts(self) -> dict[str, int | None]:
        """Return how many there are of each kind; None where only a part was looked for."""
        shown = {"songs": len(self.songs), "artists": len(self.artists), "albums": len(self.albums)}
        known = [name for name in shown if not self.more[name] and not self.partial and self.kind in ("", name)]
        return {name: count if name in known else None for name, count in shown.items()}

    @property
    def more_of_kind(self) -> bool:
        """Say whether there are more of the one kind that is shown."""
        return self.more.get(self.kind, False)

    @property
    def mended(self) -> str:
        """Return the query as it was understood."""
        meant = (" ".join(self.corrected.get(word, word) for word in words) or chunk for chunk, words in self._mended())
        return " ".join(chunk for chunk, _ in groupby(meant))  # `cold play` is coldplay once

    @property
    def as_typed(self) -> str:
        """Return the query that finds exactly what was typed: what was mended in quotes."""
        return " ".join(f'"{chunk}"' if words else chunk for chunk, words in self._mended())

    def _mended(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Yield each part of the query, and its words where one of them was mended."""
        for chunk in self.query.split():
            words = analyser.read(chunk).words
            yield chunk, words if self.corrected.keys() & set(words) else ()

    @property
    def nothing(self) -> bool:
        return not (self.songs or self.artists or self.albums)


def find(
    query: str, *, kind: str, further: bool = False, at: datetime, base: str, region: str, fresh: bool = False
) -> Results:
    """Search, and read what is shown of what was found: at most a query for each kind, and one for the best's tint.

    All of it has one budget of time; what there is none left for is left out. `fresh` reads past kept answers.
    """
    longest = FURTHER if further else ALONE
    kinds = [KINDS[kind]] if kind else KINDS.values()
    links = shapes.links_for(base=base, at=at, region=region)
    with search.Budget(reserve=1) as budget:
        limit = longest + 1 if kind else ASKED
        told = search.search(query, kinds=kinds, limit=limit, at=at, fresh=fresh, budget=budget)
        ids = {"songs": told.tracks, "artists": told.artists, "albums": told.albums}
        shown = {name: found[: longest if kind else SHOWN[name]] for name, found in ids.items()}
        songs = budget.rows(rows.of_ids, shown["songs"], at=at, base=base, links=links)
        artists = budget.rows(partial(listings.in_order, Artist.objects.listed()), shown["artists"])
        albums = budget.rows(partial(listings.in_order, Album.objects.listed()), shown["albums"])
        asked = asking.read(query)
        meant = " ".join(told.corrected.get(word, word) for word in asked.words).split()
        fields = {name for name, _ in asked.fields}
        choose = partial(topresult.choose, meant, fields=fields, songs=songs, artists=artists, albums=albums)
        best = None if kind else budget.read(choose)
    return Results(
        query=query,
        asked=asked,
        kind=kind,
        songs=songs,
        artists=artists,
        albums=albums,
        more={name: len(found) > len(shown[name]) for name, found in ids.items()},
        further=further,
        best=best,
        corrected=told.corrected,
        partial=told.partial or budget.short,
    )
