"""The search page: what it finds, marks and says, also while one types."""

import re

import pytest
from django.test import Client

from catalog import search
from catalog.models import Track
from catalog.tests.reading import text, tracks_on
from conftest import MakeTrack


def test_search_marks_what_matched(client: Client, song: Track) -> None:
    page = text(client, "/search?q=hal")
    assert "<mark>Hal</mark>cyon Pike" in page
    assert 'value="hal"' in page


def test_search_while_typing_answers_with_the_results_alone(client: Client, song: Track) -> None:
    page = text(client, "/search?q=tide&partial")
    assert tracks_on(page)[0]["title"] == "Tideline"
    assert "<main" not in page


def test_search_without_an_answer_says_so(client: Client, song: Track) -> None:
    assert "Nothing found for" in text(client, "/search?q=zzzzqqqq")


@pytest.mark.parametrize("query", ["", "%20", "%00", "a" * 5000, "%F0%9F%8E%B5", "*", "%22", "OR"])
def test_odd_searches_are_answered(client: Client, song: Track, query: str) -> None:
    assert client.get(f"/search?q={query}").status_code == 200


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Halcyon", "/artists/"),  # holds many
        ("night fer", "/albums/"),
        ("tideline", "/tracks/"),  # an album of that name is not there
        ("pike", "/artists/"),  # its songs are found by the artist alone
    ],
)
def test_top_result_is_what_was_meant(client: Client, make_track: MakeTrack, query: str, expected: str) -> None:
    make_track("Tideline", artist="Halcyon Pike", album="Night Ferry", plays=500)
    make_track("Night Ferry Home", artist="Halcyon Pike", album="Night Ferry")
    while search.index_pending():
        pass
    page = text(client, f"/search?q={query}")
    best = re.search(r'<article class="best.*?href="([^"]+)"', page, re.DOTALL)
    assert best
    assert best[1].startswith(expected)


@pytest.mark.parametrize("kind", ["songs", "artists", "albums"])
def test_search_shows_one_kind_alone(client: Client, make_track: MakeTrack, kind: str) -> None:
    for number in range(15):
        make_track(f"Tideline {number}", artist=f"Tideline {number}", album=f"Tideline {number}", plays=number)
    while search.index_pending():
        pass
    whole = text(client, "/search?q=tideline")
    assert f'href="/search?q=tideline&amp;kind={kind}"' in whole[whole.index(f'id="{kind}"') :]
    alone = text(client, f"/search?q=tideline&kind={kind}")
    headings = re.findall(r'<h2 id="(\w+)">', alone)
    assert headings == [kind]
    names = set(re.findall(r'title="(Tideline \d+)"', alone))
    assert len(names) == 15
    assert f'name="kind" value="{kind}"' in alone


def test_search_for_a_kind_that_there_is_not_shows_all(client: Client, song: Track) -> None:
    assert 'id="best"' in text(client, "/search?q=tideline&kind=%3Cb%3E")
