"""Make raw sound with numpy, whole notes at a time: ringing partials, oscillators, pads from spectra, shaped noise."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE = 44_100  # samples a second
LOUD = 0.2  # RMS of the loudest 50 ms of every note that voices and drums hand out, so that gains compare

Samples: TypeAlias = NDArray[np.float32]  # (n,) mono or (2, n) stereo, full scale is 1
Spectrum: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.float64]]  # hertz -> amplitude


def seconds(length: float) -> NDArray[np.float64]:
    """Return the time of each sample."""
    return np.arange(round(length * RATE)) / RATE


def ringing(
    hertz: Sequence[float] | NDArray[np.float64], decay: Sequence[float] | NDArray[np.float64],
    amplitude: Sequence[float] | NDArray[np.float64], length: float, phase: NDArray[np.float64] | float = 0.0,
) -> Samples:  # fmt: skip
    """Sum damped sines; `decay` is 1/s. What would be one sine a partial and sample is one matrix product.

    e^(s (b B + j)) = e^(s b B) e^(s j), so (blocks x partials) @ (partials x samples of a block) is every sample.
    """
    count = round(length * RATE)
    block = int(np.ceil(np.sqrt(count)))
    speed = (2j * np.pi * np.asarray(hertz, dtype=np.float64) - np.asarray(decay)) / RATE
    start = np.asarray(amplitude) * np.exp(1j * np.asarray(phase))
    coarse = np.exp(np.outer(np.arange(block) * block, speed)) * start
    fine = np.exp(np.outer(speed, np.arange(block)))
    whole = coarse.astype(np.complex64) @ fine.astype(np.complex64)
    return np.ascontiguousarray(whole.imag.reshape(-1)[:count])


def oscillator(hertz: float | NDArray[np.float64], amplitudes: NDArray[np.float64], length: float) -> Samples:
    """Run one cycle, built from the amplitudes of its harmonics, at a steady or a changing frequency."""
    size = 4096
    spectrum = np.zeros(size // 2 + 1, dtype=np.complex128)
    spectrum[1 : len(amplitudes) + 1] = -0.5j * amplitudes
    cycle = np.fft.irfft(spectrum) * size
    cycle = np.append(cycle, cycle[0])
    count = round(length * RATE)
    if isinstance(hertz, float):
        cycles = np.arange(count, dtype=np.float64) * (hertz / RATE)
    else:
        cycles = np.asarray(np.cumsum(hertz[:count]) / RATE, dtype=np.float64)
    place = (cycles % 1.0) * size
    left = place.astype(np.int32)
    rest = place - left
    return ((1 - rest) * cycle[left] + rest * cycle[left + 1]).astype(np.float32)


def harmonics(hertz: float, colour: Spectrum, *, fall: float = 1.0, highest: float = 15_000) -> NDArray[np.float64]:
    """Return the amplitudes of a wave's harmonics: 1/k to the power of `fall`, shaped by a filter."""
    number = np.arange(1, max(2, int(highest / hertz) + 1), dtype=np.float64)
    return number**-fall * colour(number * hertz)


def lowpass(cutoff: float, *, steep: float = 4.0, resonance: float = 0.0) -> Spectrum:
    """Return the curve of a low-pass filter, of 6 dB an octave for each unit of `steep`."""

    def curve(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
        ratio = np.maximum(hertz, 1e-9) / cutoff
        bump: NDArray[np.float64] = 1 + resonance * np.exp(-((np.log2(ratio) / 0.35) ** 2))
        return bump / np.sqrt(1 + ratio ** (2 * steep))

    return curve


def band(low: float, high: float, *, steep: float = 2.0) -> Spectrum:
    """Return the curve of a band-pass filter."""
    over = lowpass(high, steep=steep)

    def curve(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
        ratio = np.maximum(hertz, 1e-9) / low
        return over(hertz) * ratio**steep / np.sqrt(1 + ratio ** (2 * steep))

    return curve


def formants(*peaks: tuple[float, float, float], floor: float = 0.15) -> Spectrum:
    """Return a curve of resonances, each (hertz, width in octaves, height)."""

    def curve(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
        octaves = np.log2(np.maximum(hertz, 1e-9))
        total: NDArray[np.float64] = floor + sum(
            height * np.exp(-(((octaves - np.log2(centre)) / width) ** 2)) for centre, width, height in peaks
        )
        return total

    return curve


def noise(length: float, colour: Spectrum, *, seed: int) -> Samples:
    """Return noise with the spectrum of the curve."""
    count = round(length * RATE)
    white = np.random.default_rng(seed).standard_normal(count).astype(np.float32)
    spectrum = np.fft.rfft(white)
    curve = colour(np.asarray(np.fft.rfftfreq(count, 1 / RATE), dtype=np.float64))
    shaped = np.fft.irfft(spectrum * curve.astype(np.float32), count)
    return shaped.astype(np.float32)


def pad(hertz: float, amplitudes: NDArray[np.float64], *, cents: float, seed: int) -> Samples:
    """Return six stereo seconds of an ensemble that loop without a seam.

    Each harmonic is a narrow bell of noise in the spectrum instead of a line, as in Nasca's PADsynth: many players
    who are never quite together, for the price of one inverse FFT a channel.
    """
    size = 1 << 18
    spectrum = np.zeros(size // 2 + 1)
    for number, amplitude in enumerate(amplitudes, start=1):
        centre = number * hertz * size / RATE  # bins
        width = max(1.0, (2 ** (cents / 1200) - 1) * centre)
        low, high = max(1, int(centre - 4 * width)), min(size // 2, int(centre + 4 * width) + 1)
        bins = np.arange(low, high)
        spectrum[low:high] += amplitude * np.exp(-(((bins - centre) / width) ** 2)) / np.sqrt(width)
    dice = np.random.default_rng(seed)
    phases = dice.uniform(0, 2 * np.pi, (2, len(spectrum)))
    left, right = (np.fft.irfft(spectrum * np.exp(1j * phase)).astype(np.float32) for phase in phases)
    return np.stack([0.8 * left + 0.3 * right, 0.8 * right + 0.3 * left])


def levelled(note: Samples) -> Samples:
    """Scale a note so that its loudest 50 ms have the RMS of LOUD."""
    window = RATE // 20
    power = np.mean(np.atleast_2d(note).astype(np.float64) ** 2, axis=0)
    padded = np.append(power, np.zeros(-len(power) % window))
    loudest = float(np.sqrt(padded.reshape(-1, window).mean(axis=1).max()))
    return (note * (LOUD / loudest)).astype(np.float32) if loudest > 0 else note
