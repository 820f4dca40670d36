"""Read what somebody typed into the search field: words, what they must stand in, and what stands beside another. Pure.

`artist:metallica year:1990-1999 "nothing else"` asks for songs of those years by an artist of that name, with those two
words beside one another. Whatever is no such thing is plain text, also half of one: `artist:` or a lone quote.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from catalog.search import analyser, documents

LONGEST_QUERY = 256  # characters
MOST_WORDS = 12  # of a query; nobody types more, and each costs a posting list
MOST_YEARS = 40  # of a range

Tokens = tuple[tuple[str, bool], ...]  # one of which must be there; True: as a prefix

_FIELD = re.compile(r'(?<!\S)(artist|album|genre|year):(?:"([^"]+)"|(\S+))', re.IGNORECASE)
_PHRASE = re.compile(r'(?<!\S)"([^"]+)"(?!\S)')
_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")


@dataclass(frozen=True, slots=True)
class Query:
    """A query, read. The last word may still be in the typing."""

    words: tuple[str, ...]
    required: tuple[str, ...]  # without stop words, where there are others
    key: str
    required_key: str
    marks: frozenset[str]  # the versions that are asked for
    filters: tuple[Tokens, ...] = ()  # of each of which a document must have a token, whatever else is left out
    phrases: tuple[tuple[str, ...], ...] = ()  # words that must stand side by side in one name

    @property
    def empty(self) -> bool:
        return not (self.words or self.filters)

    def parts(self) -> frozenset[str]:
        """Return the keys of all runs of neighbouring words: the names that may stand in a longer query."""
        count = len(self.words)
        runs = (self.words[start:end] for start in range(count) for end in range(start + 1, count + 1))
        return frozenset(analyser.key(run) for run in runs if not analyser.STOP_WORDS.issuperset(run))


def read(text: str) -> Query:
    """Return the first words of a query. Never raises, whatever was typed."""
    text = text[:LONGEST_QUERY].replace("\0", " ")
    filters: list[Tokens] = []
    rest: list[str] = []
    at = 0
    for field in _FIELD.finditer(text):
        wanted = tuple(_filters(field[1].lower(), field[2] or field[3]))
        if wanted and len(filters) + len(wanted) <= MOST_WORDS:
            rest.append(text[at : field.start()])
            filters += wanted
            at = field.end()
    plain = " ".join((*rest, text[at:]))
    phrases = tuple(words for phrase in _PHRASE.findall(plain) if len(words := analyser.read(phrase).words) > 1)
    return of_words(analyser.read(plain).words[:MOST_WORDS], filters=tuple(filters), phrases=phrases)


def of_words(
    words: tuple[str, ...], *, filters: tuple[Tokens, ...] = (), phrases: tuple[tuple[str, ...], ...] = ()
) -> Query:
    """Return the query of words that were read."""
    required = analyser.without_stop_words(words)
    marks = analyser.VERSION_MARKS.intersection(words)
    return Query(words, required, analyser.key(words), analyser.key(required), marks, filters, phrases)


def _filters(field: str, value: str) -> Iterator[Tokens]:
    """Yield the tokens that a field asks for; nothing where the value makes no sense there."""
    if field == "year":
        if years := _YEARS.fullmatch(value):
            first, last = int(years[1]), int(years[2] or years[1])
            if first <= last < first + MOST_YEARS:
                yield tuple((documents.year_token(year), False) for year in range(first, last + 1))
    elif field == "genre":
        if words := analyser.read(value).words:
            yield ((documents.genre_token(words), False),)
    else:
        for word in analyser.read(value).words:
            for token in analyser.tokens_of(word):
                yield ((documents.field_token(field, token), False),)
