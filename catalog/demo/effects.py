"""What happens to whole stems: rooms, echoes, filters, drive, wow, and the last step, loudness without clipping."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from catalog.demo.sound import RATE, Samples, Spectrum, band, lowpass, noise, seconds

CEILING = 0.84  # full scale is 1: 1.5 dB are left for what lossy codecs add between samples


def convolved(sound: Samples, response: Samples) -> Samples:
    """Convolve the last axis with a response of its own number of channels or one; the tail is cut."""
    size = 1 << max(15, int(np.ceil(np.log2(response.shape[-1] * 2))) + 1)
    hop = size - response.shape[-1] + 1
    count = sound.shape[-1]
    spectrum = np.fft.rfft(response, size)
    out = np.zeros((*np.broadcast_shapes(sound.shape[:-1], response.shape[:-1]), count + size), dtype=np.float32)
    for start in range(0, count, hop):
        piece = sound[..., start : start + hop]
        if piece.any():
            out[..., start : start + size] += np.fft.irfft(np.fft.rfft(piece, size) * spectrum, size)
    return out[..., :count]


@lru_cache(maxsize=64)
def room(length: float, brightness: float, before: float = 0.012) -> Samples:
    """Return a room's stereo response, which falls by 60 dB in `length` seconds; `brightness` is in hertz."""
    t = seconds(length * 1.1)
    sides = []
    for side in (0, 1):
        dice = np.random.default_rng(900 + side)
        dark = noise(length * 1.1, band(180, brightness * 0.45, steep=1.5), seed=910 + side)
        light = noise(length * 1.1, band(500, brightness, steep=1.5), seed=920 + side)
        tail = dark * np.exp(-6.9 * t / length) + light * np.exp(-13 * t / length)
        tail *= 1 - np.exp(-t * 60)  # it builds up
        for _ in range(7):
            tail[round(dice.uniform(0.004, 0.06) * RATE)] += dice.uniform(-0.6, 0.6) * np.abs(tail).max()
        sides.append(np.concatenate([np.zeros(round(before * RATE)), tail]))
    both = np.stack(sides)
    return (both / np.sqrt((both**2).sum() / 2)).astype(np.float32)


def echoed(sound: Samples, *, gap: float, feedback: float = 0.45, damping: float = 3_500, taps: int = 7) -> Samples:
    """Return the echoes alone, `gap` seconds apart, from side to side, each one duller than the one before."""
    source = sound if sound.ndim == 1 else sound.mean(axis=0)
    out = np.zeros((2, source.shape[-1]), dtype=np.float32)
    repeat = source
    for tap in range(1, taps + 1):
        repeat = (
            filtered(repeat, band(160, damping, steep=1))
            if tap > 1
            else filtered(repeat, band(120, damping * 1.3, steep=1))
        )
        late = round(tap * gap * RATE)
        if late >= len(source):
            break
        strength = feedback ** (tap - 1)
        near, far = (0.9, 0.25) if tap % 2 else (0.25, 0.9)
        out[0, late:] += near * strength * repeat[:-late]
        out[1, late:] += far * strength * repeat[:-late]
    return out


def filtered(sound: Samples, curve: Spectrum) -> Samples:
    """Filter by a curve of amplitudes over hertz, with linear phase and no delay."""
    taps = 2047
    frequencies = np.linspace(0, RATE / 2, (taps + 1) // 2 + 1, dtype=np.float64)
    response = np.roll(np.fft.irfft(curve(frequencies), taps + 1), taps // 2) * np.hanning(taps + 1)
    whole = np.concatenate([sound, np.zeros((*sound.shape[:-1], taps // 2), dtype=np.float32)], axis=-1)
    return convolved(whole, response.astype(np.float32))[..., taps // 2 :]


def swept(sound: Samples, openness: NDArray[np.float64], *, closed: float) -> Samples:
    """Open and close a low-pass filter along the track: 0 is `closed` hertz, 1 is open."""
    opened = np.interp(np.linspace(0, 1, sound.shape[-1]), np.linspace(0, 1, len(openness)), openness).astype(
        np.float32
    )
    middle = filtered(sound, lowpass(closed * 4, steep=2))
    dark = filtered(sound, lowpass(closed, steep=2, resonance=0.3))
    low, high = np.clip(1 - 2 * opened, 0, 1), np.clip(2 * opened - 1, 0, 1)
    return dark * low + middle * (1 - low - high) + sound * high


def driven(sound: Samples, amount: float) -> Samples:
    """Bend the wave as a valve does, a little more on one side than on the other."""
    bent = np.tanh(amount * sound + 0.15) - np.tanh(np.float32(0.15))
    return (bent / np.tanh(amount * 0.35)).astype(np.float32) * np.float32(0.35)


def widened(sound: Samples, *, depth: float = 0.003, rate: float = 0.6) -> Samples:
    """Return a chorus in stereo: two copies whose delay drifts in opposite ways, `depth` in seconds."""
    mono = sound if sound.ndim == 1 else sound.mean(axis=0)
    count = len(mono)
    grid = np.arange(count)
    drift = depth * RATE * np.sin(2 * np.pi * rate * grid / RATE)
    sides = [np.interp(grid - 0.012 * RATE - way * drift, grid, mono).astype(np.float32) for way in (1, -1)]
    return np.stack([0.7 * mono + 0.6 * side for side in sides]).astype(np.float32)


def panned_round(sound: Samples, *, rate: float, depth: float = 0.35) -> Samples:
    """Return the tremolo of an electric piano: the sound goes from side to side."""
    mono = sound if sound.ndim == 1 else sound.mean(axis=0)
    swing = (depth * np.sin(2 * np.pi * rate * np.arange(len(mono)) / RATE)).astype(np.float32)
    return np.stack([mono * (1 + swing), mono * (1 - swing)]) * np.float32(0.75)


def warbled(sound: Samples) -> Samples:
    """Play it from a worn tape: the speed wanders slowly and flutters a little."""
    grid = np.arange(sound.shape[-1])
    drift = 0.0011 * RATE * np.sin(2 * np.pi * 0.55 * grid / RATE) + 0.00008 * RATE * np.sin(
        2 * np.pi * 6.3 * grid / RATE
    )
    return np.stack([np.interp(grid + drift, grid, side).astype(np.float32) for side in np.atleast_2d(sound)])


def ducked(sound: Samples, at: list[float], *, depth: float, back: float) -> Samples:
    """Make room for the kick: drop by `depth` (0-1) at these seconds, and come back within `back` seconds."""
    shape = np.ones(sound.shape[-1], dtype=np.float32)
    dip_time = seconds(back)
    dip = 1 - depth * np.cos(np.pi / 2 * dip_time / back) ** 2
    dip[: RATE // 200] = np.linspace(1, dip[RATE // 200], RATE // 200)  # 5 ms down, or it clicks
    for moment in at:
        start = round(moment * RATE)
        end = min(start + len(dip), len(shape))
        if 0 <= start < end:
            shape[start:end] = np.minimum(shape[start:end], dip[: end - start])
    return sound * shape


def loudness(sound: Samples) -> float:
    """Return the integrated loudness in LUFS (ITU-R BS.1770-4: K-weighted, blocks of 400 ms, gated)."""
    weighted = filtered(sound, _k_weight)
    step = RATE // 10
    count = weighted.shape[-1] // step
    power = (weighted[:, : count * step].astype(np.float64) ** 2).reshape(2, count, step).mean(axis=2).sum(axis=0)
    blocks = np.convolve(power, np.ones(4) / 4, mode="valid")
    blocks = blocks[blocks > 10 ** ((-70 + 0.691) / 10)]
    if not len(blocks):
        return -70.0
    gated = blocks[blocks > blocks.mean() / 10]  # 10 LU under the mean of what is not silence
    return float(-0.691 + 10 * np.log10(gated.mean()))


def _k_weight(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """The two filters of BS.1770 by their amplitude; the standard gives them as biquads at 48 kHz."""
    turn = np.exp(-2j * np.pi * hertz / 48_000)
    shelf = (1.53512485958697 - 2.69169618940638 * turn + 1.19839281085285 * turn**2) / (
        1 - 1.69065929318241 * turn + 0.73248077421585 * turn**2
    )
    highpass = (1 - 2 * turn + turn**2) / (1 - 1.99004745483398 * turn + 0.99007225036621 * turn**2)
    return np.asarray(np.abs(shelf * highpass))


def mastered(sound: Samples, *, target: float) -> Samples:
    """Bring a mix to a loudness (LUFS) under the ceiling: no offset, no rumble, peaks turned down before they come."""
    clean = filtered(sound, _no_rumble)
    for _ in range(2):  # limiting takes some of the loudness that the first round gave
        clean = _limited(clean * np.float32(10 ** ((target - loudness(clean)) / 20)))
    return clean


def _no_rumble(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((hertz / 26) ** 4 / (1 + (hertz / 26) ** 4))


def _limited(sound: Samples) -> Samples:
    """Turn peaks down smoothly, looking 6 ms ahead."""
    step = 128  # samples
    count = -(-sound.shape[-1] // step)
    peaks = np.zeros(count * step, dtype=np.float32)
    peaks[: sound.shape[-1]] = np.abs(sound).max(axis=0)
    wanted = np.minimum(1.0, CEILING / np.maximum(peaks.reshape(count, step).max(axis=1), 1e-9))
    reach = 3  # blocks on each side that share the lowest gain, so that the smoothed curve never rises over it
    lowest = np.min(np.lib.stride_tricks.sliding_window_view(np.pad(wanted, reach, mode="edge"), 2 * reach + 1), axis=1)
    window = np.hanning(2 * reach + 1)[1:-1]
    smooth = np.convolve(np.pad(lowest, reach - 1, mode="edge"), window / window.sum(), mode="valid")
    release = np.empty_like(smooth)
    held = 1.0
    for n, gain in enumerate(smooth):  # blocks, not samples: the gain returns within about 80 ms
        held = gain if gain < held else held + (gain - held) * 0.035
        release[n] = held
    gains = np.interp(np.arange(sound.shape[-1]), np.arange(count) * step + step / 2, release).astype(np.float32)
    return np.clip(sound * gains, -CEILING, CEILING)
