"""What fingers do to names on their way: a letter lost, doubled, swapped with its neighbour, or another one hit."""

import unicodedata
from random import Random

SHORTEST = 4  # letters of a word in which a slip can be mended
ALPHABETS = "LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW"  # a syllable or a sign lost is another matter
ROWS = "qwertyuiop", "asdfghjkl", "zxcvbnm"


def lose(text: str, dice: Random) -> str | None:
    """Return the text with one letter lost in one of its longer words; None where it has no such word."""
    found = _draw(text, dice)
    return found and text[: found[1]] + text[found[1] + 1 :]


def double(text: str, dice: Random) -> str | None:
    found = _draw(text, dice)
    return found and text[: found[1]] + text[found[1]] + text[found[1] :]


def swap(text: str, dice: Random) -> str | None:
    """Return the text with two different neighbours swapped."""
    for _ in range(20):
        found = _draw(text, dice)
        if found and found[1] > found[0] and text[found[1] - 1] != text[found[1]]:
            place = found[1]
            return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]
    return None


def hit_beside(text: str, dice: Random) -> str | None:
    """Return the text with one letter replaced by its neighbour on the keyboard."""
    for _ in range(20):
        found = _draw(text, dice)
        if found and (beside := _beside(text[found[1]].lower())):
            return text[: found[1]] + dice.choice(beside) + text[found[1] + 1 :]
    return None


def _draw(text: str, dice: Random) -> tuple[int, int] | None:
    """Return where a word of the alphabets begins, and the place of one of its letters."""
    words = []
    start = None
    for place, letter in enumerate(text + " "):
        if _alphabetic(letter):
            start = place if start is None else start
        elif start is not None:
            words.append((start, place))
            start = None
    longer = [(start, end) for start, end in words if end - start >= SHORTEST]
    if not longer:
        return None
    start, end = dice.choice(longer)
    return start, dice.randrange(start, end)


def _alphabetic(letter: str) -> bool:
    return letter.isalpha() and unicodedata.name(letter, "").startswith(ALPHABETS)


def _beside(letter: str) -> str:
    for row in ROWS:
        if (place := row.find(letter)) >= 0:
            return row[max(0, place - 1) : place] + row[place + 1 : place + 2]
    return ""
