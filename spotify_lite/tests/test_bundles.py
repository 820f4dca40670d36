"""Our modules are joined into few files when they are collected, and served one by one where esbuild is missing."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template import engines
from whitenoise.middleware import WhiteNoiseMiddleware

from spotify_lite import bundles, collected, modules
from spotify_lite.tests import rig

SOURCES = {
    "js/early.js": "(() => { document.documentElement.dataset.early = 'yes'; })();\n",
    "js/main.js": 'import { name } from "./shared.js";\nimport("./extra.js").then(({ start }) => start(name));\n',
    "js/shared.js": 'export const name = "shared"; // said once\nexport const more = () => import("./extra.js");\n',
    "js/extra.js": 'import { more, name } from "./shared.js";\nexport const start = () => [more, name];\n',
    "js/far/worker.js": 'import { name } from "../shared.js";\npostMessage(name);\n',
    "js/tests/main.test.js": 'import "../main.js";\n',
    **{
        f"desk/{name}": 'import { name } from "../js/shared.js";\nconsole.log(name);\n'
        for name in bundles.STARTED["desk"]
    },
}


@pytest.fixture
def scripts(settings: Any, tmp_path: Path) -> Path:
    """Return a folder of static files with modules that import each other, at once, late, and in a circle."""
    folder = tmp_path / "sources"
    for name, text in SOURCES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "spotify_lite.assets.HashedStorage"}}
    finders.get_finder.cache_clear()
    modules.imported_by.cache_clear()
    yield folder
    finders.get_finder.cache_clear()
    modules.imported_by.cache_clear()


@pytest.fixture
def joined(scripts: Path, settings: Any) -> dict[str, str]:
    """Return the names of what was collected, and their files."""
    need_esbuild()
    return collect(settings.STATIC_ROOT)


def need_esbuild() -> None:
    if bundles.program() is None:
        rig.lack("esbuild of package-lock.json (npm)")


def collect(root: Path) -> dict[str, str]:
    call_command("collectstatic", interactive=False, verbosity=0)
    names: dict[str, str] = json.loads((root / "staticfiles.json").read_text())["paths"]
    return names


def test_what_a_page_starts_is_joined_and_what_comes_late_stays_apart(joined: dict[str, str], settings: Any) -> None:
    modules = {name for name in joined if name.startswith("js/")}
    assert len(modules) == 5, "main, what it shares with what comes late, and that; early; a worker"
    assert {"js/main.js", "js/early.js", "js/far/worker.js"} < modules
    files = {name: (settings.STATIC_ROOT / file).read_text() for name, file in joined.items()}
    named = {one for text in files.values() for one in re.findall(r'"\./([^"]+)"', text)}
    assert named <= {Path(file).name for file in joined.values()}, "every file is named as it is, in circles too"
    assert not any("said once" in text for text in files.values())
    assert joined["js/far/worker.js"] == "js/far/worker.js", "modules find it where its source is"
    assert "import" not in files["js/far/worker.js"]


def test_what_the_desk_starts_finds_what_it_shares_with_listeners(joined: dict[str, str], settings: Any) -> None:
    """Its modules import those of listeners' pages, which are no files of their own once they are joined."""
    for name in bundles.STARTED["desk"]:
        file = settings.STATIC_ROOT / joined[f"desk/{name}"]
        imports = re.findall(r'(?:from|import) ?"([^"]+)"', file.read_text())
        assert imports, "what they share is one file"
        assert all((file.parent / one).is_file() for one in imports)


def test_page_names_at_once_what_the_joined_file_imports(joined: dict[str, str], settings: Any) -> None:
    page = engines["django"].from_string('{% load libraries %}{% module "js/main.js" %}').render()
    preloaded = re.findall(r'modulepreload" href="/static/([^"]+)"', page)
    text = (settings.STATIC_ROOT / joined["js/main.js"]).read_text()
    assert [Path(file).name for file in preloaded] == re.findall(r'(?:from|import)"\./([^"]+)"', text)
    assert len(preloaded) == 1
    assert f'src="/static/{joined["js/main.js"]}"' in page


def test_joined_files_never_change_are_compressed_and_name_their_sources(joined: dict[str, str], settings: Any) -> None:
    files = WhiteNoiseMiddleware(lambda request: None)  # type: ignore[arg-type]
    for file in joined.values():
        path = settings.STATIC_ROOT / file
        assert files.immutable_file_test(str(path), f"/static/{file}") != file.endswith("worker.js"), file
        assert json.loads(path.with_name(f"{path.name}.map").read_text())["version"] == 3
    main = settings.STATIC_ROOT / joined["js/main.js"]
    if (packed := main.with_name(f"{main.name}.gz")).exists():
        assert gzip.decompress(packed.read_bytes()) == main.read_bytes()


def test_without_esbuild_modules_are_served_one_by_one_under_their_own_names(
    scripts: Path, settings: Any, tmp_path: Path
) -> None:
    settings.NODE_MODULES = tmp_path / "none"
    names = collect(settings.STATIC_ROOT)
    assert names == {name: name for name in SOURCES}
    assert {name: (settings.STATIC_ROOT / name).read_text() for name in SOURCES} == SOURCES
    assert modules.imported_by("js/main.js") == ("js/shared.js",)


def test_files_are_collected_again_once_esbuild_is_there(scripts: Path, settings: Any, tmp_path: Path) -> None:
    need_esbuild()
    there, settings.NODE_MODULES = settings.NODE_MODULES, tmp_path / "none"
    assert collected.collect_changed()
    settings.NODE_MODULES = there
    assert collected.collect_changed()
    assert not collected.collect_changed()
