"""Name artists and songs, and say what kind they are, as their languages do. Pure: all depends on the dice alone."""

from itertools import accumulate
from random import Random

from catalog import vocabulary
from catalog.patterns import (
    BANDS,
    GENRES,
    KARAOKE,
    KEYS,
    MOVEMENTS,
    NAMESAKES,
    OWN_GENRES,
    OWN_SCRIPT,
    SMALL,
    SPOKEN,
    TEMPI,
    WORKS,
)
from catalog.tongues import TONGUES


def tongue_of(dice: Random) -> str:
    """Draw the language of an artist."""
    return _TONGUES[_place(_TONGUE_SUMS, dice)]


def karaoke(dice: Random) -> str:
    """Return the name of those who sing what others made."""
    return pick(dice, KARAOKE).format(vocabulary.capital(vocabulary.word(dice, TONGUES["en"])))


def name(dice: Random, tongue: str) -> tuple[str, str]:
    """Return a name, and other names: how it is written in Latin letters, or what else somebody is called."""
    language = TONGUES[tongue]
    if dice.random() < 0.55:
        first, last = vocabulary.name(dice, language)
        name = f"{last}{language.space}{first}" if language.last_first else f"{first} {last}"
    elif tongue == "en" or (tongue not in OWN_SCRIPT and dice.random() < 0.4):
        words = (vocabulary.capital(vocabulary.word(dice, language, rare=True)) for _ in range(2))
        name = pick(dice, BANDS).format(*words)
    else:
        words = (vocabulary.word(dice, language, rare=True) for _ in range(1 + int(dice.random() * 2.5)))
        name = vocabulary.capital(language.space.join(words))
    if tongue in OWN_SCRIPT:
        latin = vocabulary.roman(name)
        if latin.isascii():
            return name, latin.title()
        return name, vocabulary.capital(vocabulary.word(dice, TONGUES["en"])) if dice.random() < 0.5 else ""
    return name, "".join(part[0] for part in name.split()) if dice.random() < 0.02 and " " in name else ""


def title(dice: Random, tongue: str, kind: str = "") -> str:
    """Return the title of a song, or of a work where the kind of music is classical."""
    chance = dice.random()
    if kind == "Classical":
        return _work(dice)
    if chance < 0.05:
        return NAMESAKES[_place(_NAMESAKE_SUMS, dice)]
    language = TONGUES["en" if tongue != "en" and chance < 0.2 else tongue]
    shape = pick(dice, language.shapes)
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
    key = f"{pick(dice, KEYS)} {'Major' if dice.random() < 0.6 else 'Minor'}"
    opus = 1 + int(dice.random() * 120)
    return f"{pick(dice, WORKS)} No. {number} in {key}, Op. {opus}: {MOVEMENTS[movement]}. {pick(dice, TEMPI)}"


def genre(dice: Random, tongue: str) -> str:
    """Draw a kind of music; some are of one language."""
    if tongue in OWN_GENRES and dice.random() < 0.45:
        return pick(dice, OWN_GENRES[tongue])
    return GENRES[_place(_GENRE_SUMS, dice)]


def pick(dice: Random, some: tuple[str, ...]) -> str:
    """Draw one of these, each as likely."""
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
