"""Delete what killed workers left in folders of unfinished things."""

import shutil
import time
from contextlib import suppress
from pathlib import Path

OLD = 24 * 3600  # seconds: nobody works on one file for a day


def sweep(folder: Path) -> None:
    """Delete the files and folders in `folder` that were not touched for a day."""
    for old in folder.iterdir():
        with suppress(FileNotFoundError):  # another worker sweeps too
            if old.stat().st_mtime < time.time() - OLD:
                shutil.rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink()
