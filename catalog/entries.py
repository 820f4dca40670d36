"""Read off rows of sheets what the catalog writes: credits, album, genres, and what a track is known by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from catalog import credits, names, roster, tagnames  # noqa: A004 - the built-in one is for the console
from catalog.cells import GENRE_MARKS, Row
from catalog.credits import Credit
from catalog.roster import Found, Lead


@dataclass(frozen=True, slots=True)
class People:
    """Who a row credits."""

    shown: str
    credits: tuple[Credit, ...]
    keys: tuple[str, ...]  # of the credits, folded


@dataclass(slots=True)
class Entry:
    """A row on its way into the catalog."""

    row: Row
    people: People
    lead: Lead | None  # its album
    genres: tuple[tuple[str, str], ...]  # slug and name
    title: str  # folded
    shown: str  # the credit
    artist: str  # that, folded
    disc: int
    new: bool = True  # its track is not there yet
    track_id: int = 0  # once it is known; an earlier row of the batch that is the same track keeps it to itself


def read(row: Row) -> Entry:
    """Return the entry of a row."""
    people = _people(row.artist)
    if guests := credits.split_featured(row.title)[1]:
        people = _with_guests(people, guests)
    lead = _lead(people, row.album, row.year) if row.album else None
    genres = genres_of(row.genre) if row.genre else ()
    return Entry(
        row, people, lead, genres, names.fold(row.title), people.shown, names.fold(people.shown), row.disc or 1
    )


def named(entries: Iterable[Entry]) -> tuple[dict[str, str], dict[str, Lead], dict[str, str]]:
    """Return what the entries name, as `roster.Roster.find` takes it: artists, albums, genres."""
    artists: dict[str, str] = {}
    albums: dict[str, Lead] = {}
    genres: dict[str, str] = {}
    for entry in entries:
        for key, one in zip(entry.people.keys, entry.people.credits, strict=True):
            artists.setdefault(key, one.name)
        if entry.lead:
            albums.setdefault(entry.lead.key, entry.lead)
        for slug, name in entry.genres:
            genres.setdefault(slug, name)
    return artists, albums, genres


def respell(batch: Iterable[Entry], found: Found) -> None:
    """Show artists who were merged away by the name that stays."""
    for entry in batch:
        key = entry.people.keys[0]
        if entry.artist == key and names.fold(name := found.artists[key].name) != key:
            entry.shown, entry.artist = name, names.fold(name)


@lru_cache(maxsize=1024)
def genres_of(text: str) -> tuple[tuple[str, str], ...]:
    """Return slug and name of each genre, once each; ID3v1's numbers are spelt out."""
    found = tagnames.genres(credits.clean_all(GENRE_MARKS.split(text), 100))
    return tuple({names.slug(name): (names.slug(name), name) for name in reversed(found)}.values())[::-1]


@lru_cache(maxsize=8192)  # sheets are mostly in order of artists
def _people(artist: str) -> People:
    shown, people = credits.credit(artist=artist.split(";"))
    return _known_by(shown or credits.UNKNOWN, people or [Credit(credits.UNKNOWN, "main")])


def _with_guests(people: People, guests: Sequence[str]) -> People:
    return _known_by(people.shown, [*people.credits, *(Credit(name, "featured") for name in guests)])


def _known_by(shown: str, people: Sequence[Credit]) -> People:
    unique = {names.artist_key(one.name): one for one in reversed(people)}
    return People(shown, tuple(unique.values())[::-1], tuple(unique)[::-1])


@lru_cache(maxsize=8192)
def _lead(people: People, album: str, year: int | None) -> Lead:
    return roster.lead_of(people.shown, people.credits, album, year)
