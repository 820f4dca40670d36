"""Read numbers in names: Roman numerals, ordinals, and the `No.` that people leave out before a number. Pure."""

from collections.abc import Iterator, Sequence

_ROMAN = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth"
_CARDINALS = "one two three four five six seven eight nine ten"
_COUNTED = (
    "part pt vol volume chapter act book side disc episode season "
    "symphony sinfonie symphonie concerto konzert sonata sonate quartet suite prelude etude nocturne"
)

ROMAN = {numeral: str(number) for number, numeral in enumerate(_ROMAN.split(), start=1)}
# `First Love` is found by its number, too, and ranks behind names that have it.
ORDINALS = {ordinal: str(number) for number, ordinal in enumerate(_ORDINALS.split(), start=1)}
CARDINALS = {cardinal: str(number) for number, cardinal in enumerate(_CARDINALS.split(), start=1)}
SHORT_FOR = {"pt": "part", "vol": "volume"}
ORDINAL_ENDINGS = ("st", "nd", "rd", "th")
OPTIONAL = frozenset(("no", "nr", "num", "number", "op", "opus"))  # before a number
COUNTED = OPTIONAL.union(_COUNTED.split())  # behind these a single letter or `two` is a number, too


def arabic(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words with numerals, ordinals and counted words as numbers, and `Pt.` and `Vol.` before one in full.

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


def counted(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the place of each number and it together with what it counts: `symphony 5` of symphony no 5, 5th symphony,
    symphony v.
    """
    numbers = arabic(words)
    left_out = needless(words)
    kept = [place for place in range(len(words)) if place not in left_out]
    for before, place, after in zip([-1, *kept], kept, [*kept[1:], -1], strict=False):
        if not numbers[place].isdecimal():
            continue
        if _is_ordinal(words[place]) and after >= 0:
            yield place, f"{numbers[after]} {numbers[place]}"
        elif before >= 0:
            yield place, f"{numbers[before]} {numbers[place]}"


def _is_ordinal(word: str) -> bool:
    return word in ORDINALS or (not word.isdecimal() and word[0].isdecimal())


def _number(words: Sequence[str], place: int) -> str | None:
    """Return the number that a word is, or what it is in full; None where it is what it is."""
    word = words[place]
    if word[0].isdecimal():
        digits = word[:-2]
        return digits if digits.isdecimal() and word.endswith(ORDINAL_ENDINGS) else None
    if word in SHORT_FOR:
        after = words[place + 1 : place + 2]
        return SHORT_FOR[word] if after and (after[0].isdecimal() or after[0] in ROMAN) else None
    if word in ORDINALS:
        return ORDINALS[word]
    behind_a_counted = place > 0 and words[place - 1] in COUNTED
    if behind_a_counted and word in CARDINALS:
        return CARDINALS[word]
    number = ROMAN.get(word) if place else None
    if number is None or len(word) > 1 or behind_a_counted:
        return number
    return number if word != "i" and place == len(words) - 1 else None
