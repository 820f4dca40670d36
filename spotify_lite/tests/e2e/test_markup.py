"""Every page is what the HTML standard says: the Nu HTML Checker finds no error in what the server sends."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

from spotify_lite import problems
from spotify_lite.tests import rig
from spotify_lite.tests.rig.pages import PAGES, View
from spotify_lite.tests.rig.stage import Stage

LANGUAGES = ("en", "de")
# What Django's own admin gets wrong, by the checker's words; pages outside of the admin have none.
DJANGOS = (
    "Element “option” without attribute “label” must not be empty.",  # the choice of an autocomplete field
    "Attribute “disabled” not allowed on element “div” at this point.",  # the hash of a password that is not shown
)

Errors = dict[str, list[str]]  # by the file's name


@pytest.fixture(scope="module")
def errors(looking: Stage, tmp_path_factory: pytest.TempPathFactory) -> Errors:
    """Return what the checker says of every page in both languages; it is started once, since it is slow to start."""
    java = rig.need("java", package="default-jre-headless")
    jar = rig.need_module("vnu-jar/build/dist/vnu.jar")
    folder = tmp_path_factory.mktemp("markup")
    for file, text in served(looking):
        (folder / file).write_text(text, encoding="utf-8")
    (folder / "500.html").write_bytes(problems.server_error(RequestFactory().get("/")).content)
    command = [java, "-Xss4m", "-jar", str(jar), "--format", "json", "--errors-only", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    found: Errors = {}
    for message in json.loads(done.stderr)["messages"]:
        file = Path(message["url"]).name
        if not (file.startswith("admin") and message["message"] in DJANGOS):
            found.setdefault(file, []).append(said(message))
    return found


def served(looking: Stage) -> Iterator[tuple[str, str]]:
    """Yield a file name and what the server sends, for each view that has an address of its own."""
    for view in PAGES:
        if view.act is None and not view.fails:
            for language in LANGUAGES:
                page = looking.page_of(view.who, language, empty=view.empty)
                answer = page.context.request.get(view.url(looking.showcase), headers={"Accept": "text/html"})
                yield name_of(view, language), answer.text() if answer.status == view.status else f"{answer.status}"


def name_of(view: View, language: str) -> str:
    return f"{view.name}.{language}.html"


def said(message: dict[str, Any]) -> str:
    return f"line {message.get('lastLine', '?')}: {message['message']}\n    {message.get('extract', '').strip()}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "view", [view for view in PAGES if view.act is None and not view.fails], ids=lambda view: view.name
)
def test_page_is_valid_html(view: View, language: str, errors: Errors) -> None:
    found = errors.get(name_of(view, language), [])
    assert not found, "\n".join(found)


def test_page_of_a_failure_is_valid_html(errors: Errors) -> None:
    assert errors.get("500.html", []) == []
