"""Posting lists are asked for a query's words, for what they may have meant, and for all but one of them."""

from catalog.search import asking, forms
from catalog.search.forms import Correction


def shown(groups):
    return " & ".join("|".join(token + "*" * prefix for token, prefix in group) for group in groups)


def test_a_query_is_asked_for_whole_and_as_it_is_typed():
    assert [shown(groups) for groups in forms.strict(asking.read("the slow harb"))] == ["slow & harb", "slow & harb*"]
    assert [shown(groups) for groups in forms.strict(asking.read("the"))] == ["the", "the*"]
    assert [shown(groups) for groups in forms.strict(asking.read("七里香"))] == ["七里 & 里香"]
    assert [shown(groups) for groups in forms.strict(asking.read("year:1999 "))] == ["=1999"]


def test_a_word_in_quotes_of_its_own_is_whole():
    assert [shown(groups) for groups in forms.strict(asking.read('slow "harb"'))] == ["slow & harb"]


def test_numerals_are_asked_for_as_numbers_too():
    assert shown(next(forms.strict(asking.read("symphony no v")))) == "symphony & v|5"


def test_corrections_stand_beside_their_word():
    query = asking.read("metalica one")
    mended = forms.mended(query, {"metalica": (Correction("metallica", 1), Correction("metallico", 1))})
    assert shown(mended) == "metalica|metallica|metallico & one*"


def test_a_word_that_may_be_several_asks_for_all_of_them_or_for_itself():
    query = asking.read("ledzeppelin one ")
    mended = forms.mended(query, {"ledzeppelin": (Correction("led zeppelin", 1), Correction("zeppelins", 2))})
    assert shown(mended) == "ledzeppelin|zeppelins|led & ledzeppelin|zeppelins|zeppelin & one*"


def test_ways_to_part_a_word_do_not_multiply_without_end():
    query = asking.read("wordswithoutspaces")
    ways = tuple(Correction("a b c d", 1) for _ in range(12))
    assert len(forms.mended(query, {"wordswithoutspaces": ways})) <= forms.MOST_GROUPS


def test_each_word_is_left_out_in_turn_and_fields_never():
    query = asking.read("year:1999 slow harbour lights ")
    assert [shown(groups) for groups in forms.relaxed(query, {})] == [
        "=1999 & harbour & lights*",
        "=1999 & slow & lights*",
        "=1999 & slow & harbour",
    ]
    assert [shown(groups) for groups in forms.relaxed(asking.read("rocky 4"), {})] == ["rocky"]
    assert list(forms.relaxed(asking.read("rocky"), {})) == []


def test_of_a_long_query_several_words_are_left_out_at_once():
    words = [f"word{number}" for number in range(14)]
    kept = [{group[0][0] for group in groups} for groups in forms.relaxed(asking.read(" ".join(words)), {})]
    assert len(kept) == forms.THIRDS
    assert all(any(word not in some for some in kept) for word in words)
    assert all(len(some) >= 9 for some in kept)
