"""The drums: each is rendered once for each of a few touches, with its own noise, so that no two hits are copies."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from catalog.demo.sound import Samples, Spectrum, band, levelled, lowpass, noise, ringing, seconds

LAYERS = 3  # touches: soft, plain, hard
TAKES = 3  # noises of each touch


@lru_cache(maxsize=256)
def hit(name: str, layer: int, take: int) -> Samples:
    """Return one hit; layers are 0 (soft) to LAYERS - 1 (hard)."""
    return levelled(DRUMS[name]((layer + 0.5) / LAYERS, take * LAYERS + layer))


def _kick(low: float, high: float, length: float, click: float) -> Callable[[float, int], Samples]:
    def render(touch: float, seed: int) -> Samples:
        t = seconds(length)
        fall = low + (high - low) * np.exp(-t * 38)
        body = np.sin(2 * np.pi * np.cumsum(fall) / 44_100) * np.exp(-t * 4.2 / length)
        beater = noise(length, band(900, 4_500), seed=seed) * np.exp(-t * 260)
        whole = np.tanh(1.6 * body) + click * touch * 2.5 * beater
        return (whole * np.clip((length - t) / 0.02, 0, 1)).astype(np.float32)

    return render


def _snare(tone: float, wires: Spectrum, length: float, share: float) -> Callable[[float, int], Samples]:
    def render(touch: float, seed: int) -> Samples:
        t = seconds(length)
        shell = ringing((tone, tone * 1.62, tone * 2.1), (22, 30, 38), (1, 0.5, 0.25), length)
        rattle = noise(length, wires, seed=seed)
        rattle = rattle / np.std(rattle) * (np.exp(-t * 3.2 / length) * np.clip((length - t) / 0.02, 0, 1))
        return (shell * (1 - share) + 0.5 * share * rattle * (0.7 + 0.6 * touch)).astype(np.float32)

    return render


def _burst(colour: Spectrum, fade: float, length: float, attack: float = 0.0008) -> Callable[[float, int], Samples]:
    def render(touch: float, seed: int) -> Samples:
        t = seconds(length)
        shape = np.exp(-t * fade) * np.clip(t / attack, 0, 1) * np.clip((length - t) / 0.01, 0, 1)
        return (noise(length, colour, seed=seed) * shape).astype(np.float32)

    return render


def _clap(touch: float, seed: int) -> Samples:
    t = seconds(0.32)
    hands = sum(np.where(t >= late, np.exp(-(t - late) * 190), 0) for late in (0, 0.011, 0.023))
    room = np.where(t >= 0.03, np.exp(-(t - 0.03) * 17), 0)
    shape = (hands + 0.7 * room) * np.clip((0.32 - t) / 0.02, 0, 1)
    return (noise(0.32, band(850, 3_800), seed=seed) * shape).astype(np.float32)


def _metal(fade: float, length: float, ping: float, colour: Spectrum) -> Callable[[float, int], Samples]:
    """A cymbal: many unrelated partials that ring over a wash of noise."""

    def render(touch: float, seed: int) -> Samples:
        dice = np.random.default_rng(77)
        hertz = np.sort(dice.uniform(2_400, 13_000, 48))
        phases = np.random.default_rng(seed).uniform(0, 6.28, 48)
        ring = ringing(hertz, fade * (0.7 + hertz / 9_000), colour(hertz) * dice.uniform(0.3, 1, 48), length, phases)
        t = seconds(length)
        wash = noise(length, colour, seed=seed) * np.exp(-t * fade)
        both = ping * ring / np.abs(ring).max() + (1 - ping) * wash / np.abs(wash).max()
        return (both * np.clip((length - t) / 0.03, 0, 1) * np.clip(t / 0.0008, 0, 1)).astype(np.float32)

    return render


def _tom(tone: float) -> Callable[[float, int], Samples]:
    def render(touch: float, seed: int) -> Samples:
        t = seconds(0.5)
        fall = tone * (1 + 0.5 * np.exp(-t * 22))
        body = np.sin(2 * np.pi * np.cumsum(fall) / 44_100) * np.exp(-t * 8.5)
        skin = noise(0.5, band(300, 2_500), seed=seed) * np.exp(-t * 60)
        return ((body + 0.5 * touch * skin) * np.clip((0.5 - t) / 0.02, 0, 1)).astype(np.float32)

    return render


def _rim(touch: float, seed: int) -> Samples:
    return ringing((520, 1_720, 2_460, 3_900), (75, 95, 110, 130), (0.6, 1, 0.6, 0.3), 0.09)


def _wood(touch: float, seed: int) -> Samples:
    return ringing((190, 410, 870), (26, 34, 60), (1, 0.45, 0.2 + 0.3 * touch), 0.25)


DRUMS = {
    "kick": _kick(48, 190, 0.34, 0.25),
    "deep": _kick(44, 150, 0.5, 0.12),
    "punch": _kick(52, 240, 0.28, 0.6),
    "soft": _kick(55, 120, 0.3, 0.05),
    "snare": _snare(185, band(1_500, 9_000), 0.26, 0.62),
    "fat": _snare(165, band(900, 7_500), 0.42, 0.7),
    "dusty": _snare(205, band(700, 4_500), 0.2, 0.55),
    "brush": _burst(band(1_800, 7_000), 13, 0.28, attack=0.02),
    "clap": _clap,
    "rim": _rim,
    "wood": _wood,
    "hat": _metal(62, 0.12, 0.25, band(6_500, 13_500, steep=3)),
    "open": _metal(11, 0.42, 0.3, band(6_000, 13_500, steep=3)),
    "ride": _metal(4.2, 1.2, 0.5, band(3_600, 11_000)),
    "crash": _metal(2.6, 2.2, 0.2, band(2_800, 12_000)),
    "shaker": _burst(band(4_500, 11_000), 36, 0.14, attack=0.018),
    "low": _tom(92),
    "mid": _tom(132),
    "high": _tom(178),
    "crackle": _burst(lowpass(5_000), 900, 0.01),
}
