"""Tracks, artists, albums and genres over REST: their JSON, what they cost, and who may read them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from catalog import derived
from catalog.models import Album, Artist, Track
from conftest import MakeTrack
from spotify_lite.places import Edge

COVER = "c" * 64


@pytest.fixture
def song(make_track: MakeTrack) -> Track:
    track = make_track(
        featured=("Mira Vale",),
        genres=("Ambient", "Hip-Hop/Rap"),
        disc_number=2,
        track_number=3,
        plays=41,
        gain_db=-6.5,
        explicit=True,
    )
    Album.objects.update(cover_key=COVER)
    derived.refresh_cards([track.id])
    derived.refresh_artists(Artist.objects.values_list("id", flat=True), at=timezone.now())
    track.refresh_from_db()
    return track


def test_a_track_is_told_as_the_contract_says(client: Client, song: Track):
    halcyon, mira = Artist.objects.get(name="Halcyon Pike"), Artist.objects.get(name="Mira Vale")

    told = client.get(f"/api/v1/tracks/{song.id}").json()

    audio_url = told.pop("audio_url")
    expires_at = told["audio"].pop("expires_at")
    key = song.card["audio"][0]["key"]
    assert audio_url.startswith(f"http://testserver/media/{key[:2]}/{key}.mp3?exp=")
    assert expires_at.endswith("Z")
    assert told == {
        "id": song.id,
        "title": "Tideline",
        "artist": "Halcyon Pike",
        "artists": [
            {"id": halcyon.id, "name": "Halcyon Pike", "role": "main"},
            {"id": mira.id, "name": "Mira Vale", "role": "featured"},
        ],
        "album": {"id": song.album_id, "title": "Slow Harbour Lights"},
        "genre": "Ambient",
        "genres": ["Ambient", "Hip-Hop/Rap"],
        "disc_number": 2,
        "track_number": 3,
        "year": None,
        "duration_ms": 180_000,
        "cover_url": f"http://testserver/covers/cc/{COVER}/320.webp",
        "audio": {
            "mime": "audio/mpeg",
            "bitrate": 128,
            "bytes": 9,
            "gain_db": -6.5,
            "album_gain_db": None,
            "fallback_urls": [],
        },
        "hls_url": None,
        "dash_url": None,
        "explicit": True,
        "plays": 41,
    }


def test_a_track_without_album_genre_cover_or_audio_says_null(client: Client, make_track: MakeTrack):
    track = make_track(album=None, genres=(), playable=False)

    told = client.get(f"/api/v1/tracks/{track.id}").json()

    for name in ("album", "genre", "cover_url", "audio_url", "audio", "track_number"):
        assert told[name] is None, name
    assert told["genres"] == []


def test_an_artist_is_told_with_albums_and_top_tracks(client: Client, song: Track, make_track: MakeTrack):
    more = make_track(title="Undertow", album="Night Ferry", year=2025, plays=900)
    halcyon = Artist.objects.get(name="Halcyon Pike")

    told = client.get(f"/api/v1/artists/{halcyon.id}").json()

    assert [album["title"] for album in told.pop("albums")] == ["Night Ferry", "Slow Harbour Lights"]
    assert [track["id"] for track in told.pop("top_tracks")] == [more.id, song.id]
    assert told == {
        "id": halcyon.id,
        "name": "Halcyon Pike",
        "cover_url": f"http://testserver/covers/cc/{COVER}/320.webp",
        "albums_count": 2,
        "tracks_count": 2,
    }


def test_an_album_is_told_with_its_tracks_in_order(client: Client, song: Track, make_track: MakeTrack):
    opener = make_track(title="Opener", track_number=1)
    halcyon = Artist.objects.get(name="Halcyon Pike")

    told = client.get(f"/api/v1/albums/{song.album_id}").json()

    assert [track["id"] for track in told.pop("tracks")] == [opener.id, song.id]
    assert told == {
        "id": song.album_id,
        "title": "Slow Harbour Lights",
        "artist": "Halcyon Pike",
        "artists": [{"id": halcyon.id, "name": "Halcyon Pike"}],
        "year": None,
        "cover_url": f"http://testserver/covers/cc/{COVER}/320.webp",
        "tracks_count": 2,
        "duration_ms": 360_000,
    }


def test_genres_are_told_by_name(client: Client, song: Track):
    assert client.get("/api/v1/genres").json() == {
        "next": None,
        "results": [
            {"slug": "ambient", "name": "Ambient", "tracks_count": 1},
            {"slug": "hip-hop-rap", "name": "Hip-Hop/Rap", "tracks_count": 1},
        ],
    }


def test_lists_hold_the_same_objects_as_details(client: Client, song: Track):
    for kind, row_id in (("tracks", song.id), ("albums", song.album_id)):
        (listed,) = client.get(f"/api/v1/{kind}").json()["results"]
        detail = client.get(f"/api/v1/{kind}/{row_id}").json()
        assert listed == {name: detail[name] for name in listed}
    assert [row["name"] for row in client.get("/api/v1/artists").json()["results"]] == ["Halcyon Pike", "Mira Vale"]


@pytest.mark.parametrize(
    "hidden", [{"published": False}, {"available": False}, {"release_at": timezone.now() + timedelta(days=1)}]
)
def test_what_is_not_listed_is_not_found(client: Client, make_track: MakeTrack, hidden: dict[str, Any]):
    track = make_track(**hidden)

    absent = client.get("/api/v1/tracks/999999")
    for path in (f"tracks/{track.id}", f"albums/{track.album_id}", f"artists/{Artist.objects.get().id}"):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["Cache-Control"] == "no-store"
        assert answer.content == absent.content
    for kind in ("tracks", "albums", "artists", "genres"):
        assert client.get(f"/api/v1/{kind}").json() == {"next": None, "results": []}


@pytest.mark.parametrize(
    "row_id",
    ["0", "-1", "17179869184", "99999999999", "9" * 40, str(1 << 63), "abc", "1.5", "٣", "%00", "%2e%2e", "01", "1/"],
)
@pytest.mark.parametrize("kind", ["tracks", "artists", "albums"])
def test_an_id_that_cannot_be_is_not_found(client: Client, db: None, kind: str, row_id: str):
    answer = client.get(f"/api/v1/{kind}/{row_id}")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 404


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("tracks", 2),
        ("tracks?order=recent", 2),
        ("tracks?artist={artist}", 3),
        ("tracks?album={album}", 2),
        ("tracks?genre=ambient&order=title", 4),
        ("tracks/{track}", 1),
        ("artists", 2),
        ("artists/{artist}", 4),
        ("albums", 2),
        ("albums?genre=ambient", 3),
        ("albums/{album}", 2),
        ("genres", 2),
    ],
)
def test_three_rows_and_ten_cost_the_same_few_queries(
    client: Client, make_track: MakeTrack, django_assert_num_queries: Any, path: str, queries: int
):
    for number in range(10):
        track = make_track(title=f"Song {number}", album=f"Album {number % 5}", featured=(f"Guest {number}",))
        address = path.format(track=track.id, album=track.album_id, artist=Artist.objects.get(name="Halcyon Pike").id)
        if number in {2, 9}:
            client.get("/api/v1/genres")  # the process learns the next release, once a version of the catalog
            with django_assert_num_queries(queries):
                assert client.get(f"/api/v1/{address}").status_code == 200


def test_a_bad_token_is_refused_even_where_guests_may_listen(client: Client, song: Track):
    for value in ("Token nonsense", "Token " + "a" * 43, "Token"):
        answer = client.get("/api/v1/tracks", headers={"Authorization": value})
        assert answer.status_code == 401
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["WWW-Authenticate"] == "Token"
        assert answer["Cache-Control"] == "no-store"


def test_where_guests_may_not_listen_a_login_is_needed(client: Client, song: Track, listener: User, settings: Any):
    settings.GUESTS = False
    paths = ("search?q=a", "tracks", f"tracks/{song.id}", "artists", "albums", f"albums/{song.album_id}", "genres")

    for path in paths:
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Token"
    client.force_login(listener)
    for path in paths:
        assert client.get(f"/api/v1/{path}").status_code == 200


@pytest.mark.parametrize("guests", [True, False])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_other_methods_are_refused_with_those_that_are_allowed(
    client: Client, db: None, settings: Any, method: str, guests: bool
):
    settings.GUESTS = guests

    answer = getattr(client, method)("/api/v1/tracks")

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, OPTIONS"
    assert answer["Content-Type"] == "application/problem+json"


def test_options_names_the_methods_and_head_has_no_body(client: Client, song: Track):
    options = client.options("/api/v1/tracks")
    assert (options.status_code, options["Allow"], options.content) == (204, "GET, HEAD, OPTIONS", b"")

    head, get = client.head(f"/api/v1/tracks/{song.id}"), client.get(f"/api/v1/tracks/{song.id}")
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == get["ETag"]


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*;q=0.1", "nonsense"])
def test_the_answer_is_json_whatever_is_accepted(client: Client, song: Track, accept: str):
    answer = client.get("/api/v1/tracks", headers={"Accept": accept})

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"


def test_no_foreign_origin_may_read(client: Client, song: Track):
    for origin in ("null", "https://evil.example"):
        answer = client.get("/api/v1/tracks", headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in answer


def test_addresses_are_on_the_configured_origin(client: Client, song: Track, settings: Any):
    settings.PUBLIC_URL = "https://radio.example"
    told = client.get("/api/v1/tracks?limit=1").json()["results"][0]
    assert told["cover_url"].startswith("https://radio.example/covers/")
    assert told["audio_url"].startswith("https://radio.example/media/")

    settings.EDGES, settings.COLD = (Edge("one", "local", "https://edge.example"),), "edge"
    told = client.get("/api/v1/tracks?limit=1").json()["results"][0]
    assert told["cover_url"].startswith("https://edge.example/covers/")
    assert told["audio_url"].startswith("https://edge.example/media/")
