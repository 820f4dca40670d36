"""Collect static files when they have changed since the last time, which takes seconds; else do nothing."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from spotify_lite import bundles

STAMP = ".collected"  # in STATIC_ROOT: what the files were when they were collected


def collect_changed() -> bool:
    """Collect if a source file was added, changed or removed; return whether it was done."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    state = _state()
    if stamp.is_file() and stamp.read_text() == state:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(state)
    return True


def _state() -> str:
    """Return a digest of every source file's name, size and modification time, and of what joins them."""
    digest = hashlib.sha256(f"{bundles.program()}\0".encode())
    for finder in get_finders():
        for name, storage in finder.list(None):
            seen = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{seen.st_size}\0{seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()
