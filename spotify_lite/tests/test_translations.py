"""Translations: their places for values, and how they follow the sources."""

import re
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings
from django.core.management import CommandError, call_command

from spotify_lite import translations
from spotify_lite.tests import rig

pytestmark = pytest.mark.xdist_group("translations")  # extracting writes beside the sources for a moment

OWN = Path(settings.LOCALE_PATHS[0])
SAID = re.compile(r'gettext\(\s*"([^"]*)"(?:,\s*"([^"]*)")?')  # the one sentence of gettext, or the two of ngettext
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n'


@pytest.fixture
def copied(tmp_path: Path, settings: Any) -> Path:
    """Return a copy of the translations that the settings name instead of our own."""
    folder = tmp_path / "locale"
    shutil.copytree(OWN, folder)
    settings.LOCALE_PATHS = [str(folder)]
    return folder


@pytest.mark.parametrize("domain", translations.DOMAINS)
@pytest.mark.parametrize("language", translations.languages())
def test_texts_have_the_places_for_values_of_the_english(language: str, domain: str) -> None:
    catalog = translations.read(translations.file_of(OWN, language, domain))
    assert [one for one in translations.unfinished(catalog) if "places" in one] == []


@pytest.mark.parametrize(
    ("said", "text", "wrong"),
    [
        ("Play %(title)s", "%(title)s abspielen", None),
        ("Play %(title)s", "Abspielen", "other places"),
        ("Play %(title)s", "%(titel)s abspielen", "other places"),
        ("Play", "Abspielen", None),
        ("Play", "", "no text"),
        ("100 %% of %s", "100 %% von %s", None),
        (("%(count)s song", "%(count)s songs"), ("Ein Lied", "%(count)s Lieder"), None),
        (("%(count)s song", "%(count)s songs"), ("%(count)s Lied", "Lieder"), "other places"),
        (("%(count)s song", "%(count)s songs"), ("%(count)s Lied", ""), "no text"),
    ],
)
def test_text_is_held_against_its_english(said: Any, text: Any, wrong: str | None) -> None:
    catalog = Catalog(locale="de")
    catalog.add(said, text)
    found = list(translations.unfinished(catalog))
    assert (wrong in found[0]) if wrong else not found


def test_guess_is_not_a_text() -> None:
    catalog = Catalog(locale="de")
    catalog.add("Play", "Pause", flags=["fuzzy"])
    assert list(translations.unfinished(catalog)) == ["'Play' is marked fuzzy"]


def test_extraction_takes_in_what_is_new_and_keeps_what_was_written(copied: Path) -> None:
    rig.need("xgettext", package="gettext")
    page = translations.file_of(copied, "de", "django")
    page.write_text(HEADER + '\nmsgid "Settings"\nmsgstr "Regler"\n\nmsgid "Nobody says this"\nmsgstr "Nichts"\n')
    before = sorted(translations.outdated())
    assert any("'Nobody says this' is said nowhere" in one for one in before)
    translations.extract(copied)
    texts = {message.id: message.string for message in translations.read(page)}
    assert texts["Settings"] == "Regler"
    assert texts["Home"] == ""
    assert "Nobody says this" not in texts
    assert list(translations.outdated()) == []
    written = page.read_bytes()
    translations.extract(copied)
    assert page.read_bytes() == written
    assert b"POT-Creation-Date" not in written


def test_check_names_what_a_translation_lacks(copied: Path) -> None:
    rig.need("xgettext", package="gettext")
    translations.extract(copied)
    translations.file_of(copied, "de", "djangojs").write_text(HEADER + '\nmsgid "Gone"\nmsgstr "Weg"\n')
    said = StringIO()
    with pytest.raises(CommandError, match="faults in the translations"):
        call_command("messages", check=True, stdout=said)
    assert "'Gone' is said nowhere" in said.getvalue()


def test_every_sentence_of_the_scripts_is_extracted() -> None:
    """A slash in the brackets of a regular expression made xgettext lose the rest: half a page stayed English."""
    catalog = translations.read(translations.file_of(OWN, translations.languages()[0], "djangojs"))
    known = {text for message in catalog for text in (message.id if isinstance(message.id, tuple) else (message.id,))}
    scripts = settings.BASE_DIR / "spotify_lite" / "static" / "js"
    said = {
        text
        for script in scripts.rglob("*.js")
        if "tests" not in script.parts and script.name != "words.js"
        for found in SAID.finditer(script.read_text())
        for text in found.groups()
        if text
    }
    assert len(said) > 100
    assert said - known == set()
