"""Sound of which every stretch is like no other, and where in it something that was heard comes from."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import numpy as np

RATE = 44_100  # samples a second
BAND = (100, 2_500)  # Hz: what every bitrate keeps sample by sample; above, encoders put noise of their own
STRETCH = 2_048  # samples compared at once
STEP = 1_024  # samples from one stretch to the next
AROUND = 4_096  # samples before and after its place where a stretch is looked for
LOUD = 0.02  # below is the silence before the first sound
PAUSE = 64  # samples of nothing at all, which noise has not: the machine was too busy to play what it had


@dataclass(frozen=True)
class Place:
    """Where a stretch of what was heard comes from."""

    at: float  # seconds since the first sound
    lag: int  # samples from where it should come from: those left out since then; below 0, those heard twice
    likeness: float  # correlation with the master there; 1 is the master itself


def make(seconds: float, seed: int) -> np.ndarray:
    """Return noise of a band, from -1 to 1."""
    count = int(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    frequencies = np.fft.rfftfreq(count, 1 / RATE)
    spectrum[(frequencies < BAND[0]) | (frequencies > BAND[1])] = 0
    made = np.fft.irfft(spectrum, count)
    return made * (0.2 / made.std())


def write(samples: np.ndarray, path: Path, *options: str) -> Path:
    """Encode the samples, both channels alike, in the format of the suffix, and return the path."""
    pcm = (np.clip(np.stack([samples, samples], 1), -1, 1) * 32_767).astype("<i2").tobytes()
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-f", "s16le", "-ar", str(RATE), "-ac", "2"]
    subprocess.run([*argv, "-i", "pipe:0", *options, str(path)], input=pcm, check=True, timeout=60)
    return path


def follow(heard: np.ndarray, master: np.ndarray) -> list[Place]:
    """Return where each stretch of what was heard comes from, in order; the lag is against the first half second.

    Pauses are cut out: what was there and not played in time comes later, and is neither left out nor said twice.
    """
    heard = _without_pauses(heard[int(np.argmax(np.abs(heard) > LOUD)) :])
    anchor = RATE // 4
    start, _ = _find(heard[anchor : anchor + 4 * STRETCH], master, anchor, RATE // 4)
    places = []
    for at in range(max(0, -start), len(heard) - STRETCH, STEP):
        lag, likeness = _find(heard[at : at + STRETCH], master, at + start, AROUND)
        places.append(Place(at / RATE, lag, likeness))
    return places


def _without_pauses(heard: np.ndarray) -> np.ndarray:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], heard == 0, [0]]).astype(np.int8)))
    kept = np.ones(len(heard), bool)
    for first, last in edges.reshape(-1, 2):
        kept[first:last] = last - first < PAUSE
    return heard[kept]


def _find(stretch: np.ndarray, master: np.ndarray, at: int, around: int) -> tuple[int, float]:
    """Return how far from `at` in the master the stretch is found, and how like it is."""
    first = max(0, at - around)
    searched = master[first : at + around + len(stretch)]
    if len(searched) < len(stretch):
        return around, 0.0
    size = 1 << (len(searched) + len(stretch)).bit_length()
    products = np.fft.irfft(np.conj(np.fft.rfft(stretch, size)) * np.fft.rfft(searched, size), size)
    energy = np.concatenate([[0.0], np.cumsum(searched**2)])
    energy = (energy[len(stretch) :] - energy[: -len(stretch)]) * np.sum(stretch**2)
    likeness = products[: len(energy)] / np.sqrt(energy + 1e-12)
    best = int(np.argmax(likeness))
    return first + best - at, float(likeness[best])
