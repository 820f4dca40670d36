"""The rules of ranking, one by one; what they come to is in test_judged.py."""

import pytest
from django.utils import timezone

from catalog import search
from catalog.models import popularity
from catalog.search import asking, documents, ranking
from catalog.search.forms import Correction


def song(title, artists, plays=0, *, album="", year=None, genres=(), aliases=()):
    """Return the document of a song by the artists of a credit."""
    song.count += 1
    sid = popularity.sid_of(popularity.bucket_of(plays), song.count)
    names = [name.strip() for name in artists.replace(" feat. ", ";").split(";")]
    return documents.read(
        kind="track",
        sid=sid,
        row_id=song.count,
        title=title,
        artists=(*names, artists),
        aliases=aliases,
        album=album,
        year=year,
        genres=genres,
    )


song.count = 0


def ranked(query, *songs, corrections=None):
    found = ranking.best(asking.read(query), songs, limit=10, corrections=corrections or {}, one_version=True)
    return [songs.index(document) for document in found]


def test_a_query_that_names_song_and_artist_whole_beats_what_is_played_more():
    quiet, loud = song("Horizon", "Halcyon Pike", 3), song("Lost Horizon", "Halcyon Pike", 90_000)
    for query in ("horizon halcyon pike", "halcyon pike horizon"):
        assert ranked(query, loud, quiet) == [1, 0]
    assert ranked(
        "iron maiden iron maiden", song("Run", "Iron Maiden", 90_000), song("Iron Maiden", "Iron Maiden")
    ) == [1, 0]
    assert ranked("ashes diamonds", song("Diamonds", "Ashes"), song("Ashes", "Nobody", 90)) == [0, 1]


def test_the_same_words_in_other_roles_come_behind():
    meant, other = song("Praia", "Rio of Lua"), song("Marsati Praia", "Lua Rio", 900)
    assert ranked("praia rio of lua", other, meant) == [1, 0]
    assert ranked("the rain bright kings", song("Rain", "Bright & the Kings"), song("The Rain", "Bright Kings")) == [
        1,
        0,
    ]


def test_several_artists_of_a_credit_are_found_in_any_order():
    both, one = song("Umbrella", "Rihanna feat. JAY-Z", 9), song("Diamonds", "Rihanna", 9_000)
    for query in ("jay-z rihanna", "rihanna jayz"):
        assert ranked(query, one, both)[0] == 1


def test_all_artists_whose_names_are_asked_for_are_answers():
    names = ("JAY-Z", "Rihanna", "Zed")
    artists = [documents.read(kind="artist", sid=place, row_id=place, title=name) for place, name in enumerate(names)]
    query = asking.read("rihanna jay-z")
    found = ranking.best(query, artists, limit=9, corrections={}, one_version=False)
    assert {document.row_id for document in found} == {0, 1}


def test_what_lacks_a_field_or_a_phrase_is_no_answer():
    meant, other = song("One", "Metallica", year=1988, genres=["Metal"]), song("One", "U2", 90_000, year=1991)
    for query in ("one artist:metallica", "one year:1988", "one genre:met", "one year:198", "year:1985-1990"):
        assert ranked(query, other, meant) == [1], query
    assert ranked('"else matters"', song("Matters Else", "A"), song("Nothing Else Matters", "B")) == [1]
    assert ranked('"else matters"', song("Nothing Else", "Matters")) == []  # of two names


def test_fields_alone_are_answered_by_popularity():
    assert ranked("year:1999", song("A", "B", 1, year=1999), song("C", "D", 900, year=1999)) == [1, 0]


def test_a_version_is_found_where_it_is_asked_for():
    plain, live = song("Tideline", "Halcyon Pike"), song("Tideline (Live)", "Halcyon Pike", 9)
    assert ranked("tideline", live, plain) == [1]
    assert ranked("tideline live", plain, live)[0] == 1


def test_a_number_counts_where_it_stands_with_what_it_counts():
    fifth = song("Symphony No. 5 in C Minor", "Beethoven", 9)
    other = song("Symphony No. 9 in D Minor, Op. 5: IV. Presto", "Beethoven", 900)
    for query in ("symphony 5", "5th symphony", "symphony no. v", "beethoven fifth symphony", "symphony nr 5"):
        assert ranked(query, other, fifth)[0] == 1, query
    assert ranked("rocky 4", song("Rocky III", "A", 9_000), song("Rocky IV", "A")) == [1, 0]


@pytest.mark.parametrize(
    ("query", "title", "artist"),
    [
        ("gruppa krovi", "Группа крови", "Кино"),
        ("kino gruppa krovi", "Группа крови", "Кино"),
        ("zhou jielun qilixiang", "七里香", "周杰倫"),
        ("qi li xiang", "七里香", "周杰倫"),
        ("ramen", "ラーメン", "Halcyon Pike"),
        ("zorbas", "Ζορμπάς", "Μίκης Θεοδωράκης"),
    ],
)
def test_names_of_other_scripts_are_named_by_latin_letters(query, title, artist):
    other = song(f"{query} again and again", "Somebody Else", 50)
    assert ranked(query, other, song(title, artist, 50))[0] == 1


def test_letters_lost_are_likelier_than_letters_replaced():
    mended = {"helo": (Correction("hello", 1), Correction("halo", 1, replaced=True))}
    assert ranked("helo", song("Halo", "A", 50), song("Hello", "B", 40), corrections=mended) == [1, 0]


def test_two_slips_in_one_of_several_words_are_seen_through():
    assert ranked("avicii elvls", song("Wake Me Up", "Avicii", 900), song("Levels", "Avicii", 90)) == [1, 0]


def test_a_word_in_quotes_of_its_own_is_whole():
    assert ranked('"horiz"', song("Horizon", "A", 900), song("Horiz", "A")) == [1]


def test_half_of_the_words_must_be_found():
    assert ranked("one two three", song("One", "A"), song("One Two", "A")) == [1]


def test_what_was_taken_for_what_is_told():
    def told(query, document, **corrections):
        some = {word: tuple(Correction(one, 1) for one in meant) for word, meant in corrections.items()}
        return ranking.corrected(asking.read(query), some, document)

    zeppelin = song("Day Light", "Led Zeppelin")
    assert told("ledzeppelin day", zeppelin, ledzeppelin=["led zeppelin"]) == {"ledzeppelin": "led zeppelin"}
    assert told("day light", song("Daylight", "A"), day=["daylight"], light=["daylight"]) == {"day light": "daylight"}
    assert told("zepelin light", zeppelin, zepelin=["zeppelins", "zeppelin"]) == {"zepelin": "zeppelin"}
    assert told("day light", zeppelin, day=["daylight"], light=["daylight"]) == {}
    assert told("year:1999", zeppelin) == {}


@pytest.mark.django_db
def test_a_misspelt_word_that_is_another_word_is_mended_where_nothing_else_answers(make_track):
    make_track("Hose", artist="Somebody Else")
    meant = make_track("Horse", artist="Halcyon Pike", plays=5)
    make_track("Tideline", artist="Halcyon Pike", plays=500)
    search.index_pending()
    found = search.search("hose halcyon pike", kinds=["track"], limit=10, at=timezone.now())
    assert found.tracks[0] == meant.id
    assert found.corrected == {"hose": "horse"}
