"""A number is found however it is written."""

import pytest

from catalog.search import analyser, numerals


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("Led Zeppelin IV", "led zeppelin 4"),
        ("Symphony No. V", "symphony no 5"),
        ("Rocky V", "rocky 5"),
        ("5th Symphony", "5 symphony"),
        ("Ninth Symphony", "9 symphony"),
        ("Part I", "part 1"),
        ("V for Vendetta", "v for vendetta"),
        ("Malcolm X Speaks", "malcolm x speaks"),
        ("You and I", "you and i"),
        ("Mix", "mix"),
        ("99 Luftballons", "99 luftballons"),
        ("4th", "4"),
        ("xx", "xx"),
    ],
)
def test_numerals_and_ordinals_are_numbers(name, read):
    assert " ".join(numerals.arabic(analyser.read(name).words)) == read


def test_no_is_left_out_before_a_number_and_nowhere_else():
    assert analyser.without_stop_words(("symphony", "no", "5")) == ("symphony", "5")
    assert analyser.without_stop_words(("symphony", "no", "v")) == ("symphony", "v")
    assert analyser.without_stop_words(("no", "woman", "no", "cry")) == ("no", "woman", "no", "cry")
    assert analyser.without_stop_words(("opus",)) == ("opus",)


def test_names_that_write_a_number_in_two_ways_are_one_name():
    keys = {analyser.keys_of(name)[1] for name in ("symphony no 5", "symphony 5", "symphony no v", "symphony v")}
    assert keys == {"symphony5"}
