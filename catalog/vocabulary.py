"""Words that names and titles are invented of, in the frequencies of real ones. Pure: a rank always is the same word.

How often a word comes follows Zipf's law, and the list of words has no end: after the common ones, which stand here,
come words built of a language's syllables. So the more is named, the more words there are (Heaps' law).
"""

from functools import lru_cache
from random import Random

from catalog.tongues import ROMAN, Tongue

FLAT = 0.1  # of a list, over which the law is flat at its head (Mandelbrot's shift): nobody names every song "Love"
RARE = 0.5  # of names: few are called the same
TAIL = 0.65  # the exponent: one of five words that are said is rarer than those that are listed
MIXED = 0x9E3779B97F4A7C15  # spreads neighbouring ranks over the syllables
LONG = 1 << 64


def rank(dice: Random, flat: float) -> int:
    """Draw a rank, from 0 without end; the first `flat` ones come nearly as often as each other."""
    return int(flat * ((1.0 - dice.random()) ** (-1.0 / TAIL) - 1.0))


def word(dice: Random, language: Tongue, *, rare: bool = False) -> str:
    """Draw a word."""
    found = rank(dice, (RARE if rare else FLAT) * len(language.words))
    return language.words[found] if found < len(language.words) else _built(language, found, ending=True)


def name(dice: Random, language: Tongue) -> tuple[str, str]:
    """Draw a first and a last name."""
    firsts, lasts = language.first_names, language.last_names
    first, last = rank(dice, RARE * len(firsts)), rank(dice, RARE * len(lasts))
    return (
        firsts[first] if first < len(firsts) else capital(_built(language, first + 7919)),
        lasts[last]
        if last < len(lasts)
        else capital(_built(language, last + 104_729)) + _pick(dice, language.endings_of_names),
    )


def roman(text: str) -> str:
    """Return how the text is written in Latin letters, as far as its signs are known here."""
    return capital("".join(ROMAN.get(sign, sign) for sign in text.lower()))


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=65_536)
def _built(language: Tongue, rank_: int, *, ending: bool = False) -> str:
    """Return a word of two to four syllables; rarer words are longer."""
    mixed = (rank_ + 1) * MIXED % LONG
    mixed ^= mixed >> 29
    parts = []
    for _ in range(2 + (rank_ > 2_000) + (rank_ > 100_000)):
        mixed, place = divmod(mixed, len(language.syllables))
        parts.append(language.syllables[place])
    if ending:
        parts.append(language.endings[mixed % len(language.endings)])
    return "".join(parts)


def _pick(dice: Random, some: tuple[str, ...]) -> str:
    return some[int(dice.random() * len(some))]
