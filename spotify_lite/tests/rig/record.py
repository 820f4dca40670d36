"""An album that is one piece of sound, cut into songs at any sample: whoever joins them well hears no cut."""

from itertools import pairwise
from pathlib import Path

import numpy as np
from mutagen import flac

from spotify_lite.tests.rig import sound

LENGTHS = (9.3712, 8.2051, 11.6337, 10.0)  # seconds of the songs: no whole numbers of anything
ALBUM = "Unbroken"


def make(folder: Path, lengths: tuple[float, ...] = LENGTHS, *, album: str = ALBUM, seed: int = 11) -> np.ndarray:
    """Write the songs and return what all of them sound like together."""
    folder.mkdir(parents=True, exist_ok=True)
    master = sound.make(sum(lengths), seed=seed)
    cuts = [0, *(int(at * sound.RATE) for at in np.cumsum(lengths)[:-1]), len(master)]
    for number, (first, end) in enumerate(pairwise(cuts), start=1):
        file = flac.FLAC(sound.write(master[first:end], folder / f"{number}.flac"))
        file.update({"title": f"{album} {number}", "artist": "Noise", "albumartist": "Noise", "album": album})
        file.update({"tracknumber": str(number), "tracktotal": str(len(lengths))})
        file.save()
    return master
