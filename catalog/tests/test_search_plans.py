"""PostgreSQL reads a few hundred documents for a search, whatever is typed: what it reads is counted by EXPLAIN."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from catalog import search
from catalog.search import postgres_filling, postgres_lists, tables

DOCUMENTS = 60_000
READ = 5_000  # documents that a statement looks at: those of a word that a tenth of the head has, twice
FILL = """
INSERT INTO search_track (sid, row_id, release, title, core, names, aliases, album, tokens, fields)
SELECT (n / 400 + 1)::bigint << 34 | n, n, 0, 'love night ' || n, 'love night ' || n, 'artist ' || n %% 900, '', '',
    concat_ws(' ', CASE WHEN n %% 12 = 0 THEN 'love' END, CASE WHEN n %% 15 = 0 THEN 'night' END, 'word' || n %% 700,
    'rare' || n, 'artist' || n %% 900), '@artist' || n %% 900
FROM generate_series(1, %s) AS n
"""
LIST = """
INSERT INTO search_track_pfx (p, sid) SELECT DISTINCT left(token, letters), sid
FROM search_track, unnest(string_to_array(tokens, ' ')) AS token, generate_series(1, 3) AS letters
WHERE row_id <= 1500
"""
TERMS = """
INSERT INTO search_term (term, df, minsid) SELECT token, count(*), min(sid)
FROM search_track, unnest(string_to_array(tokens, ' ')) AS token GROUP BY token
"""
NAME = """
INSERT INTO search_track_key (k, sid)
SELECT 'artist' || n %% 3, (n / 400 + 1)::bigint << 34 | n FROM generate_series(1, %s) AS n
"""
QUERIES = ("a", "lo", "love", "love nig", "night love w", "wrong1 love", "artist7 77", "love artist:artist7", "zz love")


@pytest.fixture
def large(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fill the index by SQL alone with documents that have words as common as the commonest, and build its tiers."""
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL plans")
    monkeypatch.setitem(postgres_filling.TIERS, "middle", {50_000: 40_000})
    with connection.cursor() as cursor:
        cursor.execute(FILL, [DOCUMENTS])
        cursor.execute(NAME, [DOCUMENTS])
        cursor.execute(LIST)
        for tier in ("head", "middle"):
            postgres_filling.build_tier(tables.LIVE, "track", tier, concurrently=False)
        cursor.execute(TERMS)
        cursor.execute("ANALYZE search_track")
        cursor.execute("ANALYZE search_track_key")
        cursor.execute("ANALYZE search_track_pfx")
    postgres_lists._bounds_until = 0.0
    yield
    postgres_lists._bounds_until = 0.0


@pytest.mark.slow
def test_a_search_reads_few_documents(large: None) -> None:
    for query in QUERIES:
        for statement, parameters in _statements(query):
            plan = _explain(statement, parameters)
            read = sum(_read(node) for node in _nodes(plan))
            assert read <= READ, (query, read, json.dumps(plan, indent=1))


@pytest.mark.slow
def test_what_few_know_is_found_by_the_beginning_of_a_word(large: None) -> None:
    """Among all documents a beginning is asked for as the words that it may become."""
    asked = [str(parameters) for _, parameters in _among_all("love rare5998")]
    assert any("'rare59988'" in parameters for parameters in asked), asked
    assert not any("'rare5998':*" in parameters for parameters in asked)
    found = search.search("love rare5998", kinds=["track"], limit=100, at=timezone.now(), fresh=True)
    assert 59988 in found.tracks, found.tracks


@pytest.mark.slow
def test_all_documents_are_not_asked_for_a_word_that_none_has(large: None) -> None:
    asked = _among_all("unheard love")
    assert all("'unheard'" not in str(parameters) for _, parameters in asked), asked


def _among_all(query: str) -> list[tuple[str, Any]]:
    """Return what a search asks of all documents, of no tier, by words."""
    return [(sql, parameters) for sql, parameters in _statements(query) if "tsv @@" in sql and "sid + 0 <" not in sql]


def _statements(query: str) -> list[tuple[str, Any]]:
    """Return what a search asks of documents."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if "search_track AS d" in sql:
            asked.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        search.search(query, kinds=["track"], limit=10, at=timezone.now(), fresh=True)
    assert asked
    return asked


def _explain(statement: str, parameters: Any) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
        return cursor.fetchone()[0][0]["Plan"]


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _read(node: dict[str, Any]) -> int:
    """Return the documents that a node looked at: those that it gave on, and those that it dropped."""
    if "Scan" not in node["Node Type"] or node.get("Relation Name") != "search_track":
        return 0
    dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return (node["Actual Rows"] + dropped) * node["Actual Loops"]
