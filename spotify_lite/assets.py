"""Serve browser libraries from an allow-list of what npm installed, join our modules, and hash every file's name.

No third-party code is in git: package-lock.json says what, LIBRARIES says which of its files leave this machine, as
`npm/<package>/<file>`. Where npm could not be reached there are none, and pages do without (`installed`).
"""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from spotify_lite import bundles

PREFIX = "npm"
LIBRARIES = {  # package -> patterns of the files that are served
    "@fontsource-variable/hanken-grotesk": ("index.css", "files/hanken-grotesk-*-wght-normal.woff2"),
    # of the service worker; its own scripts start them
    **{
        f"workbox-{name}": (f"build/workbox-{name}.prod.js", f"build/workbox-{name}.prod.js.map")
        for name in (
            "cacheable-response",
            "core",
            "expiration",
            "navigation-preload",
            "range-requests",
            "routing",
            "strategies",
        )
    },
}

IMPORTS = "imports.json"  # in STATIC_ROOT, beside Django's manifest: what each joined file that a page starts imports
FACE = "@fontsource-variable/hanken-grotesk/files/hanken-grotesk-latin-wght-normal.woff2"  # of most letters


def installed(name: str) -> bool:
    """Say whether a library's file (`@fontsource-variable/hanken-grotesk/index.css`) is here to be served."""
    return (settings.NODE_MODULES / name).is_file()


class BrowserLibraryFinder(BaseFinder):
    """Finds the files of LIBRARIES under settings.NODE_MODULES."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self._storage = FileSystemStorage(location=settings.NODE_MODULES)
        self._storage.prefix = PREFIX  # type: ignore[attr-defined] # collectstatic puts it before each name

    def check(self, **_: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        """Return the file's absolute path, or [] as Django has it for none."""
        package, name = _split(path.removeprefix(f"{PREFIX}/"))
        patterns = LIBRARIES.get(package, ()) if path.startswith(f"{PREFIX}/") else ()
        file = Path(settings.NODE_MODULES, package, name)
        if ".." in name.split("/") or not any(fnmatchcase(name, pattern) for pattern in patterns) or not file.is_file():
            return []
        return [str(file)] if find_all else str(file)

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield each served file's name below the prefix, and the storage that has it."""
        for package, patterns in LIBRARIES.items():
            folder = Path(settings.NODE_MODULES, package)
            for pattern in patterns:
                for file in sorted(folder.glob(pattern)):
                    yield str(file.relative_to(settings.NODE_MODULES)), self._storage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Whitenoise's storage; our own ES modules are joined, or served under their own names where esbuild is missing.

    Django would rewrite their imports to hashed names, but gives up where two import each other, late or at once.
    """

    support_js_module_import_aggregation = True  # those of other folders

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._modules: dict[str, str] = {}  # names of our own modules, and their files, in this run of collectstatic

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Hash what was collected, and compress it; what became part of another file is no name of the manifest."""
        own = {name for name in paths if name.partition("/")[0] in bundles.STARTED and name.endswith(".js")}
        if not dry_run:
            self._modules = self._join(paths) or {name: name for name in own}
        yield from super().post_process({name: paths[name] for name in paths.keys() - own}, dry_run, **options)
        for name, compressed in self.compress_files(self._modules.values()):
            yield name, compressed, True

    def save_manifest(self) -> None:
        self.hashed_files |= self._modules
        super().save_manifest()

    def imported_by(self, name: str) -> tuple[str, ...] | None:
        """Return the files that a module imports at once, where modules were joined; else None."""
        file = Path(self.path(IMPORTS))
        if not self.hashed_files or not file.is_file():
            return None
        return tuple(json.loads(file.read_text(encoding="utf-8")).get(name, ()))

    def _join(self, paths: dict[str, Any]) -> dict[str, str]:
        """Return the names and files of what was made of our modules, none without esbuild; and note the imports."""
        imports, esbuild = Path(self.path(IMPORTS)), bundles.program()
        imports.unlink(missing_ok=True)
        files: dict[str, str] = {}
        named: dict[str, list[str]] = {}
        for folder, started in bundles.STARTED.items():
            first = paths.get(f"{folder}/{started[0]}")
            if esbuild is None or first is None:
                continue
            source = Path(first[0].path(first[1])).parent
            made = bundles.make(esbuild, source, Path(self.path(folder)), started)
            files |= {f"{folder}/{name}": f"{folder}/{file}" for name, file in made.files.items()}
            named |= {f"{folder}/{name}": [f"{folder}/{one}" for one in found] for name, found in made.imports.items()}
        if files:
            imports.write_text(json.dumps(named), encoding="utf-8")
        return files

    def stored_name(self, name: str) -> str:
        """Return the hashed name; the plain one before anything was collected, as in tests."""
        return super().stored_name(name) if self.hashed_files else name


def _split(name: str) -> tuple[str, str]:
    """Return package and file of `package/file` or `@scope/package/file`."""
    parts = name.split("/")
    place = 2 if name.startswith("@") else 1
    return "/".join(parts[:place]), "/".join(parts[place:])
