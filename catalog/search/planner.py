"""Answer a query in stages, cheapest first; a stage that fills the need ends it."""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper

from catalog.search import analyser, documents, ranking, tables, typos
from catalog.search.analyser import Query
from catalog.search.documents import Document
from catalog.search.ranking import Corrections

BUDGET = 0.15  # seconds; what begins after them is left out

CANDIDATES = 80  # that are read of a posting list, and at least twice the limit: versions of a song fold into one

Groups = list[list[tuple[str, bool]]]  # of each group one token must be there; True: as a prefix


@dataclass(frozen=True, slots=True)
class Found:
    """The ids that answer a query, best first."""

    tracks: list[int]
    artists: list[int]
    albums: list[int]
    corrected: dict[str, str]  # typed word: the word that was used
    partial: bool  # was anything left out for lack of time?
    stage: int  # of the degradation ladder: 0 all of it, 1 without mending typos and leaving out words
    took_ms: float


def search(query: str, *, kinds: Collection[str], limit: int, at: datetime) -> Found:
    """Return at most `limit` listed and released rows of each kind in `kinds` (track, artist, album).

    Any str is taken; of a long one the first 256 characters and 12 words. The index may be a moment behind the
    catalog, so the caller drops ids that it no longer lists.
    """
    started = time.perf_counter()
    asked = analyser.read_query(query)
    ids: dict[str, list[int]] = {kind: [] for kind in tables.KINDS}
    corrected: dict[str, str] = {}
    released = documents.moment(at)
    hurried = False
    if asked.words:
        with connection.cursor() as cursor:
            corrections = _corrections(cursor, asked, released)
            for kind in (kind for kind in tables.KINDS if kind in kinds):
                one = _Search(
                    cursor,
                    asked,
                    corrections,
                    kind=kind,
                    limit=limit,
                    released=released,
                    deadline=started + BUDGET,
                )
                ranked = one.run()
                hurried |= one.hurried
                ids[kind] = [document.row_id for document in ranked]
                corrected = corrected or _used(asked, corrections, ranked)
    took_ms = (time.perf_counter() - started) * 1000
    return Found(
        ids["track"], ids["artist"], ids["album"], corrected, partial=hurried, stage=int(hurried), took_ms=took_ms
    )


@dataclass(slots=True)
class _Search:
    """One query over one kind."""

    cursor: CursorWrapper
    query: Query
    corrections: Corrections
    kind: str
    limit: int
    released: int  # Unix microseconds
    deadline: float  # of `time.perf_counter`
    hurried: bool = False
    found: dict[int, Document] = field(default_factory=dict)  # by sid

    def run(self) -> list[Document]:
        keys = {self.query.key, self.query.required_key}
        self._add(tables.by_keys(self.cursor, self.kind, keys, released=self.released, limit=self._candidates))
        for groups in _strict(self.query):
            self._match(groups)
        if self.corrections and not self._late():
            self._match(_mended(self.query, self.corrections))
        if len(self.found) < self.limit and len(self.query.words) > 1 and not self._late():
            self._relax()
        return ranking.best(
            self.query,
            self.found.values(),
            limit=self.limit,
            corrections=self.corrections,
            one_version=self.kind == "track",
        )

    def _relax(self) -> None:
        """Look for the names in the query, and leave out each word in turn."""
        self._add(
            tables.by_keys(self.cursor, self.kind, self.query.parts(), released=self.released, limit=self._candidates)
        )
        mended = _mended(self.query, self.corrections)
        for left_out in range(len(mended)):
            if len(mended) == 1 or self._late():
                return
            self._match(mended[:left_out] + mended[left_out + 1 :])

    @property
    def _candidates(self) -> int:
        return max(CANDIDATES, 2 * self.limit)

    def _match(self, groups: Groups) -> None:
        self._add(tables.by_words(self.cursor, self.kind, groups, released=self.released, limit=self._candidates))

    def _add(self, more: Sequence[Document]) -> None:
        self.found.update((document.sid, document) for document in more)

    def _late(self) -> bool:
        self.hurried |= time.perf_counter() > self.deadline
        return self.hurried


def _strict(query: Query) -> Iterator[Groups]:
    """Yield the query with its last word whole, and as the beginning of a word."""
    whole = [group for word in query.required for group in _groups(word)]
    yield whole
    last = query.words[-1]
    required = [word for word in query.required if word != last]
    started = [group for word in required for group in _groups(word)] + _groups(last, prefix=True)
    if started != whole:
        yield started


def _mended(query: Query, corrections: Corrections) -> Groups:
    """Return the query with each word or one of its corrections, the last word as a beginning."""
    groups: Groups = []
    for word in query.required:
        mended = [(correction.word, False) for correction in corrections.get(word, ())]
        own = _groups(word, prefix=word == query.words[-1])
        groups += [[*own[0], *mended]] if mended else own
    return groups


def _groups(word: str, *, prefix: bool = False) -> Groups:
    """Return the tokens that a word asks for: of a run of Han or kana its pairs, of a single character a beginning."""
    tokens = analyser.tokens_of(word)
    if len(tokens) > 1:
        return [[(token, False)] for token in tokens[:-1]]
    return [[(word, prefix or analyser.is_run(word))]]


def _corrections(cursor: CursorWrapper, query: Query, released: int) -> Corrections:
    """Return what the words may have meant that the index does not know, or hardly; where no track has all of them,
    what each of them may have meant: a misspelt word is often another word.
    """
    words = [word for word in query.required if typos.mendable(word) and not analyser.is_run(word)]
    if not words:
        return {}
    known: dict[str, tuple[int, int]] = {}
    wrong = words
    if len(query.required) == 1 or _answered(cursor, query, released):
        known = tables.terms(cursor, words)
        last = query.words[-1]
        wrong = [word for word in words if word in known or word != last or not tables.has_prefix(cursor, word)]
    if not wrong:
        return {}
    keys = {word: typos.keys_of_query(word) for word in wrong}
    similar = tables.similar_terms(cursor, sorted(set().union(*keys.values())))
    chosen = {word: typos.choose(word, known.get(word), similar) for word in wrong}
    return {word: corrections for word, corrections in chosen.items() if corrections}


def _answered(cursor: CursorWrapper, query: Query, released: int) -> bool:
    *_, started = _strict(query)
    return bool(tables.by_words(cursor, "track", started, released=released, limit=1))


def _used(query: Query, corrections: Corrections, ranked: Sequence[Document]) -> dict[str, str]:
    """Return which corrections made the best answer an answer."""
    if not ranked:
        return {}
    there = ranked[0].tokens.split()
    used: dict[str, str] = {}
    for word in query.words:
        if not any(token.startswith(word) for token in there):
            meant = next((mended.word for mended in corrections.get(word, ()) if mended.word in there), None)
            used |= {word: meant} if meant else {}
    return used
