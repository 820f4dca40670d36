"""Browser libraries from node_modules: an allow-list, hashed names, and pages that do without."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template import engines

from spotify_lite import assets, collected

FONT = "@fontsource-variable/hanken-grotesk"
PAGE = "{% load libraries %}{% library_styles %}"


@pytest.fixture
def modules(settings: Any, tmp_path: Path) -> Path:
    """Return a node_modules folder with the font's files and some that are not for browsers."""
    settings.NODE_MODULES = tmp_path / "node_modules"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "spotify_lite.assets.HashedStorage"}}
    package = settings.NODE_MODULES / FONT
    (package / "files").mkdir(parents=True)
    (package / "files" / "hanken-grotesk-latin-wght-normal.woff2").write_bytes(b"font")
    (package / "index.css").write_text("@font-face { src: url(./files/hanken-grotesk-latin-wght-normal.woff2); }")
    (package / "package.json").write_text("{}")
    finders.get_finder.cache_clear()
    yield settings.NODE_MODULES
    finders.get_finder.cache_clear()


def page() -> str:
    return engines["django"].from_string(PAGE).render()


def test_only_listed_files_are_served(modules: Path) -> None:
    finder = assets.BrowserLibraryFinder()
    found = [name for name, _ in finder.list(None)]
    assert found == [f"{FONT}/index.css", f"{FONT}/files/hanken-grotesk-latin-wght-normal.woff2"]
    assert finder.find(f"npm/{FONT}/index.css") == str(modules / FONT / "index.css")
    for name in (
        f"npm/{FONT}/package.json",
        f"{FONT}/index.css",
        f"npm/{FONT}/../x",
        "npm/other/index.css",
        "npm/x",
        "",
    ):
        assert finder.find(name) == []


def test_collected_files_have_hashed_names_that_pages_and_styles_use(modules: Path, settings: Any) -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
    names = json.loads((settings.STATIC_ROOT / "staticfiles.json").read_text())["paths"]
    style = names[f"npm/{FONT}/index.css"]
    font = names[f"npm/{FONT}/files/hanken-grotesk-latin-wght-normal.woff2"]
    assert Path(font).name in (settings.STATIC_ROOT / style).read_text()
    assert (settings.STATIC_ROOT / style).name != "index.css"


def test_page_links_the_font_only_where_it_is_installed(modules: Path) -> None:
    assert f'href="/static/npm/{FONT}/index.css"' in page()
    (modules / FONT / "index.css").unlink()
    assert page() == ""


def test_static_files_are_collected_again_only_when_they_changed(modules: Path) -> None:
    assert collected.collect_changed()
    assert not collected.collect_changed()
    (modules / FONT / "index.css").write_text("/* changed */")
    assert collected.collect_changed()
