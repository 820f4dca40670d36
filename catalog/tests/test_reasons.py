"""Reasons and remarks are kept in English and said in the language of whoever reads them."""

from collections import defaultdict

import pytest
from django.utils import translation

from accounts.models import User
from catalog import arrivals, cutter, reasons, remarks, streams, tagnames, work
from catalog.models import Upload
from spotify_lite import languages

pytestmark = pytest.mark.usefixtures("german")


@pytest.fixture
def german():
    languages.compile_changed()
    with translation.override("de"):
        yield


@pytest.mark.parametrize(
    "kept",
    [
        *(f"It {words}." for _magics, words in streams.STRANGERS),
        f"It {streams.UNKNOWN}.",
        f"It {streams.CUT_BEFORE}.",
        cutter.TOO_LARGE,
        cutter.TOO_MANY,
        work.DIED,
    ],
)
def test_reason_of_the_sources_is_translated(kept: str) -> None:
    assert kept in reasons.SENTENCES
    assert reasons.say(kept) != kept


def test_figures_and_causes_stay_in_the_sentence() -> None:
    assert reasons.say("It is cut off: 43 % of it is there.") == "Sie ist abgeschnitten: 43 % davon sind da."
    assert "permission denied" in reasons.say("It could not be opened: permission denied.")


def test_figure_is_written_as_the_language_writes_it() -> None:
    said = reasons.say("It should be 180.4 s long, and 12.0 s can be read.")
    assert "180,4 s" in said
    assert "12,0 s" in said


def test_what_is_not_known_is_said_as_it_was_kept() -> None:
    assert reasons.say("OSError: disk on fire") == "OSError: disk on fire"
    assert reasons.say("") == ""


def test_reason_of_a_scanned_file_becomes_a_sentence() -> None:
    assert reasons.say_of_file("is empty") == "Sie ist leer."
    assert reasons.say_of_file("") == ""


def test_every_remark_is_translated() -> None:
    strange = ["<b>\x07" + "x" * 2000]
    found = tagnames.Found(defaultdict(list, title=strange, artist=strange, album=strange), left_out=(12_345_678,))
    said = remarks.of(found)
    assert len(said) == 10
    assert [one for one in said if reasons.say(one) == one] == []
    assert any("12,3 MB" in reasons.say(one) for one in said)


@pytest.mark.django_db
def test_upload_says_why_it_failed(curator: User) -> None:
    told = {"curator": curator, "name": "a.mp3", "sha256": "0" * 64, "size": 1, "created_at": "2026-01-01T00:00Z"}
    Upload.objects.create(**told, state=Upload.State.FAILED, reason="It is empty.")
    assert [one.words for one in arrivals.recent(curator)] == ["Sie ist leer."]


def test_every_kind_of_work_has_words() -> None:
    assert work.WORDS.keys() == work.KINDS.keys()
