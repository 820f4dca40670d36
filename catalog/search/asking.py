"""Read what somebody typed into the search field: words, what they must stand in, and what stands beside another. Pure.

`artist:metallica year:1990-1999 "nothing else"` asks for songs of those years by an artist of that name, with those two
words beside one another. Whatever is no such thing is plain text, also half of one: `artist:` or a lone quote.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from catalog.search import analyser, documents, numerals, romanisation, versions

LONGEST_QUERY = 256  # characters
MOST_WORDS = 16  # of a query; nobody types more, and each costs a posting list
MOST_YEARS = 40  # of a range

Tokens = tuple[tuple[str, bool], ...]  # one of which must be there; True: as a prefix

# What people call the fields, in English and in German.
FIELDS = {"artist": "artist", "künstler": "artist", "album": "album", "genre": "genre", "year": "year", "jahr": "year"}

_FIELD = re.compile(rf'(?<!\S)({"|".join(FIELDS)}):(?:"([^"]+)"|([^\s"]+))', re.IGNORECASE)
_PHRASE = re.compile(r'(?<!\S)"([^"]+)"(?!\S)')
_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")
_BEGUN_YEAR = re.compile(r"\d{1,3}")


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
    numbers: Mapping[str, str] = field(default_factory=dict)  # `v` and `5th` are also 5
    fields: tuple[tuple[str, str], ...] = ()  # (artist, album, genre or year, its value as typed) of the filters
    exact: frozenset[str] = frozenset()  # words in quotes of their own: they are spelt as they are meant

    @property
    def empty(self) -> bool:
        return not (self.words or self.filters)

    @property
    def plain(self) -> bool:
        """Tell whether nothing but words was asked for."""
        return not (self.filters or self.phrases)

    @property
    def keys(self) -> frozenset[str]:
        """The exact names that it may be, also in the letters of other scripts."""
        keys = {self.key, self.required_key}
        if self.key.isascii():
            keys.update(map(analyser.skeleton_key, zip(*map(romanisation.skeletons, self.words), strict=True)))
        else:
            keys.update(analyser.latin_keys_of(self.words))
        return frozenset(keys - {""})

    def parts(self) -> frozenset[str]:
        """Return the keys of all runs of neighbouring words: the names that may stand in a longer query."""
        count = len(self.words)
        runs = (self.words[start:end] for start in range(count) for end in range(start + 1, count + 1))
        return frozenset(analyser.key(run) for run in runs if not analyser.STOP_WORDS.issuperset(run))


def read(text: str) -> Query:
    """Return the first words of a query. Never raises, whatever was typed."""
    text = _cut(text)
    filters: list[Tokens] = []
    fields: list[tuple[str, str]] = []
    rest: list[str] = []
    at = 0
    for found in _FIELD.finditer(text):
        unfinished = found.end() == len(text) and found[3] is not None
        wanted = tuple(_filters(FIELDS[found[1].lower()], found[2] or found[3], unfinished=unfinished))
        if wanted and len(filters) + len(wanted) <= MOST_WORDS:
            rest.append(text[at : found.start()])
            filters += wanted
            fields.append((FIELDS[found[1].lower()], found[2] or found[3]))
            at = found.end()
    words = " ".join((*rest, text[at:]))
    phrases = [analyser.read(phrase).words[:MOST_WORDS] for phrase in _PHRASE.findall(words)]
    side_by_side = tuple(phrase for phrase in phrases if len(phrase) > 1)
    exact = frozenset(phrase[0] for phrase in phrases if len(phrase) == 1)
    query = of_words(analyser.read_query(words)[:MOST_WORDS], filters=tuple(filters), phrases=side_by_side)
    return replace(query, fields=tuple(fields), exact=exact)


def read_plain(text: str) -> Query:
    """Return the same query as words alone: a title may have a colon, and quotes that nothing was found for."""
    return of_words(analyser.read_query(_cut(text))[:MOST_WORDS])


def of_words(
    words: tuple[str, ...], *, filters: tuple[Tokens, ...] = (), phrases: tuple[tuple[str, ...], ...] = ()
) -> Query:
    """Return the query of words that were read."""
    key, required_key = analyser.keys_of(" ".join(words))
    return Query(
        words,
        analyser.without_stop_words(words),
        key,
        required_key,
        versions.MARKS.intersection(words),
        filters,
        phrases,
        {word: number for word, number in zip(words, numerals.arabic(words), strict=True) if number != word},
    )


def _cut(text: str) -> str:
    return text[:LONGEST_QUERY].replace("\0", " ")


def _filters(name: str, value: str, *, unfinished: bool) -> Iterator[Tokens]:
    """Yield the tokens that a field asks for; nothing where the value makes no sense there.

    The value of the last field may still be in the typing: its last token is the beginning of one.
    """
    if name == "year":
        if years := _YEARS.fullmatch(value):
            first, last = int(years[1]), int(years[2] or years[1])
            if first <= last < first + MOST_YEARS:
                yield tuple((documents.year_token(year), False) for year in range(first, last + 1))
        elif unfinished and _BEGUN_YEAR.fullmatch(value):
            yield ((documents.year_token(int(value)), True),)
    elif name == "genre":
        if words := analyser.read(value).words:
            yield ((documents.genre_token(words), unfinished),)
    else:
        tokens = [token for word in analyser.read(value).words for token in analyser.tokens_of(word)]
        for place, token in enumerate(tokens, start=1):
            yield ((documents.field_token(name, token), unfinished and place == len(tokens)),)
