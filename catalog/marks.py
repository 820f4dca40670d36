"""Say which parts of a name a search matched; what is the same word is `catalog.search.analyser`'s to say. Pure."""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from catalog.search import analyser

SHORTEST_BEGINNING = 3  # letters; shorter words are marked whole, unless they are the last one, which is being typed
SHORTEST_JOINED = 3  # letters of a word that may run over several of the name: rem, acdc, ledzeppelin

_PIECE = re.compile(r'[^\s()\[\]«»„“”"]+')
_PLAIN = re.compile(r"[A-Za-z0-9 ]*")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a name, in order; the pieces joined are the name."""

    text: str
    matched: bool


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A searched word, folded."""

    text: str
    run: bool  # of a script that is written without spaces: it may start anywhere
    beginning: bool  # may more letters follow it?
    optional: bool = False  # a stop word, beside others
    pair: bool = False  # two words that the name may write as one


def parts(name: str, words: Sequence[str]) -> list[Part]:
    """Return the name in pieces: what starts a word of the name and equals a searched word is matched.

    The last of the words may be in the typing. Case, width and accents do not count; a word in other letters, or
    written with signs, is matched whole, and one that was written apart, or together, as well. Stop words are matched
    beside others only.
    """
    wanted = _read(tuple(words))
    if not wanted or not name:
        return [Part(name, matched=False)] if name else []
    letters, places = _folded(name)
    matched = bytearray(len(name))
    for word in wanted:
        if word.optional and not any(matched):
            continue
        spans = list(_beginnings(word, letters, places, name))
        if not spans and not word.pair:
            spans = list(_together(word, letters, places))
            if not spans and not _PLAIN.fullmatch(name):
                spans = list(_respelt(word, name))
        for begin, end in spans:
            matched[begin:end] = b"\1" * (end - begin)
    return list(_pieces(name, matched))


@lru_cache(maxsize=256)  # all names of an answer are held against the same words
def _read(words: tuple[str, ...]) -> tuple[_Wanted, ...]:
    """Return the words that decide first, then the optional ones; neighbours are also one word."""
    read = [text for word in words for text in analyser.read(word).words]
    last = len(read) - 1
    decisive = any(word not in analyser.STOP_WORDS for word in read)
    wanted = [
        _Wanted(
            word,
            run=analyser.is_run(word),
            beginning=place == last or len(word) >= SHORTEST_BEGINNING,
            optional=decisive and word in analyser.STOP_WORDS,
        )
        for place, word in enumerate(read)
    ]
    wanted += [_Wanted(one + two, run=False, beginning=False, pair=True) for one, two in itertools.pairwise(read)]
    return tuple(sorted(wanted, key=lambda word: word.optional))


def _folded(name: str) -> tuple[str, list[int]]:
    """Return the name folded, without apostrophes, and for each of its letters the place it came from, and the end."""
    if name.isascii() and "'" not in name:
        return name.lower(), list(range(len(name) + 1))
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(name):
        for letter in _fold(character):
            if letter != "'":
                letters.append(letter)
                places.append(place)
    return "".join(letters), [*places, len(name)]


_fold = lru_cache(maxsize=4096)(analyser.fold)


def _beginnings(word: _Wanted, letters: str, places: list[int], name: str) -> Iterator[tuple[int, int]]:
    """Yield where words of the name begin with a word, or are it."""
    start = letters.find(word.text)
    while start >= 0:
        end = start + len(word.text)
        begins = word.run or _starts(letters, start) or (len(word.text) > 1 and name[places[start] - 1] in "'’")
        if begins and (word.run or word.beginning or _starts(letters, end)):
            yield places[start], places[end - 1] + 1
        start = letters.find(word.text, start + 1)


def _starts(letters: str, place: int) -> bool:
    """Tell whether a word may start, or one has ended, at a place."""
    if place in (0, len(letters)):
        return True
    before, after = letters[place - 1], letters[place]
    return not (before.isalnum() and after.isalnum()) or analyser.is_run(before) != analyser.is_run(after)


def _together(word: _Wanted, letters: str, places: list[int]) -> Iterator[tuple[int, int]]:
    """Yield where several words of the name, written together, are the word."""
    if len(word.text) < SHORTEST_JOINED or word.run:
        return
    kept = [place for place, letter in enumerate(letters) if letter.isalnum()]
    squeezed = "".join(letters[place] for place in kept)
    start = squeezed.find(word.text)
    while start >= 0:
        first, last = kept[start], kept[start + len(word.text) - 1]
        if _starts(letters, first) and (word.beginning or _starts(letters, last + 1)):
            yield places[first], places[last] + 1
        start = squeezed.find(word.text, start + 1)


def _respelt(word: _Wanted, name: str) -> Iterator[tuple[int, int]]:
    """Yield the words of the name that are the word in other letters, or with signs for letters."""
    for piece in _PIECE.finditer(name):
        text = analyser.read(piece[0])
        if any(
            spelling == word.text or (word.beginning and spelling.startswith(word.text))
            for spelling in (*text.words, *text.others)
        ):
            yield piece.span()


def _pieces(name: str, matched: bytearray) -> Iterator[Part]:
    """Yield the name cut where matched letters begin and end; a combining mark belongs to the letter before it."""
    for place in range(1, len(name)):
        if unicodedata.combining(name[place]):
            matched[place] = matched[place - 1]
    begin = 0
    for place in range(1, len(name) + 1):
        if place == len(name) or matched[place] != matched[begin]:
            yield Part(name[begin:place], matched=bool(matched[begin]))
            begin = place
