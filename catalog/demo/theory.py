"""Know chords and scales, and lead the voices from one chord to the next. Pitches are MIDI numbers, 60 is middle C."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

PITCH_CLASSES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ACCIDENTALS = {"": 0, "b": -1, "#": 1}
SYMBOL = re.compile(r"([A-G])([b#]?)([^/]*)(?:/([A-G])([b#]?))?")
QUALITIES = {  # semitones over the root
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "5": (0, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10),
    "m7": (0, 3, 7, 10),
    "maj7": (0, 4, 7, 11),
    "9": (0, 4, 7, 10, 14),
    "m9": (0, 3, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14),
    "m11": (0, 3, 7, 10, 17),
    "13": (0, 4, 10, 14, 21),
    "7b9": (0, 4, 7, 10, 13),
    "7sus4": (0, 5, 7, 10),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
}
SCALES = {  # semitones over the tonic
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "hijaz": (0, 1, 4, 5, 7, 8, 10),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
}
WIDEST = 20  # semitones from the lowest to the highest voice: what two hands or a small section play


@dataclass(frozen=True)
class Chord:
    root: int  # pitch class, 0-11
    tones: tuple[int, ...]  # pitch classes from the root up
    bass: int  # pitch class under the chord


def chord(symbol: str, *, transpose: int = 0) -> Chord:
    """Return the chord of a lead-sheet symbol such as `Fmaj7` or `C/G`, moved by so many semitones.

    Raise ValueError for a symbol that is not known.
    """
    found = SYMBOL.fullmatch(symbol)
    if not found or found[3] not in QUALITIES:
        raise ValueError(f"{symbol} is no known chord.")
    root = PITCH_CLASSES[found[1]] + ACCIDENTALS[found[2]] + transpose
    bass = PITCH_CLASSES[found[4]] + ACCIDENTALS[found[5]] + transpose if found[4] else root
    return Chord(root % 12, tuple((root + step) % 12 for step in QUALITIES[found[3]]), bass % 12)


@lru_cache(maxsize=4096)
def voiced(
    harmony: Chord, *, near: tuple[int, ...] = (), low: int = 52, high: int = 76, size: int = 4
) -> tuple[int, ...]:
    """Return the chord's pitches, lowest first, placed so that each voice moves as little as it can from `near`.

    Of more tones than voices the fifth is left out first, then the root, which the bass has.
    """
    tones = _chosen(harmony, size)
    places = [[pitch for pitch in range(low, high + 1) if pitch % 12 == tone] for tone in tones]
    middle = (low + high) / 2

    def cost(pitches: tuple[int, ...]) -> float:
        spread = pitches[-1] - pitches[0]
        clash = sum(2.0 for under, over in itertools.pairwise(pitches) if over - under == 1)
        muddy = 3.0 if len(pitches) > 1 and pitches[0] < 55 and pitches[1] - pitches[0] < 4 else 0.0
        centre = abs(sum(pitches) / len(pitches) - middle)
        if not near:
            return centre + spread / 4 + clash + muddy
        moves = sum(min(abs(pitch - old) for old in near) for pitch in pitches)
        top = abs(pitches[-1] - near[-1])
        return moves + 0.5 * top + 0.3 * centre + 0.1 * spread + clash + muddy

    options = (tuple(sorted(option)) for option in itertools.product(*places))
    fitting = [option for option in options if option[-1] - option[0] <= WIDEST and len(set(option)) == len(option)]
    return min(fitting, key=lambda option: (cost(option), option))


def _chosen(harmony: Chord, size: int) -> list[int]:
    tones = list(dict.fromkeys(harmony.tones))
    if len(tones) > size and (harmony.root + 7) % 12 in tones:
        tones.remove((harmony.root + 7) % 12)
    if len(tones) > size:
        tones.remove(harmony.root)
    return tones[:size]


def voicings(chords: Sequence[Chord], *, low: int = 52, high: int = 76, size: int = 4) -> list[tuple[int, ...]]:
    """Return a voicing for each chord in turn, each led from the one before."""
    led: list[tuple[int, ...]] = []
    for harmony in chords:
        led.append(voiced(harmony, near=led[-1] if led else (), low=low, high=high, size=size))
    return led


@lru_cache(maxsize=4096)
def ladder(tonic: int, scale: str, harmony: Chord, *, low: int, high: int) -> tuple[int, ...]:
    """Return the pitches to sing over this chord: the scale, bent where the chord has a tone from outside of it."""
    classes = {(tonic + step) % 12 for step in SCALES[scale]}
    for tone in set(harmony.tones) - classes:
        neighbours = {(tone - 1) % 12, (tone + 1) % 12} - set(harmony.tones)
        classes = (classes - neighbours) | {tone}
    return tuple(pitch for pitch in range(low, high + 1) if pitch % 12 in classes)


def nearest(pitch: float, classes: Sequence[int], *, low: int, high: int) -> int:
    """Return the pitch of one of these classes that is nearest, the lower of two."""
    allowed = set(classes)
    inside = [step for step in range(low, high + 1) if step % 12 in allowed]
    return min(inside, key=lambda step: (abs(step - pitch), step))


def frequency(pitch: float) -> float:
    """Return hertz; A above middle C is 440."""
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))
