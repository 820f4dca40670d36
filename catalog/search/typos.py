"""Mend misspelt words: deletions that a word and its misspelling share, and the edit distance between them. Pure.

After SymSpell (W. Garbe): the index keeps each term with one letter left out, a query leaves out one or two, and who
meets is compared letter by letter.
"""

from collections.abc import Mapping
from itertools import combinations

from catalog.models import popularity
from catalog.search.forms import Correction

SHORTEST = 4  # letters; shorter words are too near to each other, but one of them may have lost its fourth
LONG = 8  # letters from which two may be wrong
PREFIX = 10  # letters that are looked at
OFFERED = 4  # corrections of a word
MUCH_MORE = (20, 4)  # steps of popularity (2^5 times the plays) and times the tracks, to mend a word that exists


def mendable(word: str) -> bool:
    """Tell whether a typed word is worth a look."""
    return len(word) >= SHORTEST - 1 and not word.isdigit()


def keys_of_term(term: str) -> set[str]:
    """Return what a term is filed under: its first letters, whole and with each one left out."""
    return _deletions(term, 1) if len(term) >= SHORTEST and not term.isdigit() else set()


def keys_of_query(word: str) -> set[str]:
    """Return where a typed word is looked for."""
    return _deletions(word, 2 if len(word) >= LONG else 1)


def _deletions(word: str, letters: int) -> set[str]:
    start = word[:PREFIX]
    return {
        "".join(letter for place, letter in enumerate(start) if place not in left_out)
        for count in range(letters + 1)
        for left_out in combinations(range(len(start)), count)
    }


def choose(word: str, known: tuple[int, int] | None, similar: Mapping[str, tuple[int, int]]) -> tuple[Correction, ...]:
    """Return the best corrections of a word; `known` and `similar` hold (tracks that have it, their least sid).

    A word that exists is only mended to one that is far more common, in tracks and in plays.
    """
    allowed = 2 if len(word) >= LONG else 1
    found = []
    for term, (tracks, sid) in similar.items():
        if known is not None:
            steps = (known[1] >> popularity.BUCKET_BITS) - (sid >> popularity.BUCKET_BITS)
            if steps < MUCH_MORE[0] or tracks < MUCH_MORE[1] * known[0]:
                continue
        distance = _distance(word, term, allowed)
        if 0 < distance <= allowed:
            found.append((distance, sid >> popularity.BUCKET_BITS, -tracks, term))
    return tuple(Correction(term, distance) for distance, _, _, term in sorted(found)[:OFFERED])


def _distance(one: str, other: str, most: int) -> int:
    """Return the optimal string alignment distance, a swap of neighbours counting one; most + 1 when it is more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, opposite in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return min(row[-1], most + 1)
