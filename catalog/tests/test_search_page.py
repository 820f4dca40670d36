"""The search page: what it finds, marks and says, also while one types."""

import re
from urllib.parse import unquote

import pytest
from django.test import Client

from catalog import search
from catalog.models import Track
from catalog.search import budget
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


def index() -> None:
    while search.index_pending():
        pass


def best_of(page: str) -> str:
    """Return the address that the top result leads to; empty where there is none."""
    found = re.search(r'<article class="best.*?href="([^"]+)"', page, re.DOTALL)
    return found[1] if found else ""


def test_unknown_band_does_not_hide_a_famous_song_of_its_name(client: Client, make_track: MakeTrack) -> None:
    song = make_track("Yesterday", artist="Halcyon Pike", plays=4000)
    make_track("Something Else", artist="Yesterday", plays=3)
    index()
    assert best_of(text(client, "/search?q=yesterday")) == f"/tracks/{song.pk}"


def test_band_comes_before_a_song_of_its_name(client: Client, make_track: MakeTrack) -> None:
    make_track("Yesterday", artist="Halcyon Pike", plays=4000)
    make_track("Something Else", artist="Yesterday", plays=3000)
    index()
    assert best_of(text(client, "/search?q=yesterday")).startswith("/artists/")


def test_song_that_is_named_so_comes_before_who_is_named_longer(client: Client, make_track: MakeTrack) -> None:
    song = make_track("Tide", artist="Nettle", plays=10)
    make_track("Loud Words", artist="Tideland Choir", plays=900)
    index()
    assert best_of(text(client, "/search?q=tide")) == f"/tracks/{song.pk}"


def test_misspelt_word_is_said_and_can_be_searched_for_as_it_was_typed(client: Client, song: Track) -> None:
    page = text(client, "/search?q=Tidelinne+pike")
    assert "Showing results for" in page
    assert '<b dir="auto">tideline pike</b>' in page
    assert "<mark>Tideline</mark>" in page
    link = re.search(r'href="(/search\?q=%22[^"]+)"', page)
    assert link
    assert unquote(link[1]) == '/search?q="Tidelinne" pike'
    assert "Showing results for" not in text(client, link[1])


def test_counts_stand_where_all_are_known(client: Client, make_track: MakeTrack) -> None:
    for number in range(9):
        make_track(f"Tideline {number}", artist=f"Tideline {number % 3}", album="Tideline")
    index()
    page = text(client, "/search?q=tideline")
    assert "8 songs and more, 3 artists, 3 albums" in page
    shown = re.findall(r"kind=(\w+)\"[^>]*>\w+ <small>(\d+)</small>", page)
    assert shown == [("artists", "3"), ("albums", "3")]


def test_fields_are_said_and_decide_what_is_best(client: Client, song: Track) -> None:
    page = text(client, '/search?q=artist:"halcyon pike"')
    assert re.findall(r"<span>(\w+):</span> <bdi>(.*?)</bdi>", page) == [("Artist", "halcyon pike")]
    assert best_of(page).startswith("/artists/")
    page = text(client, "/search?q=year:2024")
    assert re.findall(r"<span>(\w+):</span> <bdi>(.*?)</bdi>", page) == [("Year", "2024")]
    assert tracks_on(page)[0]["title"] == "Tideline"
    assert best_of(page) == ""  # nothing is the best of a year


def test_song_without_audio_says_so_and_has_no_button(client: Client, make_track: MakeTrack) -> None:
    make_track("Tideline", playable=False)
    index()
    page = text(client, "/search?q=tideline")
    card = page[page.index('<article class="best') : page.index("</article>")]
    assert "Not playable yet" in card
    assert "data-play-page" not in card
    assert '<li class="row pic off"' in page


def test_album_is_named_where_it_is_why_a_song_was_found(client: Client, make_track: MakeTrack) -> None:
    make_track("Low Water", artist="The Quiet Machinery", album="Tide Tables")
    make_track("Tide", artist="Nettle", album="Loud Words")
    index()
    page = text(client, "/search?q=tide")
    assert " · <bdi><mark>Tide</mark> Tables</bdi>" in page
    assert " · <bdi>Loud Words" not in page


def test_marks_break_no_markup(client: Client, make_track: MakeTrack) -> None:
    make_track("<b>Tide</b> &amp; Co", artist="Halcyon Pike")
    index()
    page = text(client, "/search?q=b+amp+tide")
    assert "&lt;<mark>b</mark>&gt;<mark>Tide</mark>&lt;/<mark>b</mark>&gt; &amp;<mark>amp</mark>; Co" in page


def test_one_kind_goes_on_and_ends_where_nothing_follows(client: Client, make_track: MakeTrack) -> None:
    for number in range(52):
        make_track(f"Tideline {number}", artist=f"Halcyon {number}", album=None, genres=())
    index()
    page = text(client, "/search?q=tideline&kind=songs")
    assert page.count('<li class="row') == 50
    assert 'href="/search?q=tideline&amp;kind=songs&amp;further"' in page
    page = text(client, "/search?q=tideline&kind=songs&further")
    assert page.count('<li class="row') == 52
    assert "further" not in page
    assert "Add a word to find others." not in page


def test_nothing_of_one_kind_leads_to_all_kinds_and_to_what_can_be_asked(client: Client, song: Track) -> None:
    page = text(client, "/search?q=slow+harbour&kind=artists")
    assert "Nothing found for" in page
    assert "Look among everything" in page
    assert "year:1990-1999" in page


def test_no_time_to_find_anything_is_said_once_and_offers_to_search_again(
    client: Client, song: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "WHOLE", 0.0)
    page = text(client, "/search?q=tideline&kind=songs")
    assert "There was no time to look everywhere, and nothing was found so far." in page
    assert page.count("no time") == 1
    assert '<a href="/search?q=tideline&amp;kind=songs">Search again</a>' in page
    assert "data-partial" in page  # the script keeps no such answer


def test_search_for_a_kind_that_there_is_not_shows_all(client: Client, song: Track) -> None:
    assert 'id="best"' in text(client, "/search?q=tideline&kind=%3Cb%3E")
