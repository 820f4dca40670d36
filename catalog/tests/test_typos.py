"""A misspelt word meets the word that was meant, and is not mended without need."""

import pytest

from catalog.models import popularity
from catalog.search import asking, mending, typos


class Words:
    """A lexicon of words with the number of tracks that have them, and how popular the best of these is."""

    def __init__(self, **words):
        self.words = {term: (tracks, popularity.sid_of(bucket, 1)) for term, (tracks, bucket) in words.items()}
        self.calls = []

    def terms(self, words):
        self.calls.append("terms")
        return {word: self.words[word] for word in words if word in self.words}

    def similar(self, keys, words):
        self.calls.append("similar")
        met = {term: known for term, known in self.words.items() if typos.keys_of_term(term) & set(keys)}
        return met | {word: self.words[word] for word in words if word in self.words}


def meant(query, lexicon, hits=0):
    found = mending.corrections(asking.read(query), lexicon, hits=hits)
    return {word: [one.word for one in some] for word, some in found.items()}


@pytest.mark.parametrize("typed", ["horizn", "orizon", "horizonn", "hroizon", "horixon", "horzion"])
def test_one_slip_is_mended(typed):
    assert meant(typed, Words(horizon=(3, 50), horse=(9, 20))) == {typed: ["horizon"]}


@pytest.mark.parametrize(
    ("typed", "term"),
    [("kaliforniacation", "californication"), ("rapsodie", "rhapsody"), ("zeppelllinn", "zeppelin")],
)
def test_two_slips_are_mended_in_long_words(typed, term):
    assert meant(typed, Words(**{term: (3, 50)})) == {typed: [term]}


def test_a_word_in_quotes_of_its_own_is_not_mended():
    lexicon = Words(horizon=(3, 50), halcyon=(3, 50))
    assert meant('"horizn" halcion', lexicon) == {"halcion": ["halcyon"]}


def test_short_words_and_numbers_stay():
    lexicon = Words(ab=(9, 20), abc=(9, 20), **{"1999": (9, 20)})
    assert meant("ax", lexicon) == meant("1998", lexicon) == {}


def test_a_word_that_exists_is_mended_to_a_far_commoner_one_only():
    lexicon = Words(metalica=(2, 120), metallica=(100, 20), metalika=(1, 127))
    assert meant("metalica", lexicon, hits=3) == {"metalica": ["metallica"]}
    assert meant("metallica", lexicon, hits=3) == {}


def test_a_query_that_is_answered_costs_no_statement():
    lexicon = Words(slow=(9, 20), harbour=(9, 20))
    assert meant("slow harbour", lexicon, hits=mending.ENOUGH) == {}
    assert lexicon.calls == []


def test_whatever_is_asked_is_asked_in_two_statements():
    lexicon = Words(led=(9, 20), zeppelin=(9, 20), stairway=(3, 20), daylight=(3, 20))
    meant("ledzeppelin stairwai day light кино", lexicon)
    assert lexicon.calls == ["terms", "similar"]


def test_lost_and_added_spaces_are_mended():
    lexicon = Words(led=(9, 20), zeppelin=(9, 20), daylight=(3, 20), light=(9, 9), day=(9, 9), house=(9, 9))
    assert meant("ledzeppelin house", lexicon)["ledzeppelin"] == ["led zeppelin"]
    assert meant("day light house", lexicon) == {"day": ["daylight"], "light": ["daylight"]}
    assert meant("houseledzeppelin", lexicon)["houseledzeppelin"] == ["house led zeppelin"]


def test_words_of_another_script_are_looked_for_in_latin_letters():
    lexicon = Words(metallica=(9, 20), beatles=(9, 20), yoasobi=(3, 20), **{"^qoi": (3, 30), "qoi": (3, 3)})
    assert meant("металлика", lexicon) == {"металлика": ["metallica"]}
    assert meant("よあそび", lexicon) == {"よあそび": ["yoasobi"]}
    assert meant("tsoj", lexicon)["tsoj"][0] == "^qoi"


def test_no_time_leaves_the_words_as_they_are():
    class Refused(Words):
        def similar(self, keys, words):
            return None

    lexicon = Refused(daylight=(3, 20))
    assert meant("day light", lexicon) == {"day": ["daylight"], "light": ["daylight"]}
