"""How well a document meets each word of a query, and how the query would be spelt to mean that document. Pure."""

from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalog.search import analyser, asking, numerals
from catalog.search.asking import Query
from catalog.search.forms import Correction, Corrections
from catalog.search.seen import Seen

IN_ALBUM = 0.45  # of the same match in the title or a name
MISSING = -0.6
OTHER_SPELLING = 0.95  # acdc for AC/DC
STOP_WORD = 0.25  # the weight of a stop word beside others
CORRECTED = (0.95, 0.85, 0.7)  # by the number of letters mended
REPLACED = 0.04  # less, where a letter was another
COUNTS_ELSE = 0.4  # symphony 5 for Symphony No. 3, Op. 5
NEARLY = 0.5  # two slips from a word of the document, where other words found it
SHORTEST_SLIPPED = 4  # letters of a word with two slips
BEGUN = (0.72, 0.2)  # of a word that is still in the typing, and times the part of it that is there
IN_A_RUN = 0.8  # a part of a run of Han or kana, which is many words


@dataclass(frozen=True, slots=True)
class Met:
    """How a document meets a query."""

    mean: float  # match of its words, from MISSING to 1
    found: int  # words that must be found, and were
    exact: bool  # every word as it was typed


@dataclass(frozen=True, slots=True)
class _Mended:
    words: tuple[str, ...]  # with a space before and behind each
    meant: str
    worth: float


class Matcher:
    """One query and what is worked out once for all of its candidates."""

    def __init__(self, query: Query, corrections: Corrections) -> None:
        self.query = query
        self.required = sum(word in query.required for word in query.words)
        self._last = (
            -1 if query.exact.intersection(query.words[-1:]) else len(query.words) - 1
        )  # which may still be in the typing
        self._mended = {word: tuple(map(_mended, _others(query, corrections, word))) for word in query.words}
        self._padded = [f" {word} " for word in query.words]
        self._optional = [word not in query.required for word in query.words]
        self._weights = [STOP_WORD if optional else 1.0 for optional in self._optional]
        self._weight = sum(self._weights) or 1.0
        self._slipped = [len(word) >= SHORTEST_SLIPPED and self.required > 1 for word in query.words]
        self._counted = dict(numerals.counted(query.words))
        self._meanings: dict[tuple[str, ...], Query] = {query.words: query}
        letters = frozenset(query.words).union(
            part for some in self._mended.values() for mended in some for part in mended.meant.split()
        )
        self.letters = letters if any(map(str.isascii, letters)) else frozenset()  # nothing to be spelt in Latin

    def meet(self, seen: Seen) -> Met:
        total = 0.0
        found = 0
        exact = True
        for place, word in enumerate(self.query.words):
            if self._padded[place] in seen.near:
                match = 1.0
            else:
                exact = False
                match = self._match(word, seen, padded=self._padded[place], last=place == self._last)
            if match and place in self._counted and not seen.counts(self._counted[place]):
                match *= COUNTS_ELSE
            if match:
                found += not self._optional[place]
            else:
                match = NEARLY if self._slipped[place] and _nearly(word, seen) else MISSING
            total += self._weights[place] * match
        return Met(total / self._weight, found, exact)

    def _match(self, word: str, seen: Seen, *, padded: str, last: bool) -> float:
        """Return how well a word is met that no name has: 1 as another spelling would be, 0 not at all."""
        in_album = padded in seen.album
        if not in_album and padded in seen.tokens:
            return OTHER_SPELLING
        if len(word) >= analyser.SHORTEST_NAME and seen.has_key(word):
            return OTHER_SPELLING
        match = IN_ALBUM if in_album else 0.0
        for mended in self._mended[word]:
            if mended.worth > match:
                if seen.has(mended.words):
                    match = mended.worth
                elif mended.worth * IN_ALBUM > match and seen.has_in_album(mended.words):
                    match = mended.worth * IN_ALBUM
        if last or not word.isascii():
            match = max(match, _begun(word, seen.near, last=last), _begun(word, seen.album, last=last) * IN_ALBUM)
            if not match and last and padded[:-1] in seen.tokens:
                match = BEGUN[0] * OTHER_SPELLING
        return match

    def meant(self, seen: Seen) -> Query:
        """Return the query as it would have to be spelt to mean this document."""
        words: list[str] = []
        for word, meaning in zip(self.query.words, self.meanings(seen), strict=True):
            for one in meaning.split():
                if not words or words[-1] != one or one == word:
                    words.append(one)
        key = tuple(words)
        if key not in self._meanings:
            self._meanings[key] = asking.of_words(key)
        return self._meanings[key]

    def meanings(self, seen: Seen) -> list[str]:
        """Return what each word means, if it means this document; of words that are parts of one, each that one."""
        return [
            word
            if padded in seen.near or padded in seen.tokens or (place == self._last and padded[:-1] in seen.near)
            else next((mended.meant for mended in self._mended[word] if seen.has(mended.words)), word)
            for place, (word, padded) in enumerate(zip(self.query.words, self._padded, strict=True))
        ]


def _others(query: Query, corrections: Corrections, word: str) -> tuple[Correction, ...]:
    number = (Correction(query.numbers[word], 0),) if word in query.numbers else ()
    return (*number, *corrections.get(word, ()))


def _mended(correction: Correction) -> _Mended:
    words = tuple(f" {word} " for word in correction.word.split())
    return _Mended(words, correction.word, CORRECTED[correction.distance] - REPLACED * correction.replaced)


def _begun(word: str, names: str, *, last: bool) -> float:
    """Return how much of a word is typed; Han and kana, which know no spaces, are met anywhere in a run."""
    if analyser.is_run(word):
        return IN_A_RUN if word in names else 0.0
    start = names.find(f" {word}") if last else -1
    shortest = 0
    while start >= 0:
        end = names.index(" ", start + 1)
        length = end - start - 1
        shortest = min(shortest or length, length)
        start = names.find(f" {word}", end)
    return BEGUN[0] + BEGUN[1] * len(word) / shortest if shortest else 0.0


def _nearly(word: str, seen: Seen) -> bool:
    """Tell whether a word may be one of the document's with two slips in it."""
    near = process.extractOne(word, seen.near.split(), scorer=OSA.distance, score_cutoff=2)
    return near is not None and 2 * near[1] <= len(near[0])
