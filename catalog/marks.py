"""Say which parts of a name a search matched; how search itself reads words is `catalog.search.analyser`."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A piece of a name, in order; the pieces joined are the name."""

    text: str
    matched: bool


def parts(name: str, words: Collection[str]) -> list[Part]:
    """Return the name in pieces: what starts a word of the name and equals a searched word is matched.

    Case, width and accents do not count. A searched word of a script that is written without spaces may start
    anywhere.
    """
    folded, places = _folded(name)
    matched = bytearray(len(name))
    for word in {_folded(word)[0].strip() for word in words} - {""}:
        start = folded.find(word)
        while start >= 0:
            if start == 0 or not folded[start - 1].isalnum() or not word.isascii():
                for place in places[start : start + len(word)]:
                    matched[place] = 1
            start = folded.find(word, start + 1)
    pieces: list[Part] = []
    begin = 0
    for place in range(1, len(name) + 1):
        if place == len(name) or _marked(name, matched, place) != _marked(name, matched, begin):
            pieces.append(Part(name[begin:place], matched=bool(matched[begin])))
            begin = place
    return pieces


def _marked(name: str, matched: bytearray, place: int) -> int:
    """Return whether the character is matched; a combining mark belongs to the letter before it."""
    while place and unicodedata.combining(name[place]):
        place -= 1
    return matched[place]


def _folded(text: str) -> tuple[str, list[int]]:
    """Return the text without case, width and accents, and for each of its characters the place it came from."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for letter in unicodedata.normalize("NFKD", character).casefold():
            if not unicodedata.combining(letter):
                letters.append(letter)
                places.append(place)
    return "".join(letters), places
