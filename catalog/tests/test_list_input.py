"""Whatever a list is asked, it answers a page or says what does not fit: never an error of ours."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from catalog.models import Artist
from conftest import MakeTrack
from spotify_lite import cursors

PAGES = ("songs", "albums", "genres/ambient", "artists/{artist}/songs", "artists/{artist}/albums")
WRONG = (
    "",
    "0",
    "-1",
    "1e9",
    "abc",
    "9" * 40,
    "99999999999",
    str(1 << 63),
    "1.5",
    "٣",
    "\0",
    "' OR 1=1--",
    "%00",
    "[]",
)
REFUSED = {
    "limit": (*WRONG[:5], "1.5", "٣", "\x00"),
    "cursor": (*WRONG, "a" * 9_000, "W10~x", "~", "eyJ9~" + "A" * 43, "😀"),
    "artist": WRONG,
    "album": WRONG,
    "year": (*WRONG, "10000", "-2000"),
    "genre": ("", "\0", "x" * 101),
    "order": ("", "x", "POPULAR", "-id", "popular,title", "\0"),
}
OF = {
    "tracks": ("artist", "album", "genre", "year", "order"),
    "albums": ("artist", "genre", "year", "order"),
    **dict.fromkeys(("artists", "genres", "me/continue"), ()),
}


def questions() -> Iterator[tuple[str, str, str]]:
    for name, own in OF.items():
        for parameter in (*own, "limit", "cursor"):
            yield from ((name, parameter, value) for value in REFUSED[parameter])


@pytest.fixture
def reader(client: Client, listener: Any, make_track: MakeTrack) -> Client:
    for number in range(5):
        make_track(f"Song {number}", year=2000)
    client.force_login(listener)
    return client


def test_what_does_not_fit_is_refused_by_name_on_every_list(reader: Client):
    wrong = []
    for name, parameter, value in questions():
        answer = reader.get(f"/api/v1/{name}", {parameter: value})
        fits = answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"
        if not (fits and list(answer.json()["errors"]) == [parameter]):
            wrong.append((name, parameter, value, answer.status_code))
    assert not wrong


def test_what_fits_and_nothing_has_is_an_empty_page(reader: Client):
    for query in (
        f"artist={(1 << 34) - 1}",
        f"album={(1 << 34) - 1}",
        "genre=none",
        "year=1",
        "year=9999&genre=ambient",
    ):
        for order in ("popular", "recent", "title"):
            assert reader.get(f"/api/v1/tracks?{query}&order={order}").json() == {"next": None, "results": []}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_whose_cursor_is_not_its_own_is_not_found(reader: Client, path: str):
    address = "/" + path.format(artist=Artist.objects.get().id)
    assert reader.get(address).status_code == 200
    for value in (*REFUSED["cursor"], cursors.sign([1, 2], scope="/elsewhere")):
        assert reader.get(address, {"after": value}).status_code == 404, value


def test_cursor_of_an_older_version_is_refused_and_not_misread(reader: Client):
    """A key of another sort, with a true signature, once reached the query as it was: the answer was an error."""
    old = signing.Signer(salt="spotify_lite.cursors /api/v1/tracks?order=recent#", sep="~")
    cursor = old.sign_object(["2026-03-01T00:00:00+00:00", 7], compress=True)

    answer = reader.get("/api/v1/tracks", {"order": "recent", "cursor": cursor})

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["cursor"]


@pytest.mark.parametrize("order", ["popular", "recent", "title"])
def test_cursor_of_one_list_is_refused_by_all_others(reader: Client, order: str):
    follow = reader.get("/api/v1/tracks", {"order": order, "limit": 2}).json()["next"]
    cursor = follow.rpartition("cursor=")[2]
    for name in ("albums", "artists", "genres", "me/continue", "tracks?year=2000", "tracks?order=title&artist=1"):
        address = f"/api/v1/{name}{'&' if '?' in name else '?'}cursor={cursor}"
        assert reader.get(address).status_code == 400, address
