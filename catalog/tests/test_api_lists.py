"""Paging and filtering over REST: every row once, and what does not fit is refused by name."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from catalog.models import Artist, Track
from conftest import MakeTrack


@pytest.fixture
def shelf(make_track: MakeTrack) -> list[Track]:
    return [
        make_track(title=f"Song {n}", artist=f"Artist {n % 3}", album=f"Album {n % 3}", year=2000 + n % 2, plays=n % 4)
        for n in range(7)
    ]


def pages(client: Client, url: str | None) -> list[list[dict[str, Any]]]:
    found = []
    while url:
        answer = client.get(url)
        assert answer.status_code == 200
        url = answer.json()["next"]
        found.append(answer.json()["results"])
    return found


@pytest.mark.parametrize("order", ["popular", "recent", "title"])
def test_pages_follow_each_other_to_the_end(client: Client, shelf: list[Track], order: str):
    found = pages(client, f"/api/v1/tracks?order={order}&limit=3")

    assert [len(page) for page in found] == [3, 3, 1]
    whole = client.get(f"/api/v1/tracks?order={order}").json()
    assert whole["next"] is None
    assert [track["id"] for page in found for track in page] == [track["id"] for track in whole["results"]]


def test_filters_hold_on_every_page(client: Client, shelf: list[Track]):
    artist = Artist.objects.get(name="Artist 0")

    found = pages(client, f"/api/v1/tracks?artist={artist.id}&year=2000&genre=ambient&limit=1")

    assert {track["id"] for page in found for track in page} == {shelf[0].id, shelf[6].id}


@pytest.mark.parametrize("kind", ["artists", "albums", "genres"])
def test_the_other_lists_are_paged_too(client: Client, make_track: MakeTrack, kind: str):
    for n in range(3):
        make_track(artist=f"Artist {n}", album=f"Album {n}", genres=(f"Genre {n}",))

    found = pages(client, f"/api/v1/{kind}?limit=1")

    assert [len(page) for page in found] == [1, 1, 1]
    assert len({str(row) for page in found for row in page}) == 3


def test_a_row_that_comes_while_paging_moves_no_other(client: Client, make_track: MakeTrack):
    old = [make_track(title=f"Old {n}", plays=1) for n in range(4)]
    first = client.get("/api/v1/tracks?limit=2").json()
    make_track(title="New and loved", plays=1_000_000)

    rest = client.get(first["next"]).json()

    assert [track["id"] for track in first["results"] + rest["results"]] == [track.id for track in old]


@pytest.mark.parametrize("kind", ["tracks", "artists", "albums", "genres"])
@pytest.mark.parametrize("limit", ["0", "-1", "abc", "", "1.5"])
def test_a_limit_that_does_not_fit_is_refused(client: Client, db: None, kind: str, limit: str):
    answer = client.get(f"/api/v1/{kind}", {"limit": limit})

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    assert list(answer.json()["errors"]) == ["limit"]


def test_a_limit_over_a_hundred_is_clipped(client: Client, make_track: MakeTrack):
    for n in range(101):
        make_track(title=f"Song {n}", playable=False)

    assert len(client.get("/api/v1/tracks?limit=1000000000").json()["results"]) == 100
    assert len(client.get("/api/v1/tracks").json()["results"]) == 50


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(name, value) for name in ("artist", "album") for value in ("0", "-1", "x", "", "17179869184", "9" * 5000)],
        *[("year", value) for value in ("0", "x", "10000", "-2000", "")],
        *[("genre", value) for value in ("", "a\0b", "x" * 101)],
        *[("order", value) for value in ("", "plays", "POPULAR", "title,recent")],
    ],
)
def test_a_filter_that_does_not_fit_is_refused_by_name(client: Client, db: None, name: str, value: str):
    answer = client.get("/api/v1/tracks", {name: value})

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [name]


@pytest.mark.parametrize("query", ["artist=999", "album=999", "genre=polka", "year=1805", "genre=%27%20OR%201=1--"])
def test_a_filter_that_nothing_has_finds_nothing(client: Client, shelf: list[Track], query: str):
    assert client.get(f"/api/v1/tracks?{query}").json() == {"next": None, "results": []}


def test_a_cursor_that_is_not_of_this_list_is_refused(client: Client, shelf: list[Track]):
    url = client.get("/api/v1/tracks?limit=2").json()["next"]
    cursor = url.rpartition("cursor=")[2]

    for address in (
        url.replace("limit=2", "limit=2&order=title"),
        url.replace("limit=2", "limit=2&artist=1"),
        url.replace("/tracks", "/artists"),
        url[:-1],
        url + "x",
        "/api/v1/tracks?cursor=",
        "/api/v1/tracks?" + urlencode({"cursor": "\0"}),
    ):
        answer = client.get(address)
        assert answer.status_code == 400, address
        assert list(answer.json()["errors"]) == ["cursor"]
    assert client.get(f"/api/v1/tracks?limit=5&cursor={cursor}").status_code == 200  # another limit is the same list
