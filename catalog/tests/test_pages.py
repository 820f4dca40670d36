"""The pages as a browser without JavaScript sees them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from catalog import derived, search
from catalog.models import Album, Artist, Cover, Genre, Track
from catalog.tests.reading import text, tracks_on
from conftest import MakeTrack

SCRIPT = "<script>alert(1)</script>"


def every_page(song: Track) -> list[str]:
    artist = Artist.objects.get(name="Halcyon Pike") if song.artist == "Halcyon Pike" else Artist.objects.first()
    return [
        "/",
        "/search",
        "/search?q=tide",
        f"/artists/{artist.id}",
        f"/artists/{artist.id}/songs",
        f"/artists/{artist.id}/albums",
        "/songs",
        "/albums",
        f"/albums/{song.album_id}",
        f"/tracks/{song.id}",
        "/genres",
        f"/genres/{Genre.objects.first().slug}",
        "/settings",
    ]


def test_home_shows_what_is_popular_and_new(client: Client, song: Track) -> None:
    page = text(client, "/")
    assert tracks_on(page)[0]["title"] == "Tideline"
    assert f'href="/albums/{song.album_id}"' in page
    assert 'href="/genres/ambient"' in page


def test_press_of_play_needs_no_further_call(client: Client, song: Track) -> None:
    """The row carries the signed address of the audio, and what the player shows."""
    told = tracks_on(text(client, f"/albums/{song.album_id}"))[0]
    assert re.fullmatch(r"http://testserver/media/\w\w/\w{64}\.mp3\?exp=\d+&kid=\w+&sig=\w{64}", told["audio_url"])
    assert told["id"] == song.id
    assert told["duration_ms"] == 180_000
    assert told["album"] == {"id": song.album_id, "title": "Slow Harbour Lights"}
    assert [person["name"] for person in told["artists"]] == ["Halcyon Pike", "青木なつみ"]


def test_pages_with_signed_addresses_stay_out_of_shared_caches(client: Client, song: Track) -> None:
    for path in every_page(song):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer["Cache-Control"] == "private, no-cache", path
        assert not answer.cookies or path == "/settings", path  # its forms need the CSRF cookie


def test_empty_catalog_says_how_to_add_music(client: Client, db: None) -> None:
    page = text(client, "/")
    assert "make run MUSIC=your-folder" in page
    assert "data-continue" not in page


def test_first_start_says_that_music_is_on_its_way(client: Client, db: None, settings: Any) -> None:
    settings.DEMO_PENDING.touch()
    answer = client.get("/")
    assert "appears here by itself" in answer.content.decode()
    assert answer["Refresh"] == "5"


def test_script_in_a_name_stays_text_on_every_page(client: Client, make_track: MakeTrack) -> None:
    song = make_track(SCRIPT, artist=SCRIPT, album=SCRIPT, genres=(SCRIPT,))
    while search.index_pending():
        pass
    pages = [*every_page(song), "/search?q=script", "/search?q=" + SCRIPT, "/search?q=" + '"><u>']
    for path in pages:
        page = text(client, path)
        assert "<script>alert" not in page, path
        assert '"><u>' not in page, path
    assert tracks_on(text(client, f"/tracks/{song.id}"))[0]["title"] == SCRIPT


def test_artist_shows_songs_albums_and_the_albums_of_others(client: Client, make_track: MakeTrack) -> None:
    make_track("Own", artist="Halcyon Pike", album="Mine", year=2020)
    make_track("Guest", artist="OHM/AMP", featured=("Halcyon Pike",), album="Theirs")
    page = text(client, f"/artists/{Artist.objects.get(name='Halcyon Pike').id}")
    assert {told["title"] for told in tracks_on(page)} == {"Own", "Guest"}
    own, also = page.index("Mine"), page.index('id="also-on"')
    assert own < also < page.rindex("Theirs")


def test_album_heads_its_discs_and_keeps_their_order(client: Client, make_track: MakeTrack) -> None:
    make_track("Second", disc_number=2, track_number=1)
    make_track("First B", disc_number=1, track_number=2)
    song = make_track("First A", disc_number=1, track_number=1)
    page = text(client, f"/albums/{song.album_id}")
    assert [told["title"] for told in tracks_on(page)] == ["First A", "First B", "Second"]
    assert "Disc 1" in page
    assert "Disc 2" in page


def test_album_names_an_artist_only_where_they_differ(client: Client, make_track: MakeTrack) -> None:
    make_track("Solo", artist="Halcyon Pike")
    song = make_track("Duet", artist="Halcyon Pike", featured=("OHM/AMP",))
    Track.objects.filter(id=song.id).update(artist="Halcyon Pike feat. OHM/AMP")
    derived.refresh_cards([song.id])
    page = text(client, f"/albums/{song.album_id}")
    assert page.count('class="sub cut"') == 1
    assert "<bdi>Halcyon Pike feat. OHM/AMP</bdi>" in page


def test_cover_of_an_album_is_sharp_and_tints_its_page(client: Client, make_track: MakeTrack) -> None:
    song = make_track()
    key = "ab" * 32
    Cover.objects.create(key=key, tint="plum", created_at=timezone.now())
    Album.objects.update(cover_key=key)
    derived.refresh_cards([song.id])
    page = text(client, f"/albums/{song.album_id}")
    assert f'src="/covers/ab/{key}/320.webp" srcset="/covers/ab/{key}/640.webp 2x"' in page
    assert 'class="head" data-tint="plum"' in page
    assert tracks_on(page)[0]["cover_url"] == f"http://testserver/covers/ab/{key}/320.webp"


def test_track_page_credits_everybody(client: Client, song: Track) -> None:
    page = text(client, f"/tracks/{song.id}")
    assert "<bdi>青木なつみ</bdi>" in page
    assert 'href="/genres/jazz"' in page


def test_track_without_audio_is_listed_but_not_playable(client: Client, make_track: MakeTrack) -> None:
    song = make_track("Silent", playable=False)
    page = text(client, f"/albums/{song.album_id}")
    assert "Silent" in page
    assert tracks_on(page) == []
    assert "Not playable yet" in page


def test_unlisted_and_unknown_look_the_same(client: Client, song: Track) -> None:
    Track.objects.update(release_at=timezone.now() + timedelta(days=1))
    derived.refresh_albums([song.album_id], at=timezone.now())
    derived.refresh_artists(list(Artist.objects.values_list("id", flat=True)), at=timezone.now())
    derived.refresh_genres(list(Genre.objects.values_list("id", flat=True)), at=timezone.now())
    artist = Artist.objects.get(name="Halcyon Pike")
    for path in (f"/tracks/{song.id}", f"/albums/{song.album_id}", f"/artists/{artist.id}", "/genres/ambient"):
        assert client.get(path).status_code == 404, path
    for path in ("/tracks/999", "/albums/999", "/artists/999", "/genres/none", f"/tracks/{2**40}", f"/albums/{2**70}"):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "Nothing here" in answer.content.decode()
    assert "Tideline" not in text(client, "/")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_pages_are_only_read(client: Client, db: None, method: str) -> None:
    assert getattr(client, method)("/").status_code == 405


def test_pages_ask_for_a_sign_in_where_guests_may_not_listen(
    client: Client, song: Track, listener: User, settings: Any
) -> None:
    settings.GUESTS = False
    answer = client.get("/search?q=tide")
    assert answer.status_code == 302
    assert answer["Location"] == "/login?next=/search%3Fq%3Dtide"
    client.force_login(listener)
    assert client.get("/search?q=tide").status_code == 200


def test_listener_sees_their_name_and_a_way_out(client: Client, db: None, listener: User) -> None:
    client.force_login(listener)
    page = text(client, "/settings")
    assert "listener" in page
    assert 'action="/logout"' in page


def test_pages_have_no_inline_script_style_or_handler(client: Client, song: Track) -> None:
    """The content policy forbids them, so they would silently not work."""
    for path in [*every_page(song), "/login", "/signup"]:
        page = text(client, path)
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
        assert "<style" not in page, path
        assert not re.search(r"<[^>]*\s(style|on\w+)=", page), path


@pytest.mark.parametrize("rows", [3, 10])
@pytest.mark.parametrize(
    "page",
    [
        ("/", 3),
        ("/artists/{artist}", 5),
        ("/artists/{artist}/songs", 3),
        ("/albums/{album}", 3),
        ("/tracks/{track}", 1),
        ("/genres", 1),
        ("/genres/ambient", 5),
        ("/songs", 1),
        ("/albums", 2),
        ("/artists/{artist}/albums", 3),
        ("/settings", 0),
    ],
)
def test_pages_take_as_many_queries_for_ten_rows_as_for_three(
    client: Client,
    make_track: MakeTrack,
    django_assert_num_queries: Callable[[int], Any],
    rows: int,
    page: tuple[str, int],
) -> None:
    path, queries = page
    song = None
    for number in range(rows):
        song = make_track(f"Song {number}", album=f"Album {number // 2}", genres=("Ambient", f"Genre {number}"))
        make_track(f"Elsewhere {number}", artist=f"Other {number}", featured=("Halcyon Pike",), album=f"Far {number}")
    assert song
    artist = Artist.objects.get(name="Halcyon Pike")
    address = path.format(artist=artist.id, album=song.album_id, track=song.id)
    text(client, address)
    with django_assert_num_queries(queries):
        text(client, address)


def test_songs_are_popular_once_they_were_played(client, make_track):
    make_track("Ebb")
    assert "Popular" not in client.get("/").content.decode()
    make_track("Tideline", plays=3)
    page = client.get("/").content.decode()
    assert ">Popular<" in page
    assert page.index("Tideline") < page.index("Ebb")


def test_genre_shows_whom_and_what_it_is_from(client: Client, song: Track) -> None:
    page = text(client, "/genres/ambient")
    assert page.index('id="songs"') < page.index('id="artists"') < page.index('id="albums"')
    assert re.search(r'class="head cloth" data-tint="\w+"', page)


def test_album_names_its_genres_and_when_it_came(client: Client, make_track: MakeTrack) -> None:
    song = make_track(genres=("Ambient", "R&B"))
    Album.objects.update(created_at=datetime(2025, 3, 14, 12, tzinfo=UTC))
    page = text(client, f"/albums/{song.album_id}")
    assert "<bdi>R&amp;B</bdi>" in page
    assert "Added March 14, 2025" in page
    client.cookies["django_language"] = "de"
    assert "14. März 2025" in text(client, f"/albums/{song.album_id}")


def test_numbers_are_written_as_the_language_writes_them(client: Client, song: Track) -> None:
    Artist.objects.update(tracks_count=1204)
    page = text(client, f"/artists/{Artist.objects.get(name='Halcyon Pike').id}")
    assert "1,204 songs" in page
    client.cookies["django_language"] = "de"
    assert "1.204" in text(client, f"/artists/{Artist.objects.get(name='Halcyon Pike').id}")


def test_every_page_has_a_title_a_description_and_one_address(client: Client, song: Track) -> None:
    titles = []
    for path in every_page(song):
        page = text(client, path + ("&" if "?" in path else "?") + "utm=1")
        titles += re.findall(r"<title>([^<]+) · Spotify Lite</title>", page)
        assert f'<link rel="canonical" href="http://testserver{path.split("?")[0]}">' in page, path
        assert re.search(r'<meta name="description"\s+content="[^"]+"', page), path
        assert len(re.findall(r"<h1[ >]", page)) == 1, path
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), path
    assert len(titles) == len(set(titles)) == len(every_page(song))
