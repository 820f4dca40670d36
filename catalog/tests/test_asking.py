"""What is typed is read as words, fields and phrases, and as plain text where it is none of these."""

import pytest

from catalog.search import asking


def tokens(query):
    return [[token + "*" * prefix for token, prefix in group] for group in asking.read(query).filters]


@pytest.mark.parametrize(
    ("query", "filters", "words"),
    [
        ("artist:metallica one", [["@metallica"]], "one"),
        ("one artist:metallica", [["@metallica*"]], "one"),  # may still be in the typing
        ("one artist:metallica ", [["@metallica"]], "one"),
        ('artist:"pink floyd" time', [["@pink"], ["@floyd"]], "time"),
        ("artist:pink floyd", [["@pink"]], "floyd"),
        ("künstler:Ärzte jahr:1998 ", [["@arzte"], ["=1998"]], ""),
        ("year:1999", [["=1999"]], ""),
        ("year:19", [["=19*"]], ""),
        ("year:1998-2000", [["=1998", "=1999", "=2000"]], ""),
        ("genre:hip-hop ", [["#hiphop"]], ""),
        ('genre:"Hip Hop"', [["#hiphop"]], ""),
        ("GENRE:ja", [["#ja*"]], ""),
        ("album:七里香 ", [["%七里"], ["%里香"], ["%香"]], ""),
    ],
)
def test_fields_are_read(query, filters, words):
    assert tokens(query) == filters
    assert " ".join(asking.read(query).words) == words


@pytest.mark.parametrize(
    "query",
    [
        *("artist:", "artist: queen", "year:soon 1", "year:2000-1990 x", "year:1000-9999 x", "Subtitle:artist", ":"),
        *("myartist:queen", "genre:", '"', '"queen', 'queen"', '""', '"" "', "album:!", "title:one"),
    ],
)
def test_half_a_field_or_phrase_is_plain_text(query):
    read = asking.read(query)
    assert (read.filters, read.phrases) == ((), ()) or query == "album:!"
    assert read.words == asking.read_plain(query).words or query == "album:!"


def test_phrases_are_words_side_by_side():
    assert asking.read('"nothing else" metallica').phrases == (("nothing", "else"),)
    assert asking.read('"nothing else" metallica').words == ("nothing", "else", "metallica")
    assert asking.read('"one"').phrases == ()
    assert not asking.read('"nothing else"').plain
    assert asking.read_plain('artist:queen "nothing else"').words == ("artist", "queen", "nothing", "else")


def test_names_are_asked_for_in_the_letters_of_other_scripts():
    assert "kino" in asking.read("Кино").keys
    assert "zhoujielun" in asking.read("周杰伦").keys
    assert "^qoi" in asking.read("tsoj").keys
    assert asking.read("").keys == frozenset()


def test_signs_beside_words_may_be_a_name_and_need_not_be_found():
    assert asking.read("!!! hearts").words == ("!!!", "hearts")
    assert asking.read("( ) sigur rós").words == ("()", "sigur", "ros")
    assert asking.read("what is love ???").required == ("what", "is", "love")
    assert asking.read("simon & garfunkel - live").words == ("simon", "and", "garfunkel", "live")


def test_more_than_anybody_types_is_cut():
    assert len(asking.read("artist:a " * 30).filters) <= asking.MOST_WORDS
    assert len(asking.read('"' + "a b " * 60 + '"').phrases[0]) <= asking.MOST_WORDS
    assert asking.read("\0artist:\0").words == ("artist",)
