"""Put candidates in order: how well the words match, what the query names exactly, and how much it is played. Pure.

The score is 3 * mean match + name bonus + cover - versions not asked for + popularity. The weights were fitted on
judged queries; the tests hold such a set.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import log10

from catalog.models import popularity
from catalog.search import analyser, asking
from catalog.search.asking import Query
from catalog.search.documents import Document
from catalog.search.forms import Correction, Corrections

IN_ALBUM = 0.45  # of the same match in the title or a name
MISSING = -0.6
OTHER_SPELLING = 0.95  # acdc for AC/DC
STOP_WORD = 0.25  # the weight of a stop word beside others
CORRECTED = {1: 0.85, 2: 0.7}  # by the number of letters mended
MARK = 0.35  # a version that was not asked for
PLAYED = 0.33 * log10(2) / 4  # a step of popularity is a quarter of a doubling


def best(
    query: Query, documents: Iterable[Document], *, limit: int, corrections: Corrections, one_version: bool
) -> list[Document]:
    """Return the best documents first; with `one_version`, of each song only the best, unless a version is asked for.

    Documents in which less than half of the words are found do not answer the query and are left out.
    """
    scored = []
    for document in documents:
        score = _score(query, document, corrections)
        if score is not None:
            scored.append((-score, document.sid, document))
    scored.sort(key=lambda row: row[:2])
    songs: set[object] = set()
    ranked: list[Document] = []
    for _, _, document in scored:
        song: object = document.sid
        if one_version:
            asked = _marks(document) if query.marks else frozenset()
            song = (document.core, document.names.partition("\n")[0], asked)
        if song not in songs:
            songs.add(song)
            ranked.append(document)
            if len(ranked) == limit:
                break
    return ranked


@dataclass(frozen=True, slots=True)
class _Fields:
    """The words of a document: those that count in full, those that count less, and every spelling of them."""

    near: list[str]
    album: list[str]
    tokens: frozenset[str]


def _score(query: Query, document: Document, corrections: Corrections) -> float | None:
    near = f"{document.title} {document.names} {document.aliases}".split()
    fields = _Fields(near, document.album.split(), frozenset(document.tokens.split()))
    total = weights = required = found = 0.0
    names = (document.core, *document.names.split("\n"), *document.aliases.split("\n"))
    last = len(query.words) - 1
    for place, word in enumerate(query.words):
        match = _match(word, fields, last=place == last, corrections=corrections.get(word, ()))
        if not match and len(word) >= analyser.SHORTEST_NAME and any(word in analyser.keys_of(name) for name in names):
            match = OTHER_SPELLING  # a name without its spaces
        optional = word in analyser.STOP_WORDS and last > 0
        weight = STOP_WORD if optional else 1.0
        total += weight * (match or MISSING)
        weights += weight
        if not optional:
            required += 1
            found += match > 0
    if 2 * found < required:
        return None
    meant = _meant(query, fields, corrections)
    versions = len(_marks(document) - query.marks)
    steps = popularity.UNPLAYED - (document.sid >> popularity.BUCKET_BITS)
    return (
        3 * total / weights
        + max(_name_bonuses(meant, document))
        + _cover(meant, document)
        - MARK * versions
        + PLAYED * steps
    )


def _meant(query: Query, fields: _Fields, corrections: Corrections) -> Query:
    """Return the query as it would have to be spelt to mean this document."""
    if not corrections:
        return query
    words = tuple(
        next((mended.word for mended in corrections.get(word, ()) if mended.word in fields.tokens), word)
        if word not in fields.tokens
        else word
        for word in query.words
    )
    return query if words == query.words else asking.of_words(words, filters=query.filters, phrases=query.phrases)


def _match(word: str, fields: _Fields, *, last: bool, corrections: tuple[Correction, ...]) -> float:
    """Return how well one word is met: 1 exactly, 0 not at all."""
    if word in fields.near:
        return 1.0
    if word in fields.tokens and word not in fields.album:
        return OTHER_SPELLING
    mended = (
        CORRECTED[correction.distance]
        * ((correction.word in fields.near) or (correction.word in fields.album) * IN_ALBUM)
        for correction in corrections
    )
    return max(
        _begun(word, fields.near, last=last),
        IN_ALBUM if word in fields.album else _begun(word, fields.album, last=last) * IN_ALBUM,
        max(mended, default=0.0),
    )


def _begun(word: str, others: Iterable[str], *, last: bool) -> float:
    """Return how much of a word is typed; Han and kana, which know no spaces, are met anywhere in a run."""
    run = analyser.is_run(word)
    if not (run or last):
        return 0.0
    lengths = [len(other) for other in others if other.startswith(word) or (run and word in other)]
    return 0.72 + 0.2 * len(word) / min(lengths) if lengths else 0.0


def _name_bonuses(query: Query, document: Document) -> Iterator[float]:
    """Yield what each name of the document is worth that the query names, or begins to."""
    yield _name_bonus(query, document.core, equal=1.3, required=0.9, begun=0.55)
    if document.title != document.core:
        yield _name_bonus(query, document.title, equal=1.3, required=0.9, begun=0.0)
    for name in document.names.split("\n"):
        yield _name_bonus(query, name, equal=1.6, required=1.2, begun=0.7)
    for name in document.aliases.split("\n"):
        yield _name_bonus(query, name, equal=1.3, required=1.0, begun=0.5)


def _name_bonus(query: Query, name: str, *, equal: float, required: float, begun: float) -> float:
    key, required_key = analyser.keys_of(name)
    if query.key == key:
        return equal
    if query.required_key == required_key:
        return required
    return begun if key.startswith(query.key) else 0.0


def _cover(query: Query, document: Document) -> float:
    """Reward a query that names both the song and who plays it, in either order, by how much of each it names."""
    if len(query.words) == 1:
        return 0.0
    core = analyser.without_stop_words(document.core.split())
    in_title = set(query.words).intersection(core)
    rest = set(query.words).difference(core)
    if not in_title or not rest:
        return 0.0
    most = 0.0
    for name in document.names.split("\n"):
        words = analyser.without_stop_words(name.split())
        if words:
            most = max(most, len(rest.intersection(words)) / len(words))
    return 0.8 * len(in_title) / len(core) + 0.8 * most if most else 0.0


def _marks(document: Document) -> frozenset[str]:
    """Return the version words behind the song's name, and what whole albums and bands are made of."""
    remarks = document.title.split()[len(document.core.split()) :] if document.title != document.core else []
    marks = analyser.VERSION_MARKS.intersection(remarks)
    imitations = {"karaoke", "tribute"}.intersection(document.names.split() + document.album.split())
    return marks | imitations
