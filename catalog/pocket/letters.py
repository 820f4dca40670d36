"""How the letters of other scripts are typed in Latin ones, for devices that have no table of all scripts. Pure.

The whole alphabets, and those of the thousands of other characters that the names have.
"""

import re
from collections.abc import Iterable

from anyascii import anyascii

ALPHABETS = "\u0370-\u058f\u10a0-\u10ff\u1c80-\u1cbf\u1f00-\u1fff\u2d00-\u2d2f"
_OTHERS = re.compile(
    "[\u1100-\u11ff\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003134f]"
)
_NO_LETTER = re.compile("[^a-z0-9]+")


def spelt(texts: Iterable[str]) -> dict[str, str]:
    """Return what each letter of the alphabets and of these texts is in Latin letters, where it is anything."""
    found = {letter for text in texts if not text.isascii() for letter in _OTHERS.findall(text)}
    first, *rest = re.findall("(.)-(.)", ALPHABETS)
    found.update(chr(code) for start, end in (first, *rest) for code in range(ord(start), ord(end) + 1))
    table = {letter: _NO_LETTER.sub("", anyascii(letter).lower()) for letter in sorted(found)}
    return {letter: latin for letter, latin in table.items() if latin}
