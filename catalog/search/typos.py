"""Mend misspelt words: what a word and its misspelling share, and the letters between them. Pure.

After SymSpell (W. Garbe): the index keeps each term with one letter left out, a query leaves out one or two, and who
meets is compared letter by letter. Beside it stands how a word sounds, for whoever writes as they hear: two wrong
vowels, a lost double letter and ph for f leave the same consonants.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import combinations

from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalog.models import popularity
from catalog.search import romanisation
from catalog.search.forms import Correction

SHORTEST = 4  # letters; shorter words are too near to each other, but one of them may have lost its fourth
LONG = 8  # letters from which two may be wrong
PREFIX = 10  # letters that are looked at
MUCH_MORE = (20, 4)  # steps of popularity (2^5 times the plays) and times the tracks, to mend a word that exists
SHORTEST_SOUND = 3  # consonants
SOUND = "~"  # what the key of a sound begins with; no word does

Known = Mapping[str, tuple[int, int]]  # (tracks that have it, their least sid) of terms

_SOUNDS = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        *(("c(?=[eiy])", "s"), ("t?sch|tsh|tch|sh|ch|[sz]", "s"), ("ph", "f"), ("qu", "kv"), ("x", "ks")),
        *(("c|q", "k"), ("w", "v"), ("^[aeiouyj]", "A"), ("[aeiouyjh]", ""), (r"(.)\1+", r"\1")),
    )
)


def mendable(word: str) -> bool:
    """Tell whether a typed word is worth a look."""
    return len(word) >= SHORTEST - 1 and not word.isdigit()


def keys_of_term(term: str) -> set[str]:
    """Return what a term is filed under: its first letters, whole and with each one left out, and its sound."""
    if len(term) < SHORTEST or term.isdigit() or term.startswith(romanisation.SKELETON):
        return set()
    return _deletions(term, 1) | _sound_keys(term)


def keys_of_query(word: str, *, foreign: bool = False) -> set[str]:
    """Return where a typed word is looked for."""
    return _deletions(word, _allowed(word, foreign)) | _sound_keys(word)


def doubtful(known: tuple[int, int] | None) -> bool:
    """Tell whether a word that exists may still be a misspelt one."""
    return known is not None and known[1] >> popularity.BUCKET_BITS >= MUCH_MORE[0]


def _allowed(word: str, foreign: bool) -> int:
    return 2 if len(word) >= LONG or (foreign and len(word) > SHORTEST) else 1


def _deletions(word: str, letters: int) -> set[str]:
    start = word[:PREFIX]
    return {
        "".join(letter for place, letter in enumerate(start) if place not in left_out)
        for count in range(letters + 1)
        for left_out in combinations(range(len(start)), count)
    }


def _sound_keys(word: str) -> set[str]:
    heard = sound(word) if word.isascii() and word.isalpha() else ""
    return {SOUND + heard} if len(heard) >= SHORTEST_SOUND else set()


@lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """Return the consonants of a Latin word as they are heard, roughly, in whatever language."""
    for pattern, put in _SOUNDS:
        word = pattern.sub(put, word)
    return word


def choose(
    word: str, known: tuple[int, int] | None, similar: Known, *, most: int, foreign: bool = False
) -> tuple[Correction, ...]:
    """Return at most `most` corrections of a word, the best first; of each known term (tracks, their least sid).

    A word that exists (`known`) is only mended to one that is far more common, in tracks and in plays. A `foreign` word
    is one of another script in Latin letters: its vowels and consonants are not the name's own.
    """
    allowed = _allowed(word, foreign)
    heard = sound(word) if foreign or len(word) >= LONG else ""
    farthest = max(allowed, (len(word) + 1) // 3) if heard else allowed
    found = []
    near = process.extract(word, similar.keys(), scorer=OSA.distance, score_cutoff=farthest, limit=None)
    for term, letters, _ in near:
        tracks, sid = similar[term]
        bucket = sid >> popularity.BUCKET_BITS
        if letters == 0 or (letters > allowed and sound(term) != heard):
            continue
        if known is not None:
            steps = (known[1] >> popularity.BUCKET_BITS) - bucket
            if steps < MUCH_MORE[0] or tracks < MUCH_MORE[1] * known[0]:
                continue
        replaced = len(term) == len(word) and sorted(term) != sorted(word)
        found.append((min(letters, 2), replaced, bucket, -tracks, term))
    return tuple(Correction(term, letters, replaced) for letters, replaced, _, _, term in sorted(found)[:most])


def pieces(word: str) -> set[str]:
    """Return the pieces of two letters and more that a word may be made of, for the index to say which it knows."""
    cuts = (0, *range(2, len(word) - 1), len(word))
    return {word[start:end] for start, end in combinations(cuts, 2) if end - start >= 2} - {word}


def parted(word: str, known: Known, *, most: int) -> tuple[Correction, ...]:
    """Return the ways to part a word into two or three known ones, those first whose rarest word is the commonest."""
    found: list[tuple[int, int, str]] = []
    cuts = range(2, len(word) - 1)
    ways: Iterable[tuple[int, ...]] = (*((cut,) for cut in cuts), *combinations(cuts, 2))
    for way in ways:
        parts = [word[start:end] for start, end in zip((0, *way), (*way, len(word)), strict=True)]
        if all(part in known for part in parts):
            found.append((len(parts), -min(known[part][0] for part in parts), " ".join(parts)))
    return tuple(Correction(words, 1) for _, _, words in sorted(found)[:most])
