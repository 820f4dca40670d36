"""The forms of a query that posting lists are asked for: as it stands, mended, and with words left out. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from catalog.search import analyser
from catalog.search.asking import Query

Group = list[tuple[str, bool]]  # tokens, one of which must be there; True: as a prefix
Groups = list[Group]  # of each group one token must be there

SHORTEST_ALONE = 3  # letters of a word that is looked for where the other one is not
SHORTEST_RUN_ALONE = 2  # characters of Han or kana
MOST_RELAXED = 6  # words, each of which is left out in turn; of more, a third at once
THIRDS = 3
MOST_GROUPS = 24  # of a form; what words written together may be multiplies them


@dataclass(frozen=True, slots=True)
class Correction:
    """What a typed word may have meant: a word of the index, or several with a space between."""

    word: str
    distance: int  # letters mended; 0 where only spaces or the script differ
    replaced: bool = False  # were letters exchanged for others? It is likelier that one was lost, doubled or swapped


Corrections = Mapping[str, tuple[Correction, ...]]  # by typed word


def strict(query: Query) -> Iterator[Groups]:
    """Yield the query with its last word whole, and as the beginning of a word."""
    filters = [list(tokens) for tokens in query.filters]
    whole = filters + [group for word in query.required for group in _groups(query, word)]
    yield whole
    if not query.words:
        return
    last = query.words[-1]
    required = [word for word in query.required if word != last]
    started = [group for word in required for group in _groups(query, word)] + _groups(query, last, prefix=True)
    if filters + started != whole:
        yield filters + started


def mended(query: Query, corrections: Corrections) -> Groups:
    """Return the query with each word or one of its corrections, the last word as a beginning."""
    return [list(tokens) for tokens in query.filters] + [
        group for groups in _mended_words(query, corrections) for group in groups
    ]


def relaxed(query: Query, corrections: Corrections) -> Iterator[Groups]:
    """Yield the query with each of its words left out in turn, of a long one several at once; filters stay. One letter
    or two alone find nothing that was meant.
    """
    filters = [list(tokens) for tokens in query.filters]
    words = _mended_words(query, corrections)
    count = len(words)
    forms = count if count <= MOST_RELAXED else THIRDS
    for turn in range(forms if count > 1 else 0):
        left_out = range(turn * count // forms, (turn + 1) * count // forms)
        kept = [place for place in range(count) if place not in left_out]
        if len(kept) > 1 or not _says_little(query.required[kept[0]]):
            yield filters + [group for place in kept for group in words[place]]


def ended(groups: Groups) -> Groups:
    """Return the groups with no word as a beginning; a run of Han or kana has no end to be known by."""
    return [[(text, prefix and analyser.is_run(text)) for text, prefix in group] for group in groups]


def completed(groups: Groups, completions: Mapping[str, Collection[str]]) -> Groups:
    """Return the groups with each beginning as the words that it may become, where these are known."""
    return [
        [
            one
            for text, prefix in group
            for one in (
                [(word, False) for word in dict.fromkeys((text, *completions[text]))]
                if prefix and text in completions
                else [(text, prefix)]
            )
        ]
        for group in groups
    ]


def _says_little(word: str) -> bool:
    return len(word) < (SHORTEST_RUN_ALONE if analyser.is_run(word) else SHORTEST_ALONE)


def _mended_words(query: Query, corrections: Corrections) -> list[Groups]:
    words = []
    for word in query.required:
        own = _groups(query, word, prefix=word == query.words[-1])
        words.append(_or(own, [correction.word.split() for correction in corrections.get(word, ())]))
    return words


def _or(own: Groups, others: list[list[str]]) -> Groups:
    """Return groups for the word itself, or all words of one of the others: an OR of ANDs as an AND of ORs."""
    single = [(words[0], False) for words in others if len(words) == 1]
    several = [words for words in others if len(words) > 1]
    groups = [[*group, *single] for group in own]
    for words in several:
        if len(groups) * len(words) <= MOST_GROUPS:
            groups = [[*group, (word, False)] for group, word in product(groups, words)]
    return groups


def _groups(query: Query, word: str, *, prefix: bool = False) -> Groups:
    """Return the tokens that a word asks for: of a run of Han or kana its pairs, of a single character a beginning."""
    tokens = analyser.tokens_of(word)
    if len(tokens) > 1:
        return [[(token, False)] for token in tokens[:-1]]
    number = query.numbers.get(word)
    prefix = prefix and word not in query.exact
    return [[(word, prefix or analyser.is_run(word)), *([(number, False)] if number else [])]]
