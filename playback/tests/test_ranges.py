"""Range, If-Range and If-None-Match as RFC 9110 has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback import ranges
from playback.ranges import NotModified, Part, Unsatisfiable, Whole

ETAG = '"abc"'


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", Part(0, 1)),
        ("bytes=0-", Part(0, 100)),
        ("bytes=5-", Part(5, 100)),
        ("bytes=10-19", Part(10, 20)),
        ("bytes=99-", Part(99, 100)),
        ("bytes=50-999", Part(50, 100)),
        ("bytes=50-99999999999999999999999999999", Part(50, 100)),
        ("bytes=-1", Part(99, 100)),
        ("bytes=-100", Part(0, 100)),
        ("bytes=-1000", Part(0, 100)),
        ("bytes=00000000000000000000000000000007-8", Part(7, 9)),
        ("Bytes=0-0", Part(0, 1)),
        ("bytes= 0-0 ", Part(0, 1)),
        ("bytes=,0-0,", Part(0, 1)),
        ("bytes=100-", Unsatisfiable()),
        ("bytes=100-200", Unsatisfiable()),
        ("bytes=99999999999999999999999-", Unsatisfiable()),
        ("bytes=-0", Unsatisfiable()),
        ("bytes=9-3", Whole()),
        ("bytes=abc", Whole()),
        ("bytes=-", Whole()),
        ("bytes=", Whole()),
        ("bytes", Whole()),
        ("", Whole()),
        ("bytes=1", Whole()),
        ("bytes=1-2-3", Whole()),
        ("bytes=+1-2", Whole()),
        ("bytes=1 -2", Whole()),
        ("bytes=\u0661-", Whole()),
        ("items=0-5", Whole()),
        ("bytes=0-0,5-6", Whole()),
        ("bytes=" + ",".join(["0-"] * 1000), Whole()),
    ],
)
def test_range_header(header: str, expected: object) -> None:
    assert ranges.parse(header, 100) == expected


def test_empty_file_has_no_ranges() -> None:
    assert ranges.parse("bytes=0-", 0) == Unsatisfiable()
    assert ranges.parse("bytes=-5", 0) == Whole()


@given(st.text(max_size=40), st.integers(0, 1000))
def test_any_text_gives_an_answer_within_the_file(header: str, size: int) -> None:
    check(ranges.parse(f"bytes={header}", size), size)
    check(ranges.parse(header, size), size)


@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(1, 1000))
def test_a_range_is_the_slice_that_it_names(first: int, last: int, size: int) -> None:
    data = bytes(index % 251 for index in range(size))
    got = ranges.parse(f"bytes={first}-{last}", size)
    if last < first:
        assert got == Whole()
    elif first >= size:
        assert got == Unsatisfiable()
    else:
        assert isinstance(got, Part)
        assert data[got.start : got.end] == data[first : last + 1]


def check(got: object, size: int) -> None:
    assert isinstance(got, Whole | Unsatisfiable) or (isinstance(got, Part) and 0 <= got.start < got.end <= size)


def decide(method: str = "GET", **headers: str | None) -> object:
    asked = {"range_": None, "if_range": None, "if_none_match": None} | headers
    return ranges.decide(100, ETAG, method=method, **asked)


def test_range_holds_for_get_alone() -> None:
    assert decide(range_="bytes=0-1") == Part(0, 2)
    assert decide("HEAD", range_="bytes=0-1") == Whole()


def test_if_range_lets_only_the_same_bytes_be_continued() -> None:
    assert decide(range_="bytes=5-", if_range=ETAG) == Part(5, 100)
    for other in ('"other"', f"W/{ETAG}", "Sat, 29 Oct 1994 19:43:31 GMT", ""):
        assert decide(range_="bytes=5-", if_range=other) == Whole()


def test_if_none_match_answers_that_nothing_changed() -> None:
    for header in (ETAG, f"W/{ETAG}", f'"x", {ETAG}', "*"):
        assert decide(if_none_match=header) == NotModified()
        assert decide("HEAD", if_none_match=header) == NotModified()
        assert decide(if_none_match=header, range_="bytes=0-1") == NotModified()
    assert decide(if_none_match='"other"') == Whole()
