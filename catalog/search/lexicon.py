"""What the index knows of words, as far as the time of a search goes."""

from collections.abc import Callable, Collection, Mapping
from typing import ParamSpec, TypeVar

from catalog.search import reading
from catalog.search.budget import Budget
from catalog.search.typos import Known

P = ParamSpec("P")
T = TypeVar("T")


class Lexicon:
    """The index's words, for `mending`, while there is time for what only makes an answer better."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._asked: set[str] = set()
        self._known: dict[str, tuple[int, int]] = {}
        self.refused = False

    def terms(self, words: Collection[str]) -> Known | None:
        new = set(words) - self._asked
        found = self._ask(reading.terms, sorted(new)) if new else {}
        if found is None:
            return None
        self._asked |= new
        self._known.update(found)
        return {word: self._known[word] for word in words if word in self._known}

    def similar(self, keys: Collection[str], words: Collection[str]) -> Known | None:
        return self._ask(reading.similar, keys, words)

    def completions(self, beginnings: Collection[str]) -> Mapping[str, Collection[str]] | None:
        return self._ask(reading.completions, beginnings) if beginnings else {}

    def _ask(self, reader: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        found = self._budget.ask(reader, *args, **kwargs) if self._budget.roomy else None
        self.refused |= found is None
        return found
