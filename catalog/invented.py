"""Invent a catalog without end that reads like a real one, in fifteen languages. Pure: the same seed, the same rows.

Artists come one after the other, each with all of their records, and each depends on the seed and its number only. Few
are heard by many (a Pareto law, so the ranks follow Zipf's), and few of anybody's songs are. There are namesakes, live
and remastered versions, remixes, karaoke, songs of others, guests, classical works, and names that are hard to read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, count
from random import Random

from catalog import vocabulary
from catalog.patterns import (
    BANDS,
    BEST_OF,
    EXPLICIT,
    GENRES,
    HALL,
    KARAOKE,
    KEYS,
    MOVEMENTS,
    NAMESAKES,
    OWN_GENRES,
    OWN_SCRIPT,
    REMARKS,
    SMALL,
    SPOKEN,
    TEMPI,
    WORKS,
)
from catalog.sheets import Row
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
    tongue = _TONGUES[_place(_TONGUE_SUMS, dice)]
    genre = _genre(dice, tongue)
    name, alias = _name(dice, tongue)
    if karaoke := dice.random() < 0.003:
        name, alias = _pick(dice, KARAOKE).format(vocabulary.capital(vocabulary.word(dice, TONGUES["en"]))), ""
    since = min(max(int(THIS_YEAR - dice.expovariate(1 / 15)), 1955), THIS_YEAR)
    hits = tuple(_title(dice, tongue, genre) for _ in range(HITS))
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
            genre = who.genre if dice.random() < 0.8 else f"{who.genre}; {_genre(dice, who.tongue)}"
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
            return f"{_title(dice, who.tongue)} EP", songs
        if len(self._made) > 12 and kind > 0.86:
            return self._best_of() if kind > 0.93 else self._concert()
        songs = [self._song() for _ in range(8 + int(dice.random() * 7))]
        title = who.name if not place and dice.random() < 0.2 else _title(dice, who.tongue)
        if 0.8 < kind < 0.84:
            return f"{title} (Deluxe Edition)", songs + [self._version(song) for song in songs[:3]]
        if kind < 0.48 and who.since < 2000:
            return f"{title} (Remastered)", [self._version(song, " - Remastered 2011") for song in songs]
        return title, songs

    def _concert(self) -> tuple[str, list[_Song]]:
        place = vocabulary.capital(vocabulary.word(self._dice, TONGUES["en"]))
        return HALL.format(place), [self._version(song, " (Live)") for song in self._known(10)]

    def _best_of(self) -> tuple[str, list[_Song]]:
        title = _pick(self._dice, BEST_OF).format(self._who.name)
        return title, self._known(12 + int(self._dice.random() * 9))

    def _known(self, number: int) -> list[_Song]:
        return sorted(self._made, key=lambda song: -song.plays)[:number]

    def _song(self, *, lift: float = 1.0) -> _Song:
        """Make a song; its plays are the artist's fame over the rank that it happens to have among their songs."""
        dice, who = self._dice, self._who
        title = self._titles.pop(0) if self._titles else _title(dice, who.tongue, who.genre)
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
        remark = remark or _pick(dice, REMARKS).format(vocabulary.capital(vocabulary.word(dice, TONGUES["en"])))
        longer = 1.0 + 0.25 * dice.random()
        return _Song(song.title + remark, int(song.ms * longer), int(song.plays * 0.12 * dice.random()), song.explicit)

    def _of_another(self) -> str:
        """Return the title of a song of somebody else."""
        other = self._another()
        title = _pick(self._dice, other.hits)
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


def _name(dice: Random, tongue: str) -> tuple[str, str]:
    """Return a name, and other names: how it is written in Latin letters, or what else somebody is called."""
    language = TONGUES[tongue]
    if dice.random() < 0.55:
        first, last = vocabulary.name(dice, language)
        name = f"{last}{language.space}{first}" if language.last_first else f"{first} {last}"
    elif tongue == "en" or (tongue not in OWN_SCRIPT and dice.random() < 0.4):
        words = (vocabulary.capital(vocabulary.word(dice, language, rare=True)) for _ in range(2))
        name = _pick(dice, BANDS).format(*words)
    else:
        words = (vocabulary.word(dice, language, rare=True) for _ in range(1 + int(dice.random() * 2.5)))
        name = vocabulary.capital(language.space.join(words))
    if tongue in OWN_SCRIPT:
        latin = vocabulary.roman(name)
        if latin.isascii():
            return name, latin.title()
        return name, vocabulary.capital(vocabulary.word(dice, TONGUES["en"])) if dice.random() < 0.5 else ""
    return name, "".join(part[0] for part in name.split()) if dice.random() < 0.02 and " " in name else ""


def _title(dice: Random, tongue: str, genre: str = "") -> str:
    chance = dice.random()
    if genre == "Classical":
        return _work(dice)
    if chance < 0.05:
        return NAMESAKES[_place(_NAMESAKE_SUMS, dice)]
    language = TONGUES["en" if tongue != "en" and chance < 0.2 else tongue]
    shape = _pick(dice, language.shapes)
    parts = shape.split("%")
    text = parts[0] + "".join(vocabulary.word(dice, language) + part for part in parts[1:])
    if not language.titled:
        start = len(text) - len(text.lstrip("¿¡"))
        return text[:start] + vocabulary.capital(text[start:])
    words = text.split(" ")
    return " ".join(word if word in SMALL and place else _titled(word) for place, word in enumerate(words))


def _titled(word: str) -> str:
    if word[:1] == "(":
        return word[0] + vocabulary.capital(word[1:])
    return vocabulary.capital(word)


def _work(dice: Random) -> str:
    """Return a movement of a classical work."""
    number, movement = 1 + int(dice.random() * 12), int(dice.random() * len(MOVEMENTS))
    key = f"{_pick(dice, KEYS)} {'Major' if dice.random() < 0.6 else 'Minor'}"
    opus = 1 + int(dice.random() * 120)
    return f"{_pick(dice, WORKS)} No. {number} in {key}, Op. {opus}: {MOVEMENTS[movement]}. {_pick(dice, TEMPI)}"


def _genre(dice: Random, tongue: str) -> str:
    if tongue in OWN_GENRES and dice.random() < 0.45:
        return _pick(dice, OWN_GENRES[tongue])
    return GENRES[_place(_GENRE_SUMS, dice)]


def _seconds(dice: Random) -> float:
    chance = dice.random()
    if chance < 0.04:
        return 25 + 70 * dice.random()  # an interlude
    if chance > 0.97:
        return 400 + 700 * dice.random()
    return 110 + 130 * (dice.random() + dice.random())


def _pick(dice: Random, some: tuple[str, ...]) -> str:
    return some[int(dice.random() * len(some))]


def _place(sums: list[float], dice: Random) -> int:
    """Draw a place by its weight; the sums run up to 1."""
    chance = dice.random()
    return next((place for place, until in enumerate(sums) if chance < until), len(sums) - 1)


def _sums(weights: list[float]) -> list[float]:
    total = sum(weights)
    return [one / total for one in accumulate(weights)]


_TONGUES = [tongue for tongue, _ in SPOKEN]
_TONGUE_SUMS = _sums([weight for _, weight in SPOKEN])
_GENRE_SUMS = _sums([1 / (place + 2) for place in range(len(GENRES))])
_NAMESAKE_SUMS = _sums([1 / (place + 3) for place in range(len(NAMESAKES))])
