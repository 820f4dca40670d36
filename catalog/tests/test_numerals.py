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
        ("Paranoid (Part Two)", "paranoid part 2"),
        ("Another Brick in the Wall, Pt. 2", "another brick in the wall part 2"),
        ("Greatest Hits Vol. II", "greatest hits volume 2"),
        ("One", "one"),
        ("The Two of Us", "the two of us"),
        ("Mt. Pt", "mt pt"),
    ],
)
def test_numerals_and_ordinals_are_numbers(name, read):
    assert " ".join(numerals.arabic(analyser.read(name).words)) == read


def test_no_is_left_out_before_a_number_and_nowhere_else():
    assert analyser.without_stop_words(("symphony", "no", "5")) == ("symphony", "5")
    assert analyser.without_stop_words(("symphony", "no", "v")) == ("symphony", "v")
    assert analyser.without_stop_words(("no", "woman", "no", "cry")) == ("no", "woman", "no", "cry")
    assert analyser.without_stop_words(("opus",)) == ("opus",)


@pytest.mark.parametrize(
    ("name", "pairs"),
    [
        ("Symphony No. 5 in C Minor, Op. 67", {"symphony 5", "minor 67"}),
        ("5th Symphony", {"symphony 5"}),
        ("Beethoven's Fifth Symphony", {"symphony 5"}),
        ("Symphony V", {"symphony 5"}),
        ("99 Luftballons", set()),
        ("Summer of '69", {"of 69"}),
    ],
)
def test_a_number_belongs_to_what_it_counts(name, pairs):
    assert analyser.numbers_in(" ".join(analyser.read(name).words)) == pairs


def test_names_that_write_a_number_in_two_ways_are_one_name():
    keys = {analyser.keys_of(name)[1] for name in ("symphony no 5", "symphony 5", "symphony no v", "symphony v")}
    assert keys == {"symphony5"}
