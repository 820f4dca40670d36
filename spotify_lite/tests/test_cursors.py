"""Cursors: what was signed for a list comes back for it, and nothing else does."""

from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import exceptions

from spotify_lite import cursors

KEY = [127, 12_345]


def test_a_key_comes_back_for_its_own_list():
    assert cursors.read(cursors.sign(KEY, scope="/tracks"), scope="/tracks") == KEY


@given(st.lists(st.integers() | st.text() | st.none(), max_size=4))
def test_any_key_comes_back(key: list[Any]):
    cursor = cursors.sign(key, scope="/tracks")

    assert cursors.read(cursor, scope="/tracks") == key


def test_the_longest_title_fits_into_an_address():
    key = [chr(0x10000 + place) for place in range(256)]

    assert len(cursors.sign(["".join(key), (1 << 34) - 1], scope="/tracks")) < cursors.LONGEST


def test_a_cursor_of_another_list_is_refused():
    cursor = cursors.sign(KEY, scope="/tracks?order=popular")

    with pytest.raises(cursors.CursorError):
        cursors.read(cursor, scope="/tracks?order=title")


@given(st.data())
def test_an_edited_or_cut_cursor_is_refused(data: st.DataObject):
    cursor = cursors.sign(KEY, scope="/tracks")
    place = data.draw(st.integers(0, len(cursor) - 1))
    edited = cursor[:place] + data.draw(st.characters().filter(lambda c: c != cursor[place])) + cursor[place + 1 :]

    for broken in (edited, cursor[:place]):
        with pytest.raises(cursors.CursorError):
            cursors.read(broken, scope="/tracks")


@pytest.mark.parametrize("cursor", ["", "~", "x" * 100_000, "\0", "~~~", ".e~x"])
def test_nonsense_is_refused(cursor: str):
    with pytest.raises(cursors.CursorError):
        cursors.read(cursor, scope="/tracks")


@pytest.mark.parametrize(("given", "limit"), [("1", 1), ("100", 100), ("101", 100), ("9" * 5000, 100), ("007", 7)])
def test_a_limit_is_clipped_to_a_hundred(given: str, limit: int):
    assert cursors.limit_of(RequestFactory().get("/", {"limit": given})) == limit


@pytest.mark.parametrize("given", ["0", "00", "-1", "", "abc", "1.5", "1e3", "٣", " 5", "+5", "1_0", "\0"])
def test_a_limit_that_is_no_number_from_one_up_is_refused(given: str):
    with pytest.raises(exceptions.ValidationError):
        cursors.limit_of(RequestFactory().get("/", {"limit": given}))


def test_the_next_page_is_asked_for_with_the_same_filters():
    request = RequestFactory().get("/tracks", {"genre": "hip-hop & soul", "limit": "7", "unknown": "1"})
    page = cursors.page(request, filters={"genre": "hip-hop & soul", "artist": None})

    url = page.next_url("http://radio.example", KEY)
    assert url is not None
    assert url.startswith("http://radio.example/tracks?genre=hip-hop+%26+soul&limit=7&cursor=")
    following = cursors.page(RequestFactory().get(url), filters={"genre": "hip-hop & soul"})
    assert following.after == KEY
    assert page.next_url("http://radio.example", None) is None


def test_a_listeners_cursor_is_nobody_elses():
    url = cursors.page(RequestFactory().get("/me/continue"), owner=1).next_url("http://radio.example", KEY)

    assert cursors.page(RequestFactory().get(url), owner=1).after == KEY
    for other in (2, None):
        with pytest.raises(exceptions.ValidationError):
            cursors.page(RequestFactory().get(url), owner=other)
