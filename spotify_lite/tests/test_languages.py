"""Pages speak the listener's language; what is the same for everybody has none."""

import pytest
from django.conf import settings

from spotify_lite import languages


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
