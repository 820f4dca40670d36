"""Keep the translations in step with the sources: extract what people read, and say what a translation lacks.

Extracting is Django's makemessages, which needs xgettext (Debian package gettext). The sources speak English; a
translation is a pair of files, one for pages and one for scripts.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import chdir
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import makemessages
from django.test.utils import override_settings

DOMAINS = ("django", "djangojs")
# Nothing there is read by people, or it is a translation already.
ELSEWHERE = ("locale", ".venv*", "node_modules", "var", "tests", "benchmarks", "docs")
DATED = re.compile(rb'"POT-Creation-Date: [^"]*"\n')  # would change the files with every run
PLACE = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w*\}")  # where a value goes


class Extraction(makemessages.Command):
    """Django's command; a new sentence is left empty instead of guessed from one that looks like it."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]


def can_extract() -> bool:
    """Say whether gettext's programs are installed."""
    return bool(shutil.which("xgettext") and shutil.which("msgmerge") and shutil.which("msguniq"))


def extract(into: Path) -> None:
    """Bring the translations below `into` up to date: what is new has no text, what nothing says goes."""
    with chdir(settings.BASE_DIR), override_settings(LOCALE_PATHS=[str(into)]):  # the command looks there alone
        for domain in DOMAINS:
            for language in languages():
                call_command(
                    Extraction(),
                    locale=[language],
                    domain=domain,
                    ignore_patterns=list(ELSEWHERE),
                    no_location=True,
                    no_obsolete=True,
                    no_wrap=True,
                    verbosity=0,
                )
                file = file_of(into, language, domain)
                file.write_bytes(DATED.sub(b"", file.read_bytes()))


def outdated() -> Iterator[str]:
    """Yield where the translations are not what the sources would make of them; they are not changed."""
    own = Path(settings.LOCALE_PATHS[0])
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "locale"
        shutil.copytree(own, fresh, ignore=shutil.ignore_patterns("*.mo"))
        extract(fresh)
        for language in languages():
            for domain in DOMAINS:
                file = file_of(own, language, domain)
                wanted = _ids(read(file_of(fresh, language, domain)))
                there = _ids(read(file))
                yield from (f"{file}: {one!r} is missing" for one in sorted(wanted - there))
                yield from (f"{file}: {one!r} is said nowhere" for one in sorted(there - wanted))


def unfinished(catalog: Catalog) -> Iterator[str]:
    """Yield what is wrong with a translation by itself: no text, a guess, or other places for values."""
    for message in catalog:
        if not message.id:
            continue  # the header
        said, texts = _several(message.id), _several(message.string)
        if not texts or not all(texts):
            yield f"{said[0]!r} has no text"
        elif message.fuzzy:
            yield f"{said[0]!r} is marked fuzzy"
        elif not _same_places(said, texts):
            yield f"{said[0]!r} has other places for values in its text"


def languages() -> list[str]:
    """Return the codes of the languages that are translated to."""
    return [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def file_of(folder: Path, language: str, domain: str) -> Path:
    return folder / language / "LC_MESSAGES" / f"{domain}.po"


def read(file: Path) -> Catalog:
    with file.open("rb") as stream:
        return read_po(stream)


def _ids(catalog: Catalog) -> set[str]:
    return {" | ".join(filter(None, (message.context, *_several(message.id)))) for message in catalog if message.id}


def _several(text: str | Sequence[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def _same_places(said: Sequence[str], texts: Sequence[str]) -> bool:
    """The last form must have all of the English one's; one for a single thing may leave the number out."""
    known = set().union(*map(_places, said))
    return _places(texts[-1]) == _places(said[-1]) and all(_places(text) <= known for text in texts)


def _places(text: str) -> set[str]:
    return set(PLACE.findall(text.replace("%%", "")))
