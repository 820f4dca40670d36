"""The forms of a query that posting lists are asked for: as it stands, mended, and with words left out. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from catalog.search import analyser
from catalog.search.asking import Query

Group = list[tuple[str, bool]]  # tokens, one of which must be there; True: as a prefix
Groups = list[Group]  # of each group one token must be there


@dataclass(frozen=True, slots=True)
class Correction:
    """A word of the index that a typed word may have meant."""

    word: str
    distance: int  # letters mended


Corrections = Mapping[str, tuple[Correction, ...]]  # by typed word


def strict(query: Query) -> Iterator[Groups]:
    """Yield the query with its last word whole, and as the beginning of a word."""
    filters = [list(tokens) for tokens in query.filters]
    whole = filters + [group for word in query.required for group in _groups(word)]
    yield whole
    if not query.words:
        return
    last = query.words[-1]
    required = [word for word in query.required if word != last]
    started = filters + [group for word in required for group in _groups(word)] + _groups(last, prefix=True)
    if started != whole:
        yield started


def mended(query: Query, corrections: Corrections) -> Groups:
    """Return the query with each word or one of its corrections, the last word as a beginning."""
    return [list(tokens) for tokens in query.filters] + _mended_words(query, corrections)


def relaxed(query: Query, corrections: Corrections) -> Iterator[Groups]:
    """Yield the query with each of its words left out in turn; filters stay."""
    filters = [list(tokens) for tokens in query.filters]
    words = _mended_words(query, corrections)
    if len(words) > 1:
        for left_out in range(len(words)):
            yield filters + words[:left_out] + words[left_out + 1 :]


def _mended_words(query: Query, corrections: Corrections) -> Groups:
    groups: Groups = []
    for word in query.required:
        others = [(correction.word, False) for correction in corrections.get(word, ())]
        own = _groups(word, prefix=word == query.words[-1])
        groups += [[*own[0], *others]] if others else own
    return groups


def _groups(word: str, *, prefix: bool = False) -> Groups:
    """Return the tokens that a word asks for: of a run of Han or kana its pairs, of a single character a beginning."""
    tokens = analyser.tokens_of(word)
    if len(tokens) > 1:
        return [[(token, False)] for token in tokens[:-1]]
    return [[(word, prefix or analyser.is_run(word))]]
