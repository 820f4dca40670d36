"""A small record that was measured: a song that grows louder, a quiet one, a jingle; and a song that was not."""

from pathlib import Path

import numpy as np
from mutagen import flac

from spotify_lite.tests.rig import server, sound

ALBUM = "Contrasts"
SONGS = {"Rising": 24.0, "Quiet": 24.0, "Jingle": 3.0}  # seconds
LEVELS = {"Rising": 1.2, "Quiet": 0.3, "Jingle": 1.0}
UNMEASURED = "Unheard"


def install(variables: dict[str, str], folder: Path) -> None:
    """Import the record in place, make its ladder, and import the other song after that."""
    for number, (title, seconds) in enumerate(SONGS.items(), start=1):
        samples = sound.make(seconds, seed=number) * LEVELS[title]
        if title == "Rising":
            samples = samples * np.linspace(0.1, 1, len(samples))
        _write(samples, folder / f"{number}.flac", title=title, album=ALBUM, tracknumber=str(number))
    server.manage(variables, "import_music", str(folder), "--in-place")
    server.manage(variables, "package", "--ladder", "--all", "--verbosity=0")
    _write(sound.make(20.0, seed=9), folder / "alone.flac", title=UNMEASURED, album="Afterwards")
    server.manage(variables, "import_music", str(folder), "--in-place")


def _write(samples: np.ndarray, path: Path, **tags: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = flac.FLAC(sound.write(samples, path))
    file.update({"artist": "Noise", "albumartist": "Noise", **tags})
    file.save()
