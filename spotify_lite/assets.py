"""Serve browser libraries from an allow-list of what npm installed, and hash every static file's name.

No third-party code is in git: package-lock.json says what, LIBRARIES says which of its files leave this machine, as
`npm/<package>/<file>`. Where npm could not be reached there are none, and pages do without (`installed`).
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

PREFIX = "npm"
LIBRARIES = {  # package -> patterns of the files that are served
    "@fontsource-variable/hanken-grotesk": ("index.css", "files/hanken-grotesk-*-wght-normal.woff2"),
}

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
    """Whitenoise's storage; imports between our own ES modules are rewritten to the hashed names as well."""

    support_js_module_import_aggregation = True

    def stored_name(self, name: str) -> str:
        """Return the hashed name; the plain one before anything was collected, as in tests."""
        return super().stored_name(name) if self.hashed_files else name


def _split(name: str) -> tuple[str, str]:
    """Return package and file of `package/file` or `@scope/package/file`."""
    parts = name.split("/")
    place = 2 if name.startswith("@") else 1
    return "/".join(parts[:place]), "/".join(parts[place:])
