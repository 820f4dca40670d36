"""Which parts of a name a search matched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import marks


def shown(name: str, *words: str) -> str:
    return "".join(f"[{part.text}]" if part.matched else part.text for part in marks.parts(name, words))


@pytest.mark.parametrize(
    ("name", "words", "expected"),
    [
        ("Night Ferry", ["nig"], "[Nig]ht Ferry"),
        ("Night Ferry", ["night", "ferry"], "[Night] [Ferry]"),
        ("The Ferryman’s Night Off", ["ferry"], "The [Ferry]man’s Night Off"),
        ("Knight", ["night"], "Knight"),
        ("Björk", ["bjork"], "[Björk]"),
        ("Bjo\u0308rk", ["bjo"], "[Bjo\u0308]rk"),
        ("ＢＪÖＲＫ", ["bjork"], "[ＢＪÖＲＫ]"),
        ("Straße", ["strasse"], "[Straße]"),
        ("夜のフェリー", ["フェリー"], "夜の[フェリー]"),
        ("AC/DC", ["dc"], "AC/[DC]"),
        ("Red Letter", ["re", "let"], "Red [Let]ter"),  # only the last word may be so short and in the typing
        ("The Sea and the Shore", ["the", "sea"], "[The] [Sea] and [the] Shore"),
        ("The Halcyon Pike", ["the", "sea"], "The Halcyon Pike"),
        ("The The", ["the", "the"], "[The] [The]"),
        ("That’s Amore", ["thats"], "[That’s] Amore"),
        ("Sinéad O'Connor", ["connor"], "Sinéad O'[Connor]"),
        ("夜のferry", ["ferry"], "夜の[ferry]"),
        ("が", ["か"], "が"),
        ("שיר לערב", ["שיר"], "[שיר] לערב"),
        ("<b>&amp; Tide</b>", ["b", "amp", "tide"], "<[b]>&[amp]; [Tide]</[b]>"),
        ("Night", [], "Night"),
        ("", ["night"], ""),
    ],
)
def test_start_of_a_word_is_marked(name: str, words: list[str], expected: str) -> None:
    assert shown(name, *words) == expected


@pytest.mark.parametrize(
    ("name", "words", "expected"),
    [
        ("AC/DC", ["acdc"], "[AC/DC]"),
        ("R.E.M. Live", ["rem"], "[R.E.M]. Live"),
        ("Led Zeppelin IV", ["ledzeppelin"], "[Led Zeppelin] IV"),
        ("Coldplay", ["cold", "play"], "[Coldplay]"),
        ("P!nk", ["pink"], "[P!nk]"),
        ("Кино", ["kino"], "[Кино]"),
        ("Группа (Кино)", ["kin"], "Группа ([Кино])"),
        ("Motörhead", ["motoer"], "[Motörhead]"),
        ("Salt & Brine", ["salt", "and", "brine"], "[Salt] [&] [Brine]"),
        ("Thesis", ["the", "sis"], "[Thesis]"),
        ("Other Places", ["herpla"], "Other Places"),
    ],
)
def test_word_that_is_written_otherwise_is_marked_whole(name: str, words: list[str], expected: str) -> None:
    assert shown(name, *words) == expected


@given(st.text(), st.lists(st.text(max_size=5), max_size=4))
def test_pieces_joined_are_the_name(name: str, words: list[str]) -> None:
    assert "".join(part.text for part in marks.parts(name, words)) == name
