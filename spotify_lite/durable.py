"""Names in a folder that survive a power cut."""

import os
from pathlib import Path


def keep_names(folder: Path) -> None:
    """Make the names that were just given in a folder survive, as their files do once they are synced."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
