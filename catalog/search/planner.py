"""Answer a query in stages, cheapest first: one that fills the need ends it, and so does the time."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from catalog.search import answers, asking, documents, forms, mending, present, ranking, reading, tables
from catalog.search.answers import Found
from catalog.search.asking import Query
from catalog.search.asks import HEAD, MIDDLE, VAST, WHOLE, Answer, Ask
from catalog.search.budget import Budget
from catalog.search.documents import Document
from catalog.search.forms import Corrections, Group, Groups
from catalog.search.lexicon import Lexicon
from catalog.search.present import Present

CANDIDATES = 80  # that are read of a posting list, and at least twice the limit: versions of a song fold into one
CANDIDATES_RELAXED = 40  # of what has only some of the words: the most popular of it may be meant
CANDIDATES_OF_PHRASES = 400  # of which few have the words side by side
PRECISE = 3  # words: what has them all is what was meant
LONG = 4  # words: of more, the rarest ones say where to look for all of them
RARE = 3  # of them
ENOUGH = 0.25  # of them from a tier, for the later ones to be left alone
STARTED = 3  # letters of the first word, where there is time for no more


def search(
    query: str,
    *,
    kinds: Collection[str],
    limit: int,
    at: datetime,
    fresh: bool = False,
    budget: Budget | None = None,
    now: Present | None = None,
) -> Found:
    """Return at most `limit` listed and released rows of each kind in `kinds` (track, artist, album).

    Any str is taken; of a long one the first 256 characters and 12 words. The index may be a moment behind the
    catalog, and what is kept an hour, so the caller drops ids that it no longer lists. `fresh` reads past what is kept.
    `budget` is that of the caller's whole answer; without one the search has all of it. `now` is what the caller knows
    to stand at present.
    """
    if budget is None:
        with Budget() as own:
            return search(query, kinds=kinds, limit=limit, at=at, fresh=fresh, budget=own, now=now)
    started = time.perf_counter()
    asked = asking.read(query)
    if asked.empty or not kinds:
        return Found()
    wanted = [kind for kind in tables.KINDS if kind in kinds]
    now = now or present.read(budget, fresh=fresh)
    name = answers.name_of(asked, kinds=wanted, limit=limit)
    kept = None if fresh else answers.find(name)
    if kept is not None and kept.stands(now, at=at, name=name):
        return kept.found.timed(started)
    found = _look(asked, wanted, limit=limit, at=at, budget=budget)
    if found == Found() and not asked.plain:
        found = _look(asking.read_plain(query), wanted, limit=limit, at=at, budget=budget)
    if found is None:
        kept = kept or answers.find(name)
        found = kept.found.stale() if kept is not None else Found(partial=True, stage=5)
    elif not now.built:
        found = found.cut()
    elif not found.partial:
        answers.keep(name, found, now, at=at)
    return found.timed(started)


def _look(query: Query, kinds: Sequence[str], *, limit: int, at: datetime, budget: Budget) -> Found | None:
    """Return what the index has; None where it could not be asked."""
    looking = _Looking(query, kinds, limit, documents.moment(at), budget, {kind: {} for kind in kinds})
    if not looking.run():
        return None
    ranked = {kind: looking.ranked(kind) for kind in kinds}
    best = next((some[0] for some in ranked.values() if some), None)
    ids = {kind: [document.row_id for document in ranked.get(kind, ())] for kind in tables.KINDS}
    return Found(
        ids["track"],
        ids["artist"],
        ids["album"],
        ranking.corrected(query, looking.corrections, best) if best else {},
        partial=looking.stage > 0,
        stage=looking.stage,
    )


@dataclass(slots=True)
class _Looking:
    """One query on its way through the stages."""

    query: Query
    kinds: Sequence[str]
    limit: int
    released: int  # Unix microseconds
    budget: Budget
    found: dict[str, dict[int, Document]]  # by kind and sid
    most: dict[str, int] = field(default_factory=dict)  # by kind: documents that answered one ask for words
    corrections: Corrections = field(default_factory=dict)
    stage: int = 0  # the deepest that time has led to, as `Found` tells them
    lexicon: Lexicon = field(init=False)

    def __post_init__(self) -> None:
        self.lexicon = Lexicon(self.budget)

    def run(self) -> bool:
        """Look; return whether the index could be asked."""
        ways = list(forms.strict(self.query))
        strict = [Ask(kind, groups, self._candidates) for kind in self.kinds for groups in ways]
        keys = self.query.keys
        named = [Ask(kind, [], self._candidates, keys) for kind in self.kinds if keys]
        thin = self._ask([*strict, *named])
        if thin is None and not any(self.found.values()):
            thin = self._ask([*named[:1], *self._beginnings()])
            self._go_on(thin, needed=True, left_out=3)
            self.stage = 3
            return thin is not None
        self._go_on(thin, needed=not any(self.found.values()), left_out=2)
        self._mend(hits=sum(self.most.values()))
        self._relax()
        return True

    def ranked(self, kind: str) -> list[Document]:
        return ranking.best(
            self.query,
            self.found[kind].values(),
            limit=self.limit,
            corrections=self.corrections,
            one_version=kind == "track",
        )

    def _mend(self, *, hits: int) -> None:
        """Look for what misspelt words may have meant."""
        self.corrections = mending.corrections(self.query, self.lexicon, hits=hits)
        if self.lexicon.refused:
            self.stage = max(self.stage, 1)
        if self.corrections:
            self._add_asked(
                [Ask(kind, forms.mended(self.query, self.corrections), self._candidates) for kind in self.kinds]
            )

    def _relax(self) -> None:
        """Look for the names in the query, and leave out each word in turn; not of three that something has all of."""
        lacking = [kind for kind in self.kinds if len(self.found[kind]) < self.limit]
        if lacking and len(self.query.words) > 1:
            answered = len(self.query.required) >= PRECISE and any(self.most.values())
            without = [] if answered else list(forms.relaxed(self.query, self.corrections))
            parts = self.query.parts()
            of_words = lacking[:1] if len(self.query.required) > LONG else lacking  # no name is as long as that
            asks = [Ask(kind, groups, CANDIDATES_RELAXED) for kind in of_words for groups in without]
            self._add_asked([*asks, *(Ask(kind, [], CANDIDATES_RELAXED, parts) for kind in lacking if parts)])

    def _add_asked(self, asks: Sequence[Ask]) -> None:
        """Ask for what only makes an answer better, while there is time for that."""
        if not asks:
            return
        if self.budget.roomy:
            self._go_on(self._ask(asks), needed=False, left_out=1)
        else:
            self.stage = max(self.stage, 1)

    def _go_on(self, thin: Sequence[Ask] | None, *, needed: bool, left_out: int) -> None:
        """Ask later tiers for what the first ones have little of; `left_out` is the stage that does without them."""
        if thin and (needed or self.budget.roomy):
            thin = self._ask(self._narrowed(thin), tier=MIDDLE)
        if thin is None or (thin and not ((needed or self.budget.roomy) and self._ask_all(thin))):
            self.stage = max(self.stage, left_out)

    def _ask_all(self, thin: Sequence[Ask]) -> bool:
        """Ask for what is among all documents, where something may have all of it; say whether there was time for it.

        The beginning of a word, which very many may have, is asked for where the word as such finds nothing, and as
        one of the words that it may become.
        """
        tokens = {token for ask in thin for group in self._of_words(ask) for token in group}
        known = self.lexicon.terms({text for text, prefix in tokens if not prefix})
        if known is None:  # there is time for what is needed alone
            return self._read(thin, tier=WHOLE) is not None
        hopeful = [
            ask
            for ask in thin
            if all(any(prefix or text in known for text, prefix in group) for group in self._of_words(ask))
        ]
        ends = [replace(ask, groups=forms.ended(ask.groups)) for ask in hopeful]
        asks = [ask for place, ask in enumerate(ends) if ask not in ends[:place]]
        answers = self._read(asks, tier=WHOLE)
        if answers is None:
            return False
        found = [ask for ask, answer in zip(asks, answers, strict=True) if answer.rows]
        begun = [ask for ask, end in zip(hopeful, ends, strict=True) if ask != end and end not in found]
        become = self.lexicon.completions(
            {text for text, prefix in tokens if prefix and len(text) > VAST} if begun else ()
        )
        if become is None:
            return False
        completed = [replace(ask, groups=forms.completed(ask.groups, become)) for ask in begun]
        return self._read(completed, tier=WHOLE) is not None

    def _narrowed(self, asks: Sequence[Ask]) -> Sequence[Ask]:
        """Return the asks with the rarest of their words, where these are many: the index reads a list for each."""
        words = {text for ask in asks if len(ask.groups) > LONG for group in ask.groups for text, _ in group}
        known = None if self.query.filters or not words else self.lexicon.terms(words)
        if known is None:
            return asks

        def documents_with(group: Group) -> int:
            return sum(known[text][0] for text, _ in group if text in known)

        def narrowed(ask: Ask) -> Ask:
            whole = [group for group in ask.groups if not any(prefix for _, prefix in group)]
            once = [group for place, group in enumerate(whole) if group not in whole[:place]]
            return replace(ask, rare=sorted(once, key=documents_with)[:RARE])

        return [narrowed(ask) if len(ask.groups) > LONG else ask for ask in asks]

    def _of_words(self, ask: Ask) -> Groups:
        return ask.groups[len(self.query.filters) :]

    def _ask(self, asks: Sequence[Ask], *, tier: int = HEAD) -> list[Ask] | None:
        """Ask, and return for what there are few documents that far; None where time ended it."""
        answers = self._read(asks, tier=tier)
        if answers is None:
            return None
        return [
            ask
            for ask, answer in zip(asks, answers, strict=True)
            if not answer.whole and len(answer.rows) < ENOUGH * ask.limit
        ]

    def _read(self, asks: Sequence[Ask], *, tier: int) -> list[Answer] | None:
        """Read what is asked for, and remember it; None where time ended it."""
        answers: list[Answer] = []
        for batch in reading.batches(asks):
            found = self.budget.ask(reading.find, batch, tier=tier, released=self.released)
            if found is None:
                return None
            for ask, answer in zip(batch, found, strict=True):
                known = self.found[ask.kind]
                known.update((row[0], Document(*row)) for row in answer.rows if row[0] not in known)
                if ask.groups:
                    self.most[ask.kind] = max(self.most.get(ask.kind, 0), len(answer.rows))
            answers += found
        return answers

    def _beginnings(self) -> list[Ask]:
        """Return what is answered where all else takes too long: one kind, by its first letters."""
        return [Ask(self.kinds[0], [[(word[:STARTED], True)]], self._candidates) for word in self.query.words[:1]]

    @property
    def _candidates(self) -> int:
        return max(CANDIDATES_OF_PHRASES if self.query.phrases else CANDIDATES, 2 * self.limit)
