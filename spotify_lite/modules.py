"""Find what a script imports, so that a page can name all of it at once and none waits for the one that asks for it."""

import re
from functools import cache
from pathlib import Path
from posixpath import join, normpath

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

IMPORT = re.compile(r"""^\s*(?:import|export)\b[^;"'()]*["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)


@cache
def imported_by(name: str) -> tuple[str, ...]:
    """Return the static files that a module imports, directly or not, without itself; sorted."""
    joined = staticfiles_storage.imported_by(name) if hasattr(staticfiles_storage, "imported_by") else None
    return _read(name) if joined is None else tuple(joined)


def _read(name: str) -> tuple[str, ...]:
    """Return what the sources say."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        module = waiting.pop()
        found = finders.find(module)
        if module in seen or not isinstance(found, str):
            continue
        seen.add(module)
        texts = IMPORT.findall(Path(found).read_text(encoding="utf-8"))
        waiting += (normpath(join(module, "..", text)) for text in texts)
    return tuple(sorted(seen - {name}))
