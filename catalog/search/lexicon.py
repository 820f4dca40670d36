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
        self.refused = False

    def terms(self, words: Collection[str]) -> Known | None:
        return self._ask(reading.terms, words)

    def similar(self, keys: Collection[str], words: Collection[str]) -> Known | None:
        return self._ask(reading.similar, keys, words)

    def completions(self, beginnings: Collection[str]) -> Mapping[str, Collection[str]] | None:
        return self._ask(reading.completions, beginnings) if beginnings else {}

    def _ask(self, reader: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        found = self._budget.ask(reader, *args, **kwargs) if self._budget.roomy else None
        self.refused |= found is None
        return found
