"""What a script imports is named by the page, so that no module waits for the one that asks for it."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.template import engines

from spotify_lite import modules

PAGE = '{% load libraries %}{% module "js/first.js" %}'


@pytest.fixture
def scripts(settings: Any, tmp_path: Path) -> Path:
    """Return a folder of static files with modules that import each other."""
    folder = tmp_path / "js"
    (folder / "deep").mkdir(parents=True)
    settings.STATICFILES_DIRS = [tmp_path]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    (folder / "first.js").write_text(
        '// import "./not-this.js"\nimport { a,\n  b } from "./second.js";\n'
        'import "./deep/third.js";\nimport x from "npm";\n'
    )
    (folder / "second.js").write_text('export { c } from "./deep/third.js";\n')
    (folder / "deep" / "third.js").write_text('import * as first from "../first.js";\n')
    finders.get_finder.cache_clear()
    modules.imported_by.cache_clear()
    yield tmp_path
    finders.get_finder.cache_clear()
    modules.imported_by.cache_clear()


def test_imports_are_followed_once_each(scripts: Path) -> None:
    assert modules.imported_by("js/first.js") == ("js/deep/third.js", "js/second.js")


def test_script_that_is_not_there_imports_nothing(scripts: Path) -> None:
    assert modules.imported_by("js/none.js") == ()


def test_page_names_the_module_and_all_that_it_imports(scripts: Path) -> None:
    page = engines["django"].from_string(PAGE).render()
    assert re.findall('modulepreload" href="([^"]+)"', page) == ["/static/js/deep/third.js", "/static/js/second.js"]
    assert page.endswith('<script type="module" src="/static/js/first.js"></script>')


def test_player_imports_what_its_folder_has() -> None:
    modules.imported_by.cache_clear()
    named = modules.imported_by("js/main.js")
    assert "js/player.js" in named
    assert "js/main.js" not in named
