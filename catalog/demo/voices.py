"""The pitched instruments: each renders a note once for a pitch and a touch; the desk cuts it to length."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from catalog.demo import theory
from catalog.demo.sound import (
    RATE,
    Samples,
    Spectrum,
    band,
    formants,
    harmonics,
    levelled,
    lowpass,
    noise,
    oscillator,
    pad,
    ringing,
    seconds,
)

HELD = 4.5  # seconds that a held note lasts before the desk has to loop it
LAYERS = 3  # touches that are rendered: soft, plain, hard


@dataclass(frozen=True)
class Voice:
    render: Callable[[float, float, int], Samples]  # hertz, touch 0-1, seed of its noises
    release: float  # seconds it takes to fall silent when let go
    attack: float = 0.002  # seconds
    loops: bool = False  # may be repeated without a seam


@lru_cache(maxsize=96)
def note(name: str, pitch: int, layer: int) -> Samples:
    """Return the note at full length; layers are 0 (soft) to LAYERS - 1 (hard)."""
    touch = (layer + 0.5) / LAYERS
    return levelled(VOICES[name].render(theory.frequency(pitch), touch, pitch * 8 + layer))


def _piano(hertz: float, touch: float, seed: int) -> Samples:
    length = 5.0 if hertz < 300 else 3.5
    number = np.arange(1, max(2, min(36, int(11_000 / hertz))) + 1, dtype=np.float64)
    stretched = number * hertz * np.sqrt(1 + 0.00035 * (hertz / 262) * number**2)  # stiff strings
    bright = (
        np.exp(-number * (0.62 - 0.34 * touch) * (hertz / 262) ** 0.45) * np.abs(np.sin(np.pi * number / 7.3)) + 1e-4
    )
    fade = (0.45 + hertz / 900) * (1 + 0.3 * (number - 1))
    body = ringing(stretched, 2.6 * fade, 0.7 * bright, length) + ringing(
        stretched * 1.0006, 0.55 * fade, 0.3 * bright, length
    )
    knock = noise(0.03, band(150, 1200), seed=seed) * np.linspace(1, 0, round(0.03 * RATE), dtype=np.float32) ** 2
    body[: len(knock)] += knock * 0.05 * touch * float(np.abs(body).max()) / float(np.abs(knock).max())
    return body


def _epiano(hertz: float, touch: float, seed: int) -> Samples:
    t = seconds(4.5 if hertz < 400 else 3.2)
    turn = 2 * np.pi * hertz * t
    body = np.sin(turn + (0.35 + 1.5 * touch) * np.exp(-t * 2.4) * np.sin(turn))
    tine = np.sin(turn + 0.5 * touch * np.exp(-t * 14) * np.sin(14 * turn)) if 14 * hertz < 15_000 else np.sin(turn)
    return ((0.7 * body + 0.45 * tine) * np.exp(-t * (0.75 + hertz / 650))).astype(np.float32)


def _plucked(place: float, damping: float, body: Spectrum) -> Callable[[float, float, int], Samples]:
    """A string plucked at a fraction of its length: the partials of Karplus and Strong's loop, exactly in tune."""

    def render(hertz: float, touch: float, seed: int) -> Samples:
        dice = np.random.default_rng(seed)
        number = np.arange(1, max(3, min(60, int(13_000 / hertz))) + 1, dtype=np.float64)
        shape = np.abs(np.sin(np.pi * number * place)) + 0.03
        colour = lowpass(1400 + 5200 * touch, steep=1.5)(number * hertz)
        strength = shape / number**0.75 * colour * body(number * hertz) * dice.uniform(0.75, 1.2, len(number))
        fade = damping * (0.7 + hertz / 700) * (1 + 0.012 * number**2 + 0.10 * number)
        return ringing(number * hertz * np.sqrt(1 + 4e-5 * number**2), fade, strength, 3.5)

    return render


def _struck(
    ratios: tuple[float, ...], weights: tuple[float, ...], fades: tuple[float, ...]
) -> Callable[[float, float, int], Samples]:
    """A bar, a bell or a glass: few partials that are no harmonics."""

    def render(hertz: float, touch: float, seed: int) -> Samples:
        partials = np.array(ratios) * hertz
        audible = partials < 15_000
        harder = np.array(weights) * np.where(np.arange(len(ratios)) > 0, 0.4 + touch, 1.0)
        fade = np.array(fades) * (0.6 + hertz / 900)
        return ringing(partials[audible], fade[audible], harder[audible], 4.0)

    return render


def _ensemble(colour: Spectrum, fall: float, cents: float) -> Callable[[float, float, int], Samples]:
    def render(hertz: float, touch: float, seed: int) -> Samples:
        return pad(hertz, harmonics(hertz, colour, fall=fall, highest=9_000), cents=cents, seed=seed)

    return render


def _synth_bass(hertz: float, touch: float, seed: int) -> Samples:
    dark = oscillator(hertz, harmonics(hertz, lowpass(220)), 3.0)
    bright = oscillator(hertz, harmonics(hertz, lowpass(900 + 1600 * touch, resonance=1.2)), 3.0)
    t = seconds(3.0).astype(np.float32)
    opening = np.exp(-t * 6.5)
    return dark + 0.75 * opening * (bright - dark) + 0.5 * np.sin(2 * np.pi * hertz * t).astype(np.float32)


def _round_bass(hertz: float, touch: float, seed: int) -> Samples:
    number = np.arange(1, 15, dtype=np.float64)
    strength = (
        np.abs(np.sin(np.pi * number * 0.22)) / number**1.25 * lowpass(450 + 900 * touch, steep=1.5)(number * hertz)
    )
    fade = (0.55 + hertz / 300) * (1 + 0.28 * (number - 1))
    string = ringing(number * hertz, fade, strength, 3.0)
    thumb = noise(0.02, band(300, 1500), seed=seed) * np.linspace(1, 0, round(0.02 * RATE), dtype=np.float32)
    string[: len(thumb)] += thumb * 0.04 * touch * float(np.abs(string).max()) / float(np.abs(thumb).max())
    return string


def _sub_bass(hertz: float, touch: float, seed: int) -> Samples:
    weights = np.array([1.0, 0.32, 0.13, 0.05]) * np.array([1, 1, 0.5 + touch, 0.5 + touch])
    return oscillator(hertz, weights, HELD)


def _blown(
    amplitudes: Callable[[float, float], np.ndarray], *, breath: float, vibrato: float, chiff: float
) -> Callable[[float, float, int], Samples]:
    """A pipe or a reed: harmonics that brighten at the attack, vibrato that comes in late, breath around the tone."""

    def render(hertz: float, touch: float, seed: int) -> Samples:
        t = seconds(HELD)
        wobble = np.clip((t - 0.25) / 0.5, 0, 1) * np.sin(2 * np.pi * 5.1 * t + seed)
        bent = hertz * 2 ** (vibrato * wobble / 1200) * 2 ** (-chiff * np.exp(-t * 28) / 1200)
        tone = oscillator(bent, amplitudes(hertz, touch), HELD) * (1 + 0.05 * wobble).astype(np.float32)
        air = noise(HELD, band(hertz * 1.5, min(9_000, hertz * 6)), seed=seed)
        air *= float(np.std(tone) / (np.std(air) + 1e-9)) * breath
        return tone + air * (0.35 + np.exp(-t * 9)).astype(np.float32)

    return render


def _detuned(
    cents: tuple[float, ...], cutoff: float, resonance: float, fall: float
) -> Callable[[float, float, int], Samples]:
    """A synthesizer's lead: saws a few cents apart behind a filter that opens with the touch and closes again."""

    def render(hertz: float, touch: float, seed: int) -> Samples:
        t = seconds(HELD)
        wobble = np.clip((t - 0.3) / 0.4, 0, 1) * np.sin(2 * np.pi * 5.4 * t)
        closed = harmonics(hertz, lowpass(cutoff * 0.6, resonance=resonance), fall=fall)
        opened = harmonics(hertz, lowpass(cutoff * (1.2 + 2 * touch), resonance=resonance), fall=fall)
        opening = np.exp(-t * 3.5).astype(np.float32)
        total = np.zeros(len(t), dtype=np.float32)
        for n, apart in enumerate(cents):
            bent = hertz * 2 ** ((apart + 7 * wobble) / 1200)
            bent[0] += (seed * 7919 + n * 104_729) % 997 / 997 * RATE  # each saw starts elsewhere in its cycle
            total += oscillator(bent, closed, HELD) * (1 - opening) + oscillator(bent, opened, HELD) * opening
        return total

    return render


def _flute(hertz: float, touch: float) -> np.ndarray:
    return np.array([1.0, 0.32 + 0.3 * touch, 0.16, 0.06, 0.03])


def _reed(hertz: float, touch: float) -> np.ndarray:
    return harmonics(hertz, formants((900, 0.9, 1.0), (2400, 0.6, 0.5 + touch / 2), floor=0.2), fall=0.9, highest=8_000)


def _muted_horn(hertz: float, touch: float) -> np.ndarray:
    return harmonics(
        hertz, formants((1500, 0.55, 1.0), (2600, 0.4, 0.4 + touch / 2), floor=0.12), fall=0.6, highest=7_000
    )


def _violin(hertz: float, touch: float) -> np.ndarray:
    shape = formants((480, 0.5, 0.8), (1100, 0.6, 0.6), (2700, 0.5, 0.35 + touch / 3), floor=0.25)
    return harmonics(hertz, shape, fall=1.05, highest=9_000)


def _organ(hertz: float, touch: float, seed: int) -> Samples:
    t = seconds(HELD)
    swirl = 1 + 0.0012 * np.sin(2 * np.pi * 5.8 * t)
    drawbars = np.zeros(16)
    drawbars[[0, 1, 2, 3, 5, 7]] = (1, 0.75, 0.55, 0.3, 0.12, 0.15)
    return oscillator(hertz * swirl, drawbars, HELD)


GUITAR_BODY = formants((110, 0.5, 0.7), (230, 0.6, 0.8), (2400, 1.2, 0.5), floor=0.5)
OUD_BODY = formants((180, 0.5, 1.0), (700, 0.7, 0.9), floor=0.3)
FLAT = formants(floor=1.0)

VOICES = {
    "piano": Voice(_piano, release=0.22),
    "epiano": Voice(_epiano, release=0.18),
    "guitar": Voice(_plucked(0.19, 0.75, GUITAR_BODY), release=0.16),
    "oud": Voice(_plucked(0.12, 1.5, OUD_BODY), release=0.14),
    "electric": Voice(_plucked(0.09, 0.5, FLAT), release=0.08),
    "clean": Voice(_plucked(0.27, 0.8, FLAT), release=0.12),
    "koto": Voice(_plucked(0.07, 1.1, FLAT), release=0.4),
    "vibes": Voice(_struck((1, 4, 9.9), (1, 0.28, 0.07), (0.8, 2.6, 8)), release=0.35),
    "marimba": Voice(_struck((1, 3.93, 9.6), (1, 0.22, 0.08), (4.5, 11, 24)), release=0.3),
    "glass": Voice(_struck((1, 2.76, 5.4, 8.93), (1, 0.32, 0.14, 0.05), (0.7, 1.3, 2.4, 4)), release=1.2),
    "musicbox": Voice(_struck((1, 3.0, 6.2), (1, 0.3, 0.18), (1.7, 3.4, 7)), release=0.6),
    "warm": Voice(_ensemble(lowpass(750, steep=1.5), 1.1, 26), release=1.6, attack=0.9, loops=True),
    "air": Voice(
        _ensemble(formants((650, 0.5, 1), (1100, 0.4, 0.6), (3000, 0.6, 0.25), floor=0.06), 0.8, 34),
        2.4,
        1.6,
        loops=True,
    ),
    "strings": Voice(_ensemble(formants((500, 0.9, 1), (2200, 0.9, 0.4), floor=0.2), 1.0, 18), 0.5, 0.22, loops=True),
    "polysynth": Voice(_ensemble(lowpass(2400, steep=2), 1.0, 22), release=0.35, attack=0.03, loops=True),
    "stab": Voice(_ensemble(lowpass(2600, steep=2, resonance=0.6), 0.95, 14), release=0.12, attack=0.004, loops=True),
    "organ": Voice(_organ, release=0.06, attack=0.006),
    "synthbass": Voice(_synth_bass, release=0.05, attack=0.003),
    "roundbass": Voice(_round_bass, release=0.09),
    "subbass": Voice(_sub_bass, release=0.08, attack=0.008),
    "flute": Voice(_blown(_flute, breath=0.11, vibrato=14, chiff=30), release=0.12, attack=0.05),
    "melodica": Voice(_blown(_reed, breath=0.02, vibrato=9, chiff=18), release=0.07, attack=0.03),
    "horn": Voice(_blown(_muted_horn, breath=0.03, vibrato=12, chiff=45), release=0.09, attack=0.03),
    "violin": Voice(_blown(_violin, breath=0.03, vibrato=20, chiff=12), release=0.15, attack=0.07),
    "lead": Voice(_detuned((-7, 0, 6), 1500, 0.8, 1.0), release=0.14, attack=0.006),
    "softlead": Voice(_detuned((-4, 4), 1100, 0.3, 1.3), release=0.2, attack=0.02),
    "arp": Voice(_detuned((-5, 5), 1300, 1.4, 1.0), release=0.09, attack=0.003),
}
