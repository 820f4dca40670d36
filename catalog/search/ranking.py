"""Put candidates in order: how well the words match, what the query names exactly, and how much it is played. Pure.

The score is 3 * mean match + name bonus + cover - versions not asked for + popularity. The weights were fitted on
judged queries; the tests hold such a set.
"""

from collections.abc import Iterable, Iterator
from math import log10

from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalog.models import popularity
from catalog.search import analyser, asking, romanisation
from catalog.search.asking import Query
from catalog.search.documents import Document
from catalog.search.forms import Correction, Corrections
from catalog.search.seen import Seen

IN_ALBUM = 0.45  # of the same match in the title or a name
MISSING = -0.6
OTHER_SPELLING = 0.95  # acdc for AC/DC
STOP_WORD = 0.25  # the weight of a stop word beside others
CORRECTED = (0.95, 0.85, 0.7)  # by the number of letters mended
REPLACED = 0.04  # less, where a letter was another
NEARLY = 0.5  # two slips from a word of the document, where other words found it
COMPLETE = (
    1.0,
    0.8,
    0.4,
)  # all of the title and of a name and nothing else: to the letter, but for stop words, remarks
BEGUN = (0.72, 0.2)  # of a word that is still in the typing, and times the part of it that is there
SHORTEST_SLIPPED = 4  # letters of a word with two slips
IN_A_RUN = 0.8  # a part of a run of Han or kana, which is many words
MARK = 0.35  # a version that was not asked for
PLAYED = 0.33 * log10(2) / 4  # a step of popularity is a quarter of a doubling


def best(
    query: Query, documents: Iterable[Document], *, limit: int, corrections: Corrections, one_version: bool
) -> list[Document]:
    """Return the best documents first; with `one_version`, of each song only the best, unless a version is asked for.

    Documents in which less than half of the words are found do not answer the query and are left out, as are those
    without a field or a phrase that is asked for.
    """
    ranks = _Ranks(query, corrections)
    scored = []
    for document in documents:
        score = ranks.score(document)
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
    ranks = _Ranks(query, corrections)
    seen = ranks.see(document)
    meant = [ranks.meaning(word, seen, last=place == ranks.last) for place, word in enumerate(query.words)]
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


class _Ranks:
    """One query and what is worked out once for all of its candidates."""

    def __init__(self, query: Query, corrections: Corrections) -> None:
        self.query = query
        self.last = len(query.words) - 1
        self.corrections = {
            word: (
                *((Correction(query.numbers[word], 0),) if word in query.numbers else ()),
                *corrections.get(word, ()),
            )
            for word in query.words
        }
        self.padded = [f" {word} " for word in query.words]
        self.optional = [word not in query.required for word in query.words]
        self.weights = [STOP_WORD if optional else 1.0 for optional in self.optional]
        self.weight = sum(self.weights) or 1.0
        self.required = len(query.words) - sum(self.optional)
        letters = frozenset(query.words).union(
            part for some in self.corrections.values() for correction in some for part in correction.word.split()
        )
        self.letters = letters if any(map(str.isascii, letters)) else frozenset()  # nothing to be spelt in Latin
        self.slipped = [len(word) >= SHORTEST_SLIPPED and self.required > 1 for word in query.words]
        self.phrases = [f" {' '.join(phrase)} " for phrase in query.phrases]
        self.meanings: dict[tuple[str, ...], Query] = {query.words: query}

    def see(self, document: Document) -> Seen:
        return Seen.of(document, letters=self.letters, last=self.query.words[-1] if self.query.words else "")

    def score(self, document: Document) -> float | None:
        """Return how well a document answers, or None."""
        if self.query.filters and not self._has_fields(document):
            return None
        popular = PLAYED * (popularity.UNPLAYED - (document.sid >> popularity.BUCKET_BITS))
        if not self.query.words:
            return popular
        seen = self.see(document)
        if any(phrase not in seen.near and phrase not in seen.album for phrase in self.phrases):
            return None
        total = found = 0.0
        exact = True
        for place, word in enumerate(self.query.words):
            if self.padded[place] in seen.near:
                match = 1.0
            else:
                exact = False
                match = self._match(word, seen, last=place == self.last)
            if match:
                total += self.weights[place] * match
                found += not self.optional[place]
            elif self.slipped[place] and _nearly(word, seen):
                total += self.weights[place] * NEARLY
            else:
                total += self.weights[place] * MISSING
        if 2 * found < self.required:
            return None
        meant = self.query if exact else self._meant(seen)
        bonus = max(_name_bonuses(meant, seen))
        versions = len(_marks(document) - self.query.marks)
        return 3 * total / self.weight + bonus + _cover(meant, seen) - MARK * versions + popular

    def _has_fields(self, document: Document) -> bool:
        fields = f" {document.fields} "
        return all(
            any(f" {token}" in fields if prefix else f" {token} " in fields for token, prefix in tokens)
            for tokens in self.query.filters
        )

    def _match(self, word: str, seen: Seen, *, last: bool) -> float:
        """Return how well a word is met that no name has: 1 as another spelling would be, 0 not at all."""
        in_album = f" {word} " in seen.album
        if not in_album and f" {word} " in seen.tokens:
            return OTHER_SPELLING
        if len(word) >= analyser.SHORTEST_NAME and any(word in analyser.keys_of(name) for name in seen.every_name()):
            return OTHER_SPELLING  # a name without its spaces
        match = IN_ALBUM if in_album else 0.0
        for correction in self.corrections[word]:
            worth = CORRECTED[correction.distance] - REPLACED * correction.replaced
            if worth > match and seen.has(correction.word):
                match = worth
            elif worth * IN_ALBUM > match and seen.has_in_album(correction.word):
                match = worth * IN_ALBUM
        if last or not word.isascii():
            match = max(match, _begun(word, seen.near, last=last), _begun(word, seen.album, last=last) * IN_ALBUM)
            if not match and last and f" {word}" in seen.tokens:
                match = BEGUN[0] * OTHER_SPELLING
        return match

    def _meant(self, seen: Seen) -> Query:
        """Return the query as it would have to be spelt to mean this document."""
        words: list[str] = []
        for place, word in enumerate(self.query.words):
            for meant in self.meaning(word, seen, last=place == self.last).split():
                if not words or words[-1] != meant or meant == word:
                    words.append(meant)
        key = tuple(words)
        if key not in self.meanings:
            self.meanings[key] = asking.of_words(key)
        return self.meanings[key]

    def meaning(self, word: str, seen: Seen, *, last: bool) -> str:
        if seen.has(word) or f" {word} " in seen.tokens or (last and f" {word}" in seen.near):
            return word
        return next((one.word for one in self.corrections[word] if seen.has(one.word)), word)


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


def _nearly(word: str, seen: Seen) -> bool:
    """Tell whether a word may be one of the document's with two slips in it."""
    near = process.extractOne(word, seen.near.split(), scorer=OSA.distance, score_cutoff=2)
    return near is not None and 2 * near[1] <= len(near[0])


def _marks(document: Document) -> frozenset[str]:
    """Return the version words behind the song's name, and what whole albums and bands are made of."""
    remarks = document.title.split()[len(document.core.split()) :] if document.title != document.core else []
    marks = analyser.VERSION_MARKS.intersection(remarks)
    imitations = {"karaoke", "tribute"}.intersection(document.names.split() + document.album.split())
    return marks | imitations
