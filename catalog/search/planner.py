"""Answer a query in stages, cheapest first; a stage that fills the need ends it."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper

from catalog.search import asking, documents, forms, mending, ranking, tables
from catalog.search.asking import Query
from catalog.search.documents import Document
from catalog.search.forms import Corrections, Groups
from catalog.search.typos import Known

BUDGET = 0.15  # seconds; what begins after them is left out

CANDIDATES = 80  # that are read of a posting list, and at least twice the limit: versions of a song fold into one


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
    asked = asking.read(query)
    ids: dict[str, list[int]] = {kind: [] for kind in tables.KINDS}
    corrected: dict[str, str] = {}
    released = documents.moment(at)
    hurried = False
    if not asked.empty:
        with connection.cursor() as cursor:
            searches = [
                _Search(cursor, asked, kind=kind, limit=limit, released=released, deadline=started + BUDGET)
                for kind in tables.KINDS
                if kind in kinds
            ]
            hits = sum(one.begin() for one in searches)
            corrections = mending.corrections(asked, _Lexicon(cursor), hits=hits)
            for one in searches:
                ranked = one.run(corrections)
                hurried |= one.hurried
                ids[one.kind] = [document.row_id for document in ranked]
                if ranked and not corrected:
                    corrected = ranking.corrected(asked, corrections, ranked[0])
    took_ms = (time.perf_counter() - started) * 1000
    return Found(
        ids["track"], ids["artist"], ids["album"], corrected, partial=hurried, stage=int(hurried), took_ms=took_ms
    )


@dataclass(slots=True)
class _Search:
    """One query over one kind."""

    cursor: CursorWrapper
    query: Query
    kind: str
    limit: int
    released: int  # Unix microseconds
    deadline: float  # of `time.perf_counter`
    hurried: bool = False
    found: dict[int, Document] = field(default_factory=dict)  # by sid

    def begin(self) -> int:
        """Look for the query as it stands; return how many documents have all of its words."""
        for groups in forms.strict(self.query):
            self._match(groups)
        hits = len(self.found)
        keys = self.query.keys
        self._add(tables.by_keys(self.cursor, self.kind, keys, released=self.released, limit=self._candidates))
        return hits

    def run(self, corrections: Corrections) -> list[Document]:
        if corrections and not self._late():
            self._match(forms.mended(self.query, corrections))
        if len(self.found) < self.limit and len(self.query.words) > 1 and not self._late():
            self._relax(corrections)
        return ranking.best(
            self.query,
            self.found.values(),
            limit=self.limit,
            corrections=corrections,
            one_version=self.kind == "track",
        )

    def _relax(self, corrections: Corrections) -> None:
        """Look for the names in the query, and leave out each word in turn."""
        self._add(
            tables.by_keys(self.cursor, self.kind, self.query.parts(), released=self.released, limit=self._candidates)
        )
        for groups in forms.relaxed(self.query, corrections):
            if self._late():
                return
            self._match(groups)

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


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The live index, as `mending` asks it."""

    cursor: CursorWrapper

    def terms(self, words: Collection[str]) -> Known:
        return tables.terms(self.cursor, words)

    def similar(self, keys: Collection[str], words: Collection[str]) -> Known:
        similar = tables.similar_terms(self.cursor, keys) if keys else {}
        return similar | (tables.terms(self.cursor, words) if words else {})
