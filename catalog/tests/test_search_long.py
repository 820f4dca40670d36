"""A query of many words is looked for where its rarest words are, however many documents have these."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import search
from catalog.search import postgres_filling, postgres_lists

COMMON = "slow harbour lights over northern water"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite reads posting lists in their order")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("few", [1, 400], ids=["too many have the rarest", "few have them"])
def test_a_long_query_is_looked_for_by_its_rarest_words(make_track, monkeypatch, few: int):
    monkeypatch.setattr(postgres_filling, "TIERS", {"head": {3: 3}, "middle": {100: 50}})
    monkeypatch.setattr(postgres_lists, "FEW", few)
    monkeypatch.setattr(postgres_lists, "_bounds_until", 0.0)
    for number in range(6):
        make_track(f"{COMMON} {number}", plays=10**6)
    wanted = {make_track(f"{COMMON} kelp anchor dusk {end}", plays=1).id for end in ("rye", "fen")}
    search.rebuild()
    with CaptureQueriesContext(connection) as asked:
        at = timezone.now()
        found = search.search(f"dusk kelp anchor {COMMON}", kinds=["track"], limit=10, at=at, fresh=True)
    assert wanted == {*found.tracks[:2]}
    by_rare = [query["sql"] for query in asked if "few AS MATERIALIZED" in query["sql"]]
    assert by_rare
    for sql in by_rare:
        sought = sql.partition("few AS MATERIALIZED")[2].partition("LIMIT")[0]
        assert all(word in sought for word in ("dusk", "kelp", "anchor"))
        assert not any(word in sought for word in COMMON.split())
