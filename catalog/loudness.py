"""Know how much louder or quieter a song, or an album as a whole, is to be played to be even with others. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log10

REFERENCE = -18.0  # LUFS, of ReplayGain 2
CEILING = -1.0  # dBTP that no gain lifts a peak above (EBU R128)
GATE = 10.0  # LU: what is so far below the mean is a pause between louder parts (ITU-R BS.1770-4)


@dataclass(frozen=True)
class Heard:
    """What was measured of one song, or of several as one."""

    loudness: float | None  # LUFS; None for silence
    true_peak: float | None  # dBTP; None for silence
    seconds: float


def gain_of(heard: Heard) -> float | None:
    """Return what brings it to the reference, in dB, or less where a peak would pass the ceiling; None for silence.

    A loud song with peaks is only turned down: the ceiling then keeps a quiet one with peaks from full scale, where
    decoders of lossy audio clip.
    """
    if heard.loudness is None:
        return None
    gain = REFERENCE - heard.loudness
    return round(gain if heard.true_peak is None else min(gain, CEILING - heard.true_peak), 2)


def joined(songs: Iterable[Heard]) -> Heard:
    """Return songs as one: the mean of their energies by their lengths, without those that are mere pauses."""
    songs = list(songs)
    loud = [(song.loudness, song.seconds) for song in songs if song.loudness is not None and song.seconds > 0]
    mean = _mean(loud)
    if mean is not None:
        mean = _mean([song for song in loud if song[0] >= mean - GATE])
    return Heard(
        loudness=mean,
        true_peak=max((song.true_peak for song in songs if song.true_peak is not None), default=None),
        seconds=sum(song.seconds for song in songs),
    )


def _mean(songs: list[tuple[float, float]]) -> float | None:
    """Return the loudness (LUFS) of songs of which each has one, and a length in seconds."""
    seconds = sum(length for _, length in songs)
    if not seconds:
        return None
    return 10 * log10(sum(length * 10 ** (loudness / 10) for loudness, length in songs) / seconds)
