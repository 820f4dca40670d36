"""Drawn covers: the same picture from the same id, as SVG and as pixels, and the door to them."""

import io
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from catalog import drawn
from catalog.models import Album, Artist, Track

SVG = "{http://www.w3.org/2000/svg}"


def parsed(text: str | bytes) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 - our own


def test_an_id_always_gives_the_same_cover() -> None:
    assert drawn.svg("album-7", "SH") == drawn.svg("album-7", "SH")
    assert drawn.png("album-7", 64) == drawn.png("album-7", 64)


def test_neighbouring_ids_give_many_different_covers() -> None:
    assert len({drawn.svg(f"album-{n}") for n in range(100)}) > 80


@pytest.mark.parametrize("key", [f"album-{n}" for n in range(0, 60, 3)])
def test_svg_and_raster_hold_the_same_ground_and_shapes(key: str) -> None:
    root = parsed(drawn.svg(key))
    fills = {mark.attrib["fill"].lower() for mark in root}
    picture = Image.open(io.BytesIO(drawn.png(key, 80))).convert("RGB")
    painted = {f"#{red:02x}{green:02x}{blue:02x}" for _, (red, green, blue) in picture.getcolors(80 * 80)}
    assert picture.size == (80, 80)
    assert fills & painted >= {root.find(f"{SVG}rect").attrib["fill"].lower()}
    assert len(fills & painted) >= 2


def test_initials_stand_on_a_strip_and_are_escaped() -> None:
    root = parsed(drawn.svg("album-7", "<&"))
    assert root.find(f"{SVG}text").text == "<&"
    assert root.find(f"{SVG}text").attrib["fill"] in {drawn.INK, drawn.LIGHT}


def test_a_cover_without_initials_wears_no_strip() -> None:
    assert "<text" not in drawn.svg("album-7")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Slow Harbour Lights", "SH"),
        ("OHM/AMP", "OA"),
        ("N!ght Bus", "NB"),
        ("Łukasz Zieliński", "ŁZ"),
        ("夜のプール", "夜"),
        ("straße", "S"),
        ("ßa", "S"),
        ("...", ""),
        ("", ""),
    ],
)
def test_initials_are_of_the_first_two_words(name: str, letters: str) -> None:
    assert drawn.initials(name)[: len(letters) or 1] == letters
    assert len(drawn.initials(name)) <= 2


def test_cloth_is_drawn_for_every_genre() -> None:
    root = parsed(drawn.cloth_svg("cloth-ambient"))
    assert root.find(f"{SVG}pattern") is not None
    assert drawn.cloth_svg("cloth-ambient") != drawn.cloth_svg("cloth-jazz")


def test_the_door_answers_the_cover_of_album_artist_and_track(client: Client, make_track) -> None:
    track = make_track("Tideline", artist="Halcyon Pike", album="Slow Harbour Lights")
    album, artist = Album.objects.get(), Artist.objects.get()
    for kind, row_id, letters in (("album", album.id, "SH"), ("artist", artist.id, "HP"), ("track", track.id, "T")):
        answer = client.get(f"/drawn/{kind}/{row_id}.svg")
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("image/svg+xml")
        assert answer["Cache-Control"] == "public, max-age=86400"
        assert not answer.cookies
        assert parsed(answer.content).find(f"{SVG}text").text == letters


def test_the_door_answers_the_cloth_of_a_genre_of_any_script(client: Client, make_track) -> None:
    make_track(genres=("シティポップ",))
    answer = client.get("/drawn/genre/シティポップ.svg")
    assert answer.status_code == 200
    assert b"<pattern" in answer.content


def test_a_drawn_cover_costs_one_query(client: Client, make_track, django_assert_num_queries) -> None:
    track = make_track()
    with django_assert_num_queries(1):
        client.get(f"/drawn/track/{track.id}.svg")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["album/999", "artist/999", "track/999", "genre/none", "label/1", "album/x"])
def test_what_is_not_known_is_not_found(client: Client, address: str) -> None:
    assert client.get(f"/drawn/{address}.svg").status_code == 404


def test_a_track_that_is_not_out_yet_is_not_found(client: Client, make_track) -> None:
    track = make_track(release_at=timezone.now() + timedelta(days=1))
    assert client.get(f"/drawn/track/{track.id}.svg").status_code == 404
    Track.objects.filter(id=track.id).update(release_at=None)
    assert client.get(f"/drawn/track/{track.id}.svg").status_code == 200


def test_a_drawn_cover_takes_no_post(client: Client, make_track) -> None:
    assert client.post(f"/drawn/track/{make_track().id}.svg").status_code == 405
