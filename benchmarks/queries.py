"""What people type into a search field, by kind: made of songs that a catalog really has, the played ones more often.

A song is drawn by Zipf's law over the order of popularity, where a rank's share falls with the rank: half of the draws
are of the thousand most played of a million. `tail` draws from all alike. The last kind of all is typing: each
beginning of one query in turn, as search-as-you-type asks.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

SMALL_WORDS = ("the", "a", "of", "in", "to", "and", "my", "on", "you", "love", "night", "i", "me", "for", "is", "it")
LONG = 12  # words that a query has at most
TYPED = 16  # beginnings of a query that are asked one after the other
CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
CYRILLIC = re.compile("[\u0400-\u04ff]")
FOREIGN = {"CJK": CJK, "Cyrillic": CYRILLIC}  # kinds that need a song of that script


@dataclass(frozen=True)
class Song:
    """What a query is made of."""

    row_id: int
    title: str
    artist: str
    album: str
    year: int  # 0 where there is none
    genre: str


@dataclass(frozen=True)
class Asked:
    """A query, and the song that it should find first; 0 where no one song is meant."""

    query: str
    wanted: int = 0


def ranks(count: int, rows: int, dice: random.Random) -> list[int]:
    """Return ranks in the order of popularity, from 0, by Zipf's law."""
    return [min(int(rows ** dice.random()), rows) - 1 for _ in range(count)]


def made(popular: Sequence[Song], tail: Sequence[Song], *, count: int, seed: int) -> dict[str, list[Asked]]:
    """Return `count` queries of each kind."""
    found: dict[str, list[Asked]] = {}
    for name, make in KINDS.items():
        dice = random.Random(f"{seed}/{name}")
        songs = [song for song in popular if name not in FOREIGN or FOREIGN[name].search(song.title)]
        songs = songs or [song for song in tail if FOREIGN[name].search(song.title)]
        found[name] = [make(dice.choice(songs), dice) for _ in range(count if songs else 0)]
    dice = random.Random(f"{seed}/tail")
    found["tail: artist title"] = [_both(song) for song in dice.choices(tail, k=count)]
    found["tail: a letter lost"] = [_mistyped(song, dice, lose) for song in dice.choices(tail, k=count)]
    typing = (beginning for song in dice.choices(popular, k=count) for beginning in keystrokes(song))
    found["typing"] = [Asked(beginning) for beginning, _ in zip(typing, range(count * 3), strict=False)]
    return {name: asked for name, asked in found.items() if asked}


def keystrokes(song: Song) -> Iterator[str]:
    """Yield each beginning of `artist title`, as it is typed."""
    whole = f"{song.artist} {song.title}".lower()
    yield from (whole[:end] for end in range(1, min(len(whole), TYPED) + 1) if whole[end - 1] != " ")


def lose(text: str, dice: random.Random) -> str:
    place = dice.randrange(1, max(2, len(text) - 1))
    return text[:place] + text[place + 1 :]


def swap(text: str, dice: random.Random) -> str:
    place = dice.randrange(0, max(1, len(text) - 1))
    return text[:place] + text[place : place + 2][::-1] + text[place + 2 :]


def _both(song: Song) -> Asked:
    return Asked(f"{song.artist} {song.title}", song.row_id)


def _mistyped(song: Song, dice: random.Random, *mistakes: Callable[[str, random.Random], str]) -> Asked:
    """Misspell the longest word of the title."""
    words = song.title.split() or [song.title]
    longest = max(range(len(words)), key=lambda place: len(words[place]))
    for mistake in mistakes:
        words[longest] = mistake(words[longest], dice)
    return Asked(f"{' '.join(words)} {song.artist}", song.row_id)


def _fields(song: Song, dice: random.Random) -> Asked:
    artist = song.artist.replace('"', "")
    asked = [f'artist:"{artist}"']
    if song.year and dice.random() < 0.5:
        asked.append(f"year:{song.year}")
    if song.genre and dice.random() < 0.3:
        asked.append(f'genre:"{song.genre}"')
    return Asked(" ".join((*asked, song.title)), song.row_id)


def _genre_and_year(song: Song, dice: random.Random) -> Asked:
    return Asked(f'genre:"{song.genre}" year:{song.year}' if song.genre and song.year else f"year:{song.year or 1999}")


def _phrase(song: Song, dice: random.Random) -> Asked:
    title = song.title.replace('"', "")
    return Asked(f'"{title}" {song.artist}', song.row_id)


def _long(song: Song, dice: random.Random) -> Asked:
    words = f"{song.artist} {song.title} {song.album} {' '.join(dice.sample(SMALL_WORDS, 6))}".split()
    return Asked(" ".join(words[:LONG]))


KINDS: dict[str, Callable[[Song, random.Random], Asked]] = {
    "title": lambda song, _: Asked(song.title),
    "artist": lambda song, _: Asked(song.artist),
    "album": lambda song, _: Asked(song.album or song.title),
    "artist title": lambda song, _: _both(song),
    "title artist": lambda song, _: Asked(f"{song.title} {song.artist}", song.row_id),
    "1 letter": lambda song, _: Asked(song.title[:1]),
    "2 letters": lambda song, _: Asked(song.title[:2]),
    "3 letters": lambda song, _: Asked(song.title[:3]),
    "half a title": lambda song, _: Asked(song.title[: max(4, len(song.title) // 2)]),
    "a letter lost": lambda song, dice: _mistyped(song, dice, lose),
    "letters swapped": lambda song, dice: _mistyped(song, dice, swap),
    "two typos": lambda song, dice: _mistyped(song, dice, lose, swap),
    "a space lost": lambda song, _: Asked(f"{song.artist.replace(' ', '', 1)} {song.title}", song.row_id),
    "a space added": lambda song, dice: Asked(_split(f"{song.artist} {song.title}", dice), song.row_id),
    "2 common words": lambda _, dice: Asked(" ".join(dice.sample(SMALL_WORDS, 2))),
    "3 common words": lambda _, dice: Asked(" ".join(dice.sample(SMALL_WORDS, 3))),
    "long": _long,
    "phrase": _phrase,
    "fields": _fields,
    "genre and year": _genre_and_year,
    "CJK": lambda song, _: Asked(song.title),
    "Cyrillic": lambda song, _: Asked(song.title),
    "no such word": lambda _, dice: Asked("".join(dice.choices("qxzjkvw", k=7)) + " love"),
}


def _split(text: str, dice: random.Random) -> str:
    place = dice.randrange(1, max(2, len(text) - 1))
    return f"{text[:place]} {text[place:]}"
