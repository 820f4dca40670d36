"""Find out which words of a query were misspelt, and what they may have meant. Pure: the index is a `Lexicon`."""

from collections.abc import Collection, Mapping
from typing import Protocol

from catalog.search import analyser, forms, typos
from catalog.search.asking import Query
from catalog.search.forms import Corrections, Groups

Known = Mapping[str, tuple[int, int]]  # (tracks that have it, their least sid) of each term that there is


class Lexicon(Protocol):
    """What the index knows of words; each call is a statement."""

    def terms(self, words: Collection[str]) -> Known:
        """Return those of the words that the index knows."""

    def similar(self, keys: Collection[str]) -> Known:
        """Return the terms that are filed under one of these keys (`typos.keys_of_term`)."""

    def has_prefix(self, prefix: str) -> bool:
        """Tell whether any known term starts so."""

    def answers(self, groups: Groups) -> bool:
        """Tell whether any track has a token of each group."""


def corrections(query: Query, lexicon: Lexicon) -> Corrections:
    """Return what the words may have meant that the index does not know, or hardly; where no track has all of them,
    what each of them may have meant: a misspelt word is often another word.
    """
    words = [word for word in query.required if typos.mendable(word) and not analyser.is_run(word)]
    if not words:
        return {}
    known: Known = {}
    wrong = words
    *_, started = forms.strict(query)
    if len(query.required) == 1 or lexicon.answers(started):
        known = lexicon.terms(words)
        last = query.words[-1]
        wrong = [word for word in words if word in known or word != last or not lexicon.has_prefix(word)]
    if not wrong:
        return {}
    keys = {word: typos.keys_of_query(word) for word in wrong}
    similar = lexicon.similar(sorted(set().union(*keys.values())))
    chosen = {word: typos.choose(word, known.get(word), similar) for word in wrong}
    return {word: found for word, found in chosen.items() if found}
