"""What looks like one is found, shown side by side, and remembered where a curator says that it is two."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog import duplicates
from catalog.models import Artist, Distinct, Master

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Beatles", "Beatles"),
        ("Björk", "Bjork"),
        ("Bowie, David", "David Bowie"),
        ("Beatles, The", "The Beatles"),
        ("AC/DC", "ACDC"),
        ("Simon & Garfunkel", "Simon and Garfunkel"),
        ("Halcyon Pike feat. Guest", "Halcyon Pike"),
        ("ＢＪÖＲＫ", "björk"),
        ("!!!", "!!!"),
    ],
)
def test_names_of_one_artist_are_alike(one, other):
    assert duplicates.artist_key(one) == duplicates.artist_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Beatles", "Beetles"), ("Air", "Aïr Supply"), ("!!!", "???"), ("Peter, Paul and Mary", "Mary"), ("林", "森")],
)
def test_names_of_two_artists_are_not(one, other):
    assert duplicates.artist_key(one) != duplicates.artist_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lights", "Lights (Deluxe Edition)"),
        ("Lights [Remastered]", "Lights"),
        ("Lights (2011 Remaster) [Bonus]", "Lights"),
        ("Lights - Deluxe Edition", "Lights"),
        ("(What's the Story)", "(What’s the Story)"),
    ],
)
def test_editions_of_one_album_are_alike(one, other):
    assert duplicates.album_key("A", one) == duplicates.album_key("A", other)


@pytest.mark.parametrize(("one", "other"), [("Live", "Lights"), ("Vol. 1", "Vol. 2"), ("Deluxe", "Edition")])
def test_other_albums_are_not(one, other):
    assert duplicates.album_key("A", one) != duplicates.album_key("A", other)


def shown(desk, kind: str, **query) -> list[list[str]]:
    answer = desk.get(reverse("admin:catalog_duplicates"), {"kind": kind, **query})
    assert answer.status_code == 200
    return [[str(row) for row, _picture in rows] for _group, rows in answer.context["groups"]]


def test_artists_albums_and_tracks_are_shown_side_by_side(desk, make_track):
    make_track("Tideline", artist="The Halcyons", album="Lights", plays=5)
    make_track("Tideline", artist="Halcyons", album="Lights (Deluxe)", duration_ms=181_500)
    make_track("Tideline", artist="Halcyons", album="Lights (Deluxe)", duration_ms=290_000)
    make_track("Other", artist="Björk", album="Else")
    assert shown(desk, "artist") == [["The Halcyons", "Halcyons"]]
    assert shown(desk, "album") == [["Lights", "Lights (Deluxe)"]]
    assert shown(desk, "track") == [["Tideline", "Tideline"]]


def test_tracks_of_the_same_bytes_are_shown_whatever_their_titles(desk, make_track):
    make_track("One", album=None)
    make_track("Two", artist="Else", album=None)
    Master.objects.update(fingerprint="ab" * 32)
    assert [sorted(group) for group in shown(desk, "track")] == [["One", "Two"]]


def test_not_the_same_is_remembered(desk, make_track):
    for name in ("The Halcyons", "Halcyons"):
        make_track(artist=name, album=None)
    ids = list(Artist.objects.order_by("-id").values_list("id", flat=True))
    desk.post(reverse("admin:catalog_duplicates") + "?kind=artist", {"ids": ",".join(map(str, ids))})
    row = Distinct.objects.get()
    assert (row.kind, row.one_id, row.other_id) == ("artist", min(ids), max(ids))
    assert shown(desk, "artist") == []
    make_track(artist="Halcyons, The", album=None)
    assert len(shown(desk, "artist")[0]) == 3


def test_buttons_lead_to_the_merge(desk, make_track):
    for name in ("The Halcyons", "Halcyons"):
        make_track(artist=name, album=None)
    page = desk.get(reverse("admin:catalog_duplicates"))
    group = page.context["groups"][0][0]
    assert f"{reverse('admin:catalog_artist_merge')}?ids={group.ids}" in page.content.decode()


def test_pages_follow_each_other_without_loss(desk, make_track, monkeypatch):
    monkeypatch.setattr("catalog.admin.duplicates.PAGE", 2)
    monkeypatch.setattr(duplicates, "TITLES", 3)
    for number in range(5):
        for artist in ("The Halcyons", "Halcyons"):
            make_track(f"Song {number}", artist=artist, album=f"Album {number}")
    for kind, expected in (("album", 5), ("track", 5)):
        found, query = [], {}
        for _page in range(9):
            answer = desk.get(reverse("admin:catalog_duplicates"), {"kind": kind, **query})
            found += [str(rows[0][0]) for _group, rows in answer.context["groups"]]
            if not answer.context["more"]:
                break
            query = {"after": answer.context["more"].split("after=")[1].replace("+", " ")}
        assert len(found) == len(set(found)) == expected


def test_page_costs_the_same_whatever_its_length(desk, make_track, django_assert_num_queries):
    def grow(start: int, end: int) -> None:
        for number in range(start, end):
            for artist in (f"The Halcyons {number}", f"Halcyons {number}"):
                make_track(f"Song {number}", artist=artist, album=f"Album {number}")
            make_track(f"Song {number}", artist=f"Halcyons {number}", album=f"Album {number}")

    grow(0, 3)
    for kind in ("artist", "album", "track"):
        assert len(shown(desk, kind)) == 3
    costs = {}
    for kind in ("artist", "album", "track"):
        with CaptureQueriesContext(connection) as queries:
            shown(desk, kind)
        costs[kind] = len(queries)
    grow(3, 10)
    for kind, cost in costs.items():
        with django_assert_num_queries(cost):
            assert len(shown(desk, kind)) == 10


@pytest.mark.parametrize(
    "query", [{"kind": "moon"}, {"after": "x"}, {"after": "9" * 50}, {"kind": "track", "after": "\x00"}]
)
def test_wrong_address_is_no_accident(query, desk):
    assert desk.get(reverse("admin:catalog_duplicates"), query).status_code == 200
