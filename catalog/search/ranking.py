"""Put candidates in order: how well the words match, what the query names exactly, and how much it is played. Pure.

The score is 3 * mean match + name bonus + cover - versions not asked for + popularity. The weights were fitted on
judged queries; the tests hold such a set.
"""

from collections.abc import Iterable, Iterator
from math import log10

from catalog.models import popularity
from catalog.search import analyser, romanisation, versions
from catalog.search.asking import Query
from catalog.search.documents import Document
from catalog.search.forms import Corrections
from catalog.search.matching import Matcher
from catalog.search.seen import Seen

# All of the title and of a name and nothing else: to the letter, but for stop words, but for remarks.
COMPLETE = (1.4, 1.1, 0.5)
MARK = 0.35  # a version that was not asked for
PLAYED = 0.33 * log10(2) / 4  # a step of popularity is a quarter of a doubling


def best(
    query: Query, documents: Iterable[Document], *, limit: int, corrections: Corrections, one_version: bool
) -> list[Document]:
    """Return the best documents first; with `one_version`, of each song only the best, unless a version is asked for.

    Documents in which less than half of the words are found do not answer the query and are left out, as are those
    without a field or a phrase that is asked for.
    """
    matcher = Matcher(query, corrections)
    parts = query.parts()
    scored = []
    for document in documents:
        score = _score(matcher, document, parts)
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


def corrected(query: Query, corrections: Corrections, document: Document) -> dict[str, str]:
    """Return what was typed and what it was taken for, where only that made the document an answer."""
    if not query.words:
        return {}
    matcher = Matcher(query, corrections)
    meant = matcher.meanings(Seen.of(document, letters=matcher.letters, last=query.words[-1]))
    used: dict[str, str] = {}
    typed = ""
    for word, taken, after in zip(query.words, meant, [*meant, ""][1:], strict=True):
        typed = f"{typed} {word}".strip()
        if taken != word and taken == after:
            continue  # day light: one word, daylight
        if taken != word and not taken.startswith(romanisation.SKELETON):
            used[typed] = taken
        typed = ""
    return used


def _score(matcher: Matcher, document: Document, parts: frozenset[str]) -> float | None:
    """Return how well a document answers, or None; `parts` are the names that may stand in the query."""
    query = matcher.query
    if query.filters and not _has_fields(query, document):
        return None
    popular = PLAYED * (popularity.UNPLAYED - (document.sid >> popularity.BUCKET_BITS))
    if not query.words:
        return popular
    seen = Seen.of(document, letters=matcher.letters, last=query.words[-1])
    if query.phrases and not all(seen.has_phrase(phrase) for phrase in query.phrases):
        return None
    met = matcher.meet(seen)
    if 2 * met.found < matcher.required and not _is_one_of_several(document, parts):
        return None
    meant = query if met.exact else matcher.meant(seen)
    bonus = max(_name_bonuses(meant, seen))
    others = len(_marks(document) - query.marks)
    return 3 * met.mean + bonus + _cover(meant, seen) - MARK * others + popular


def _has_fields(query: Query, document: Document) -> bool:
    fields = f" {document.fields} "
    return all(
        any(f" {token}" in fields if prefix else f" {token} " in fields for token, prefix in tokens)
        for tokens in query.filters
    )


def _is_one_of_several(document: Document, parts: frozenset[str]) -> bool:
    """Tell whether this is an artist, all of whose name stands among those of others: `jay-z rihanna`."""
    return not document.names and analyser.keys_of(document.title)[0] in parts


def _name_bonuses(query: Query, seen: Seen) -> Iterator[float]:
    """Yield what each name of the document is worth that the query names, or begins to."""
    yield _name_bonus(query, seen.core, equal=1.3, required=0.9, begun=0.55)
    if seen.title != seen.core:
        yield _name_bonus(query, seen.title, equal=1.3, required=0.9, begun=0.0)
    for name in seen.names:
        yield _name_bonus(query, name, equal=1.6, required=1.2, begun=0.7)
    for name in seen.aliases:
        yield _name_bonus(query, name, equal=1.3, required=1.0, begun=0.5)


def _name_bonus(query: Query, name: str, *, equal: float, required: float, begun: float) -> float:
    key, required_key = analyser.keys_of(name)
    if query.key == key:
        return equal
    if query.required_key == required_key:
        return required
    return begun if key.startswith(query.key) else 0.0


def _cover(query: Query, seen: Seen) -> float:
    """Reward a query that names both the song and who plays it, in either order, by how much of each it names, and
    most if it names nothing else; or several of those who play it.
    """
    if len(query.words) == 1:
        return 0.0
    if complete := max(_completeness(query, seen, name) for name in seen.names):
        return 1.6 + complete
    words = frozenset(query.words)
    core = analyser.needed(seen.core)
    in_title = words & core
    shares = sorted((len(words & name) / len(name) for name in map(analyser.needed, seen.names) if name), reverse=True)
    if not in_title:
        return 0.8 * (shares[0] + shares[1]) if len(shares) > 1 and shares[1] == 1.0 else 0.0
    rest = words - core
    most = max((len(rest & name) / len(name) for name in map(analyser.needed, seen.names) if name), default=0.0)
    return 0.8 * len(in_title) / len(core) + 0.8 * most if most else 0.0


def _completeness(query: Query, seen: Seen, name: str) -> float:
    key, required_key = analyser.keys_of(name)
    title, required_title = analyser.keys_of(seen.title)
    if len(key) + len(title) == len(query.key) and sorted((*name.split(), *seen.title.split())) == sorted(query.words):
        return COMPLETE[0]
    for worth, part in ((COMPLETE[1], required_title), (COMPLETE[2], analyser.keys_of(seen.core)[1])):
        if required_key and part and query.required_key in (part + required_key, required_key + part):
            return worth
    return 0.0


def _marks(document: Document) -> frozenset[str]:
    credited = f"{document.names} {document.album}"
    return versions.marks_of(title=document.title, core=document.core, credited=credited)
