"""Pages speak the listener's language; what is the same for everybody has none."""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from catalog.models import Genre
from spotify_lite import languages, translations


@pytest.mark.django_db
def test_page_speaks_the_browsers_language(client):
    answer = client.get("/login", headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"})
    assert b'<html lang="de"' in answer.content
    assert "Accept-Language" in answer["Vary"]


@pytest.mark.django_db
def test_cookie_of_the_settings_goes_before_the_browser(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    assert b'<html lang="de"' in client.get("/login", headers={"Accept-Language": "en"}).content


@pytest.mark.django_db
def test_unknown_language_gets_english(client):
    assert b'<html lang="en"' in client.get("/login", headers={"Accept-Language": "xx"}).content


@pytest.mark.django_db
def test_api_is_the_same_in_every_language(client):
    answer = client.get("/api/v1/tracks", headers={"Accept-Language": "de"})
    assert "Accept-Language" not in answer.get("Vary", "")
    assert "Content-Language" not in answer


def test_words_of_the_scripts_are_served_for_good(client):
    answer = client.get("/words/de.json")
    assert answer.json()["catalog"]["Play"] == "Abspielen"
    assert "immutable" in answer["Cache-Control"]


def test_words_of_an_unknown_language_are_not_found(client):
    assert client.get("/words/xx.json").status_code == 404


def test_translation_is_compiled_when_its_source_is_newer(tmp_path, settings):
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n', "utf-8")
    settings.LOCALE_PATHS = [tmp_path]
    assert languages.compile_changed() == 1
    assert languages.compile_changed() == 0


def test_ids_and_years_are_written_without_marks(client, make_track):
    """Only counts and sizes are for reading: an id with a point in it leads nowhere."""
    track = make_track(id=1_234_567, year=2023)
    answer = client.get(f"/tracks/{track.id}", headers={"Accept-Language": "de"}).content.decode()
    assert 'data-id="1234567"' in answer
    assert "2023" in answer
    assert "1.234.567" not in answer
    assert "2.023" not in answer


def test_counts_are_written_as_the_language_writes_them(client, make_track):
    make_track(genres=("Ambient",))
    Genre.objects.update(tracks_count=1204)
    assert b"1.204 Titel" in client.get("/genres", headers={"Accept-Language": "de"}).content
    assert b"1,204 songs" in client.get("/genres", headers={"Accept-Language": "en"}).content


@pytest.mark.django_db
def test_languages_are_called_by_their_own_names(client):
    answer = client.get("/settings", headers={"Accept-Language": "de"}).content
    assert b'<span lang="en">English</span>' in answer
    assert b'<span lang="de">Deutsch</span>' in answer


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE])
def test_desk_says_djangos_sentences_in_our_words(language):
    texts = translations.read(translations.file_of(Path(settings.LOCALE_PATHS[0]), language, "django"))
    assert [one for one in languages.DJANGOS if not texts.get(one).string] == []
    with translation.override(language):
        assert gettext("History") == texts.get("History").string
