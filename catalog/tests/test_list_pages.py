"""Pages of many songs and albums: shelves by kind, and lists that go on where a page ended."""

import re
from html import unescape

import pytest
from django.test import Client

from catalog.models import Album, Artist
from catalog.tests.reading import text, tracks_on
from conftest import MakeTrack


def test_genre_goes_on_where_its_first_page_ended(client: Client, make_track: MakeTrack) -> None:
    for number in range(53):
        make_track(f"Song {number}", plays=number * 10)
    first = text(client, "/genres/ambient")
    onward = re.search(r'href="(\?after=[^"]+)"', first)
    assert onward
    second = text(client, "/genres/ambient" + unescape(onward[1]))
    titles = [told["title"] for told in tracks_on(first) + tracks_on(second)]
    assert len(titles) == len(set(titles)) == 53
    assert "?after=" not in second
    assert client.get("/artists/1/songs" + unescape(onward[1])).status_code == 404
    assert client.get("/genres/ambient?after=edited").status_code == 404


def test_releases_of_an_artist_are_shelved_by_kind(client: Client, make_track: MakeTrack) -> None:
    for number in range(7):
        make_track(f"Long {number}", album="Slow Harbour Lights")
    for number in range(4):
        make_track(f"Short {number}", album="Overlap")
    make_track("Quay 4", album="Quay 4")
    make_track("Whole side", album="Raga", duration_ms=1_800_000)
    make_track("Best", album="The best of it")
    Album.objects.filter(title="The best of it").update(compilation=True)
    page = text(client, f"/artists/{Artist.objects.get(name='Halcyon Pike').id}")
    albums, singles, compilations = (page.index(f'id="{anchor}"') for anchor in ("albums", "singles", "compilations"))
    assert albums < page.index('title="Slow Harbour Lights"') < singles
    assert albums < page.index('title="Raga"') < singles
    assert singles < page.index('title="Overlap"') < compilations
    assert singles < page.rindex('title="Quay 4"') < compilations < page.rindex('title="The best of it"')
    for title, kind in (("Slow Harbour Lights", "Album"), ("Overlap", "EP"), ("Quay 4", "Single")):
        assert f"<span>{kind}</span>" in text(client, f"/albums/{Album.objects.get(title=title).id}")


def test_artist_with_many_albums_has_a_page_of_all(client: Client, make_track: MakeTrack) -> None:
    for number in range(14):
        make_track(f"Raga {number}", album=f"Raga {number}", year=2000 + number, duration_ms=1_800_000)
    make_track("Raga undated", album="Raga undated", duration_ms=1_800_000)
    artist = Artist.objects.get(name="Halcyon Pike")
    page = text(client, f"/artists/{artist.id}")
    assert f'href="/artists/{artist.id}/albums"' in page
    whole = text(client, f"/artists/{artist.id}/albums")
    years = [int(year) for year in re.findall(r'dir="auto">(20\d\d)</p>', whole)]
    assert years == list(range(2013, 1999, -1))
    assert whole.index("Raga 0") < whole.index("Raga undated")
    assert "15 albums, the newest first" in whole


def test_artist_says_what_they_did_on_the_albums_of_others(client: Client, make_track: MakeTrack) -> None:
    song = make_track("Guest", artist="OHM/AMP", featured=("Halcyon Pike",), album="Theirs", year=2021)
    assert ">Featured, 2021</p>" in text(client, f"/artists/{Artist.objects.get(name='Halcyon Pike').id}")
    song.credits.filter(artist__name="Halcyon Pike").update(role="composer")
    assert ">Composer, 2021</p>" in text(client, f"/artists/{Artist.objects.get(name='Halcyon Pike').id}")


def test_all_songs_and_all_albums_go_on_where_a_page_ended(client: Client, make_track: MakeTrack) -> None:
    for number in range(103):
        make_track(f"Song {number}", album=f"Album {number}", plays=number)
    for address, pattern, pages in (
        ("/songs", r'class="hit[^>]*title="([^"]+)"', 3),
        ("/albums", r'title="(Album[^"]+)"', 2),
    ):
        found: list[str] = []
        onward: str | None = ""
        for _ in range(pages):
            assert onward is not None
            page = text(client, address + onward)
            found += re.findall(pattern, page)
            match = re.search(r'href="(\?after=[^"]+)"', page)
            onward = unescape(match[1]) if match else None
        assert onward is None
        assert len(found) == len(set(found)) == 103
    assert client.get("/songs?after=edited").status_code == 404
    assert client.get("/albums?after=edited").status_code == 404


@pytest.mark.parametrize("order", ["", "?order=popular", "?order=recent", "?order=title"])
@pytest.mark.parametrize("path", ["/songs", "/artists/{artist}/songs"])
def test_list_goes_on_in_the_api_as_on_its_next_page(
    client: Client, make_track: MakeTrack, path: str, order: str
) -> None:
    """The page's script reads on in the API with the cursor that the page has for it."""
    for number in range(120):
        make_track(f"Song {number * 7 % 120:03}", plays=number % 5)
    address = path.format(artist=Artist.objects.get(name="Halcyon Pike").id)
    first = text(client, address + order)
    onward = re.search(r'data-onward="([^"]+)"', first)
    more = re.search(r'href="(\?[^"]*after=[^"]+)"', first)
    assert onward
    assert more
    told = client.get(unescape(onward[1])).json()
    assert told["next"] is None
    second = tracks_on(text(client, address + unescape(more[1])))
    assert len(second) == 50
    assert [track["id"] for track in told["results"]][:50] == [track["id"] for track in second]
    assert len({track["id"] for track in tracks_on(first) + told["results"]}) == 120


def test_alphabetical_list_begins_where_asked(client: Client, make_track: MakeTrack) -> None:
    for title in ("Ebb", "The Tide", "Überfahrt", "9 Lives", "夜行"):
        make_track(title)

    def titles(query: str) -> list[str]:
        return [track["title"] for track in tracks_on(text(client, f"/songs?order=title{query}"))]

    assert titles("") == ["9 Lives", "Ebb", "The Tide", "Überfahrt", "夜行"]
    assert titles("&from=t") == ["The Tide", "Überfahrt", "夜行"]
    assert titles("&from=T") == titles("&from=t")
    assert titles("&from=%7B") == ["夜行"]
    assert titles("&from=%00") == titles("")
    assert 'aria-current="true">T</a>' in text(client, "/songs?order=title&from=t")
    assert "letters" not in text(client, "/songs?from=t")


def test_unknown_order_is_the_usual_one_and_a_cursor_is_of_its_order(client: Client, make_track: MakeTrack) -> None:
    for number in range(60):
        make_track(f"Song {number}")
    assert tracks_on(text(client, "/songs?order=loudest")) == tracks_on(text(client, "/songs"))
    more = re.search(r'href="\?order=title&amp;after=([^"]+)"', text(client, "/songs?order=title"))
    assert more
    assert client.get(f"/songs?order=title&after={more[1]}").status_code == 200
    assert client.get(f"/songs?after={more[1]}").status_code == 404


def test_page_says_how_many_songs_there_are_where_it_begins_with_the_first(
    client: Client, make_track: MakeTrack
) -> None:
    for number in range(60):
        make_track(f"Song {number}")
    address = f"/artists/{Artist.objects.get(name='Halcyon Pike').id}/songs"
    assert 'data-count="60"' in text(client, address)
    assert 'data-count=""' in text(client, f"{address}?order=title&from=s")
