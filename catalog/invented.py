"""Invent a catalog without end that reads like a real one, in fifteen languages. Pure: the same seed, the same rows.

Artists come one after the other, each with all of their records, and each depends on the seed and its number only. Few
are heard by many (a Pareto law, so the ranks follow Zipf's), and few of anybody's songs are. There are namesakes, live
and remastered versions, remixes, karaoke, songs of others, guests, classical works, and names that are hard to read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from random import Random

from catalog import naming, vocabulary
from catalog.cells import Row
from catalog.patterns import BEST_OF, EXPLICIT, HALL, REMARKS
from catalog.tongues import TONGUES

THIS_YEAR = 2026
MOST_PLAYS = 3_000_000_000
PLAYS_OF_THE_LEAST = 60  # of the least known artist's best-known song
FAME = 1.3  # exponent of the law of artists: of a million songs, the first is heard a hundred million times
HITS = 4  # songs of an artist that others may sing


@dataclass(frozen=True, slots=True)
class Artist:
    """Who an artist is; what they recorded is `rows_of`."""

    number: int  # counts from 0 within a seed
    tongue: str
    name: str
    aliases: str
    genre: str
    karaoke: bool  # sings what others made
    since: int  # year of the first record
    fame: float  # from 1, times the plays of the least known artist
    hits: tuple[str, ...]  # titles of the best-known songs, that others may sing


@dataclass(frozen=True, slots=True)
class _Song:
    title: str
    ms: int
    plays: int
    explicit: bool


def rows(seed: int, *, first: int = 0) -> Iterator[Row]:
    """Yield tracks without end, those of artist number `first` first; 13 an artist in the mean."""
    for number in count(first):
        yield from rows_of(seed, number)


@lru_cache(maxsize=8192)
def artist(seed: int, number: int) -> Artist:
    """Return one artist."""
    dice = Random(seed << 40 | number)
    tongue = naming.tongue_of(dice)
    genre = naming.genre(dice, tongue)
    name, alias = naming.name(dice, tongue)
    if karaoke := dice.random() < 0.003:
        name, alias = naming.karaoke(dice), ""
    since = min(max(int(THIS_YEAR - dice.expovariate(1 / 15)), 1955), THIS_YEAR)
    hits = tuple(naming.title(dice, tongue, genre) for _ in range(HITS))
    return Artist(number, tongue, name, alias, genre, karaoke, since, fame(seed, number), hits)


def fame(seed: int, number: int) -> float:
    """Return how many times as often as the least known artist this one is heard; quick, and the same each time."""
    mixed = ((seed << 40 ^ number) + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
    chance = ((mixed ^ mixed >> 31) >> 11) / (1 << 53)
    return (1.0 - chance) ** -FAME


def rows_of(seed: int, number: int) -> Iterator[Row]:
    """Yield the tracks of one artist, record by record."""
    who = artist(seed, number)
    dice = Random(seed << 40 | 1 << 39 | number)
    return _Discography(seed, who, dice).rows()


class _Discography:
    """The records of one artist in the making: later ones take up songs of earlier ones."""

    def __init__(self, seed: int, who: Artist, dice: Random) -> None:
        self._seed, self._who, self._dice = seed, who, dice
        self._made: list[_Song] = []
        self._titles = list(who.hits)
        self._albums: set[str] = set()

    def rows(self) -> Iterator[Row]:
        dice, who = self._dice, self._who
        year = who.since
        for place in range(1 + min(int(dice.expovariate(1.3) * (0.3 + min(who.fame, 1000) ** 0.15)), 40)):
            album, songs = self._record(place)
            album = self._unlike(album)
            genre = who.genre if dice.random() < 0.8 else f"{who.genre}; {naming.genre(dice, who.tongue)}"
            second = len(songs) // 2 if len(songs) > 15 else len(songs)  # where the second disc begins
            for number, song in enumerate(songs):
                disc = 1 + (number >= second)
                yield Row(
                    artist=who.name if dice.random() > 0.06 else self._with_guest(),
                    title=song.title,
                    aliases=who.aliases,
                    album=album,
                    genre=genre,
                    year=year,
                    disc=disc,
                    track=number + 1 - (second if disc == 2 else 0),
                    duration_ms=song.ms,
                    explicit=song.explicit,
                    plays=song.plays,
                )
            year = min(year + int(dice.random() * 3.2), THIS_YEAR)

    def _unlike(self, album: str) -> str:
        """Return a title that none of the artist's records has."""
        while album in self._albums:
            album += " II"
        self._albums.add(album)
        return album

    def _record(self, place: int) -> tuple[str, list[_Song]]:
        """Return the title and the songs of the next record."""
        dice, who = self._dice, self._who
        kind = dice.random()
        if kind < 0.3:  # a single: its song, and perhaps another version of it
            song = self._song(lift=2.0)
            return song.title, [song] if dice.random() < 0.6 else [song, self._version(song)]
        if kind < 0.42:
            songs = [self._song() for _ in range(4 + int(dice.random() * 3))]
            return f"{naming.title(dice, who.tongue)} EP", songs
        if len(self._made) > 12 and kind > 0.86:
            return self._best_of() if kind > 0.93 else self._concert()
        songs = [self._song() for _ in range(8 + int(dice.random() * 7))]
        title = who.name if not place and dice.random() < 0.2 else naming.title(dice, who.tongue)
        if 0.8 < kind < 0.84:
            return f"{title} (Deluxe Edition)", songs + [self._version(song) for song in songs[:3]]
        if kind < 0.48 and who.since < 2000:
            return f"{title} (Remastered)", [self._version(song, " - Remastered 2011") for song in songs]
        return title, songs

    def _concert(self) -> tuple[str, list[_Song]]:
        place = vocabulary.capital(vocabulary.word(self._dice, TONGUES["en"]))
        return HALL.format(place), [self._version(song, " (Live)") for song in self._known(10)]

    def _best_of(self) -> tuple[str, list[_Song]]:
        title = naming.pick(self._dice, BEST_OF).format(self._who.name)
        return title, self._known(12 + int(self._dice.random() * 9))

    def _known(self, number: int) -> list[_Song]:
        return sorted(self._made, key=lambda song: -song.plays)[:number]

    def _song(self, *, lift: float = 1.0) -> _Song:
        """Make a song; its plays are the artist's fame over the rank that it happens to have among their songs."""
        dice, who = self._dice, self._who
        title = self._titles.pop(0) if self._titles else naming.title(dice, who.tongue, who.genre)
        if who.number and (who.karaoke or dice.random() < 0.02):
            title = self._of_another()
        share = lift / (1.0 + 30.0 * dice.random() ** 0.7) * (0.05 + dice.random())
        song = _Song(
            title,
            int(_seconds(dice) * 1000),
            int(min(PLAYS_OF_THE_LEAST * who.fame * share, MOST_PLAYS)),
            dice.random() < (0.4 if who.genre in EXPLICIT else 0.04),
        )
        self._made.append(song)
        return song

    def _version(self, song: _Song, remark: str = "") -> _Song:
        dice = self._dice
        remark = remark or naming.pick(dice, REMARKS).format(vocabulary.capital(vocabulary.word(dice, TONGUES["en"])))
        longer = 1.0 + 0.25 * dice.random()
        return _Song(song.title + remark, int(song.ms * longer), int(song.plays * 0.12 * dice.random()), song.explicit)

    def _of_another(self) -> str:
        """Return the title of a song of somebody else."""
        other = self._another()
        title = naming.pick(self._dice, other.hits)
        if self._who.karaoke:
            return f"{title} (Karaoke Version) [In the Style of {other.name}]"
        return f"{title} ({other.name} Cover)" if self._dice.random() < 0.3 else title

    def _another(self) -> Artist:
        """Return an artist of a lower number; the better known, the likelier."""
        chosen = (int(self._dice.random() * self._who.number) for _ in range(6))
        return artist(self._seed, max(chosen, key=lambda number: fame(self._seed, number)))

    def _with_guest(self) -> str:
        if not self._who.number:
            return self._who.name
        other = self._another().name
        return f"{self._who.name} feat. {other}" if self._dice.random() < 0.7 else f"{self._who.name}; {other}"


def _seconds(dice: Random) -> float:
    chance = dice.random()
    if chance < 0.04:
        return 25 + 70 * dice.random()  # an interlude
    if chance > 0.97:
        return 400 + 700 * dice.random()
    return 110 + 130 * (dice.random() + dice.random())
