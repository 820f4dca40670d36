"""Names are taken apart where the tags say so, and nowhere else."""

import pytest

from catalog import credits  # noqa: A004 - the built-in one is for the console
from catalog.credits import Credit, Place


def people(**tags):
    return [(one.name, one.role) for one in credits.credit(**tags)[1]]


@pytest.mark.parametrize(
    "name", ["AC/DC", "Earth, Wind & Fire", "Tyler, The Creator", "Simon & Garfunkel", "Malcolm x Y"]
)
def test_one_value_is_one_artist(name):
    assert credits.credit(artist=[name]) == (name, [Credit(name, "main")])


@pytest.mark.parametrize("value", [["Ida", "Otto"], ["Ida;Otto"], ["Ida; Otto"], ["Ida\0Otto"]])
def test_several_values_are_several_artists(value):
    assert people(artist=value) == [("Ida", "main"), ("Otto", "main")]


def test_list_of_artists_names_them_and_the_artist_tag_is_shown():
    shown, found = credits.credit(
        artist=["Ida & Otto feat. Mia"], artists=["Ida", "Otto", "Mia"], mbids=["id-1", "id-2", "id-3"]
    )
    assert shown == "Ida & Otto feat. Mia"
    assert found == [Credit("Ida", "main", "id-1"), Credit("Otto", "main", "id-2"), Credit("Mia", "featured", "id-3")]


@pytest.mark.parametrize("clause", ["feat. Mia", "ft. Mia", "featuring Mia", "(feat. Mia)", "[Ft. Mia]"])
def test_featured_artist_is_split_off(clause):
    assert people(artist=[f"Tyler, The Creator {clause}"]) == [("Tyler, The Creator", "main"), ("Mia", "featured")]


def test_featured_artist_of_the_title_is_credited_once():
    assert people(artist=["Ida feat. Mia"], title="Tide (feat. MIA)") == [("Ida", "main"), ("Mia", "featured")]


@pytest.mark.parametrize("title", ["Feature Film", "Lift", "Little Feat.", "Aft ft Fore"])
def test_title_without_a_clause_credits_nobody(title):
    assert people(artist=["Ida"], title=title) == [("Ida", "main")]


def test_first_role_of_a_person_stands():
    assert people(artist=["Ida"], others=[("composer", ["Ida", "Otto"])]) == [("Ida", "main"), ("Otto", "composer")]


def test_text_is_cleaned_and_capped():
    assert credits.clean("a\u202eb\x00c\r\n\td") == "abc d"
    assert credits.clean("e\u0301") == "\xe9"
    assert credits.clean("<script>") == "<script>"
    assert len(credits.clean("x" * 1_000_000)) == credits.NAME_LIMIT
    assert credits.clean("\ud800x") == "x"


def test_years_come_out_of_dates():
    assert credits.year_of(["2021-03-04"]) == credits.year_of(["0000", "04/03/2021"]) == 2021
    assert credits.year_of(["", "12345", "no"]) is None


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("Ida/Tides (2001)/CD 2/03 - Ebb.mp3", Place("Ebb", "Ida", "Tides", 2, 3, 2001)),
        ("Ida/Tides/1-04 Ebb.flac", Place("Ebb", "Ida", "Tides", 1, 4, None)),
        ("Ida - Tides/07. Ebb.ogg", Place("Ebb", "Ida", "Tides", None, 7, None)),
        ("Ida - Ebb.mp3", Place("Ebb", "Ida", "", None, None, None)),
        ("2001 - Tides/1999.mp3", Place("1999", "", "Tides", None, None, 2001)),
        ("tides/01_low_water.mp3", Place("low water", "", "tides", None, 1, None)),
    ],
)
def test_path_says_what_tags_do_not(path, place):
    assert credits.read_path(path) == place


def test_album_artist_is_what_the_tracks_share():
    ida, otto = Credit("Ida", "main"), Credit("Otto", "main")
    assert credits.album_artist([("Ida", [ida]), ("Ida feat. Mia", [ida])])[0] == "Ida"
    assert credits.album_artist([("Ida", [ida]), ("Ida & Otto", [ida, otto])]) == ("Ida", [ida])
    assert credits.album_artist([("Ida", [ida]), ("Otto", [otto])])[0] == credits.VARIOUS
