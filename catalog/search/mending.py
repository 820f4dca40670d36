"""Find out which words of a query were misspelt, and what they may have meant. Pure: the index is a `Lexicon`."""

from collections.abc import Collection
from itertools import pairwise
from typing import Protocol

from catalog.search import analyser, romanisation, typos
from catalog.search.asking import Query
from catalog.search.forms import Correction, Corrections
from catalog.search.typos import Known

ENOUGH = 10  # documents with all words of a query: then none was misspelt
OFFERED = 4  # corrections of a word, where the query is that word
OFFERED_AMONG_OTHERS = 12  # where other words tell which it is
PARTED = range(5, 21)  # letters of a word that may be several; the index is asked for half their square
WAYS = 2  # to part it


class Lexicon(Protocol):
    """What the index knows of words; each call is one statement, and None where no time is left for it."""

    def terms(self, words: Collection[str]) -> Known | None:
        """Return those of the words that the index knows."""

    def similar(self, keys: Collection[str], words: Collection[str]) -> Known | None:
        """Return the terms that are filed under one of these keys (`typos.keys_of_term`), and the words it knows."""


def corrections(query: Query, lexicon: Lexicon, *, hits: int) -> Corrections:
    """Return what the words may have meant that the index does not know, or hardly.

    `hits` is how many documents have all of the words as they were typed. Where there are none, any word may be
    misspelt, for a misspelt word is often another word; it may also have lost its spaces, have too many, or be spelt in
    another script.
    """
    alone = len(query.required) == 1
    if not query.words or (hits >= ENOUGH and not alone):
        return {}
    joined = {one + other: (one, other) for one, other in pairwise(query.words)}
    forms = {word: _other_scripts(word) for word in query.required} if not hits else {}
    known = lexicon.terms(sorted({*query.required, *joined, *(form for some in forms.values() for form in some)}))
    if known is None:
        return {}
    found: dict[str, list[Correction]] = {word: [] for word in query.words}
    for whole, pair in joined.items():
        if whole in known:
            for word in pair:
                found[word].append(Correction(whole, 0))
    for word, some in forms.items():
        if word not in known:
            found[word] += [Correction(form, 0) for form in some if form in known]
    begun = {query.words[-1]} if hits < ENOUGH else set()  # may be the beginning of a rare word, and of no other
    wrong = [
        word
        for word in query.required
        if typos.mendable(word) and (not hits or typos.doubtful(known.get(word)) or (word in begun - known.keys()))
    ]
    if wrong:
        trusted = known if hits else {}
        for word, more in _misspelt(wrong, lexicon, known=known, trusted=trusted, alone=alone, parted=not hits).items():
            found[word] += more
    return {word: _once(some) for word, some in found.items() if some and word not in query.exact}


def _misspelt(
    words: Collection[str], lexicon: Lexicon, *, known: Known, trusted: Known, alone: bool, parted: bool
) -> dict[str, list[Correction]]:
    """Return what misspelt words may be; if `parted`, also several. What is `trusted` is mended with care."""
    latin = {word: forms[0] for word in words if (forms := romanisation.spellings(word))}
    several = [word for word in words if parted and word not in known and word.isalpha() and len(word) in PARTED]
    keys = {key for word in words if not analyser.is_run(word) for key in typos.keys_of_query(word)}
    keys.update(key for form in latin.values() for key in typos.keys_of_query(form, foreign=True))
    similar = lexicon.similar(sorted(keys), sorted({piece for word in several for piece in typos.pieces(word)}))
    if similar is None:
        return {}
    most = OFFERED if alone else OFFERED_AMONG_OTHERS
    found = {word: list(typos.choose(word, trusted.get(word), similar, most=most)) for word in words}
    for word, form in latin.items():
        if not found[word]:  # its own script first
            found[word] += typos.choose(form, trusted.get(word), similar, most=most, foreign=True)
    for word in several:
        found[word] += typos.parted(word, similar, most=WAYS)
    return found


def _once(found: list[Correction]) -> tuple[Correction, ...]:
    """Return each word once, as it was found first."""
    return tuple({one.word: one for one in reversed(found)}.values())[::-1]


def _other_scripts(word: str) -> tuple[str, ...]:
    """Return what a word is in Latin letters, or what a Latin one may be filed under if it was romanised."""
    return romanisation.skeletons(word) if word.isascii() and word.isalpha() else romanisation.spellings(word)
