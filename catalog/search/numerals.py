"""Read numbers in names: Roman numerals, ordinals, and the `No.` that people leave out before a number. Pure."""

from collections.abc import Sequence

_ROMAN = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth"
_COUNTED = (
    "part pt vol volume chapter act book side disc episode season "
    "symphony sinfonie symphonie concerto konzert sonata sonate quartet suite prelude etude nocturne"
)

ROMAN = {numeral: str(number) for number, numeral in enumerate(_ROMAN.split(), start=1)}
# `First Love` is found by its number, too, and ranks behind names that have it.
ORDINALS = {ordinal: str(number) for number, ordinal in enumerate(_ORDINALS.split(), start=1)}
ORDINAL_ENDINGS = ("st", "nd", "rd", "th")
OPTIONAL = frozenset(("no", "nr", "num", "number", "op", "opus"))  # before a number
COUNTED = OPTIONAL.union(_COUNTED.split())  # behind these a single letter is a numeral, too


def arabic(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words with numerals and ordinals as numbers.

    `I` and `mix` are words. V and X are numerals where a number is expected, or at the end: `Rocky V`, but
    `V for Vendetta`. No name begins with a numeral.
    """
    return tuple(_number(words, place) or word for place, word in enumerate(words))


def needless(words: Sequence[str]) -> frozenset[int]:
    """Return the places of words such as `No.` that stand before a number."""
    if OPTIONAL.isdisjoint(words):
        return frozenset()
    return frozenset(
        place
        for place, word in enumerate(words[:-1])
        if word in OPTIONAL and (words[place + 1].isdecimal() or _number(words, place + 1))
    )


def _number(words: Sequence[str], place: int) -> str | None:
    word = words[place]
    if word[0].isdecimal():
        digits = word[:-2]
        return digits if digits.isdecimal() and word.endswith(ORDINAL_ENDINGS) else None
    if word in ORDINALS:
        return ORDINALS[word]
    number = ROMAN.get(word)
    if number is None or not place:
        return None
    if len(word) > 1 or words[place - 1] in COUNTED:
        return number
    return number if word != "i" and place == len(words) - 1 else None
