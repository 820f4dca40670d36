"""Search over REST: whole objects, best first, and any text is a question."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog import search
from catalog.models import Artist, SearchChange, Track
from conftest import MakeTrack


@pytest.fixture
def song(make_track: MakeTrack) -> Track:
    make_track(title="Glass Weather", artist="Mira Vale", album="Night Ferry")
    track = make_track(title="Tideline", artist="Halcyon Pike", album="Slow Harbour Lights")
    search.index_pending()
    return track


def test_what_is_found_is_told_whole(client: Client, song: Track):
    halcyon = Artist.objects.get(name="Halcyon Pike")

    told = client.get("/api/v1/search", {"q": " halcyon pike "}).json()

    assert told["query"] == "halcyon pike"
    assert told["artists"][0] == {
        "id": halcyon.id,
        "name": "Halcyon Pike",
        "cover_url": None,
        "albums_count": 1,
        "tracks_count": 1,
    }
    assert client.get("/api/v1/search?q=tideline").json()["tracks"] == [client.get(f"/api/v1/tracks/{song.id}").json()]
    assert set(told) == {"query", "tracks", "artists", "albums", "corrected", "partial", "stage", "took_ms"}
    assert told["corrected"] == {}
    assert told["partial"] is False


def test_an_album_is_found_by_its_title(client: Client, song: Track):
    told = client.get("/api/v1/search?q=slow harbour lights&kinds=album").json()

    assert [album["id"] for album in told["albums"]] == [song.album_id]
    assert told["tracks"] == told["artists"] == []


def test_the_limit_is_of_each_kind(client: Client, make_track: MakeTrack):
    for n in range(12):
        make_track(title=f"Harbour {n}", artist=f"Harbour {n}", album=f"Harbour {n}")
    search.index_pending()

    assert [len(client.get("/api/v1/search?q=harbour").json()[kind]) for kind in ("tracks", "artists")] == [10, 10]
    few = client.get("/api/v1/search?q=harbour&limit=3").json()
    assert [len(few[kind]) for kind in ("tracks", "artists", "albums")] == [3, 3, 3]


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20%09", "?kinds=track"])
def test_nothing_to_look_for_finds_nothing(client: Client, song: Track, query: str):
    answer = client.get(f"/api/v1/search{query}")

    assert answer.status_code == 200
    assert answer.json()["query"] == ""
    assert all(answer.json()[kind] == [] for kind in ("tracks", "artists", "albums"))


@pytest.mark.parametrize(
    "q",
    [
        "x" * 10_000,
        "%_\\",
        "' OR 1=1--",
        "a & ! (",
        '"',
        "NEAR(a b)",
        "*",
        "title:tideline",
        "🎧🎶",
        "שלום עולם",
        "Z̵̢̛a̷l̴g̶o̷",
        "\ud800".encode("utf-8", "surrogatepass"),
        " ".join(f"w{n}" for n in range(500)),
    ],
)
def test_any_text_is_a_question(client: Client, song: Track, q: Any):
    answer = client.get("/api/v1/search", {"q": q})

    assert answer.status_code == 200
    assert len(answer.json()["query"]) <= 256


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("q", "tide\0line"),
        ("kinds", "song"),
        ("kinds", ""),
        ("kinds", "track,,album"),
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "many"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(client: Client, song: Track, name: str, value: str):
    answer = client.get("/api/v1/search", {"q": "tideline", name: value})

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == [name]


def test_unreleased_tracks_are_not_found(client: Client, make_track: MakeTrack):
    make_track(title="Tideline", release_at=timezone.now() + timedelta(days=1))
    search.index_pending()

    assert client.get("/api/v1/search?q=tideline").json()["tracks"] == []


def test_a_copy_is_confirmed_without_a_search(client: Client, song: Track, django_assert_num_queries: Any):
    etag = client.get("/api/v1/search?q=tideline")["ETag"]

    with django_assert_num_queries(1):
        answer = client.get("/api/v1/search?q=tideline", headers={"If-None-Match": etag})

    assert answer.status_code == 304


def test_an_answer_from_an_index_that_lags_is_never_confirmed(client: Client, song: Track, make_track: MakeTrack):
    """A track was published and its search asked at once: the answer without it was confirmed for a quarter hour."""
    make_track(title="Tideline Reprise", artist="Halcyon Pike")
    assert SearchChange.objects.exists()

    early = client.get("/api/v1/search?q=tideline")
    search.index_pending()
    late = client.get("/api/v1/search?q=tideline")

    assert "ETag" not in early
    assert early["Cache-Control"].startswith("public, max-age=")
    assert (len(early.json()["tracks"]), len(late.json()["tracks"])) == (1, 2)
    assert "ETag" in late
