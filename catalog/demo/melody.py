"""Make melodies: a theme is two short motifs and a plan of how they return; the chords decide what they become."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.demo import score, theory

RHYTHMS = {  # one bar of sixteenths: x strike, - hold, . rest
    "long": ("x-------x---x---", "x-----------x---", "x---x-----------", "....x---x-------", "x-----x-x-------"),
    "song": (
        "x---x-x-x-----..",
        "x-x-x---x---x-..",
        "..x-x-x-x-----..",
        "x-----x-x-x-x---",
        "x--x--x-x-----..",
        "..x-x---x-x-x---",
    ),
    "busy": ("x-x-x-x-x---x-..", "x--x--x-..x-x-x-", "x-xxx---x-x-x---", "..x-x-xxx---x-..", "x-x-xx-xx---x-x-"),
    "swing": ("..x-x-xxx---..x-", "x-x---x---x-x---", "..x-x-x-xxx-....", "x---xxx-x-x-....", "....x-x-x-x-x---"),
    "sparse": ("x-----------....", "....x-------....", "x-------....x---", "........x-------"),
    "waltz": ("x---x---x---", "x-------x---", "x---x-x-x---", "x-----x-x---", "x-x-x-x-x---"),
}
CADENCES = {
    "waltz": ("x-----------", "x---x-------"),
    "sparse": ("x-----------....",),
    "long": ("x-----------....", "x---x-----------"),
}
PLANS = ("abac", "aabc", "abab", "aaba")
ARCS = (
    (0, 2, 4, 1),
    (0, 3, 5, -1),
    (2, 0, 4, 0),
    (4, 2, 0, -2),
    (0, 0, 5, 2),
)  # semitones from the middle of the range


@dataclass(frozen=True)
class Motif:
    rhythm: tuple[tuple[float, float, float], ...]  # offset, length (beats), accent
    contour: tuple[int, ...]  # scale steps from the bar's first tone


@dataclass(frozen=True)
class Theme:
    motifs: dict[str, Motif]  # a and b, and c that closes
    plan: str
    arc: tuple[int, ...]


def theme(rng: random.Random, kind: str, *, beats: int = 4) -> Theme:
    """Invent a theme: steps more than leaps, and a leap is answered by a step back."""
    first, second = rng.sample(RHYTHMS[kind], 2)
    closing = rng.choice(CADENCES.get(kind, ("x---x-----------", "x-x-x-----------", "x-----------....")))
    motifs = {name: _motif(rng, score.steps(rhythm, beats)) for name, rhythm in (("a", first), ("b", second))}
    motifs["c"] = _motif(rng, score.steps(closing, beats))
    return Theme(motifs, rng.choice(PLANS), rng.choice(ARCS))


def _motif(rng: random.Random, rhythm: list[tuple[float, float, float]]) -> Motif:
    contour, place, leap = [0], 0, 0
    for _ in rhythm[1:]:
        if abs(leap) > 2:
            move = -1 if leap > 0 else 1
        else:
            move = rng.choices((-3, -2, -1, 0, 1, 2, 3, 4), (2, 4, 9, 3, 9, 5, 2, 1))[0]
        if abs(place + move) > 5:
            move = -move
        place, leap = place + move, move
        contour.append(place)
    return Motif(tuple(rhythm), tuple(contour))


def sung(
    subject: Theme, written: Sequence[score.Bar], *, tonic: int, scale: str, low: int, high: int,
    velocity: float = 0.75, legato: float = 0.95,
) -> list[score.Note]:  # fmt: skip
    """Return the theme over these bars.

    Strong beats and long notes take chord tones, what lies between keeps to the scale; the fourth bar of each
    phrase closes, the last one of the section on a tone of the tonic's own chord where the harmony allows.
    """
    notes: list[score.Note] = []
    middle = (low + high) / 2
    before = middle
    for n, bar in enumerate(written):
        place = n % 4
        final = place == 3 and (bar.left == 0 or n % 8 == 7)
        name = "c" if final else subject.plan[place]
        motif = subject.motifs[name]
        target = middle + subject.arc[place] - (3 if final else 0)
        first = theory.nearest((2 * target + before) / 3, bar.chord.tones, low=low, high=high)
        for (offset, length, accent), step in zip(motif.rhythm, motif.contour, strict=True):
            harmony = next(s for s in reversed(bar.spans) if s.at <= bar.at + offset + 1e-6).chord
            rungs = theory.ladder(tonic, scale, harmony, low=low, high=high)
            start = min(range(len(rungs)), key=lambda r, rungs=rungs: abs(rungs[r] - first))  # type: ignore[misc]
            pitch = rungs[_folded(start + step, len(rungs))]
            if offset % 2 == 0 or length >= 1:
                pitch = theory.nearest(pitch, harmony.tones[:4], low=low, high=high)
            rise = 1 + 0.15 * (pitch - middle) / max(1, high - low)  # louder as it climbs
            notes.append(score.Note(bar.at + offset, length * legato, pitch, min(1.0, velocity * accent * rise)))
            before = pitch
    return notes


def _folded(place: int, size: int) -> int:
    """Reflect a step off the ends of the range."""
    if place < 0:
        place = -place
    if place >= size:
        place = 2 * (size - 1) - place
    return max(0, min(size - 1, place))


def answered(notes: Sequence[score.Note], rng: random.Random, *, often: float = 0.25) -> list[score.Note]:
    """Vary a repeat: some long notes get a grace note before them or split in two, pitches stay in the line."""
    varied: list[score.Note] = []
    for n, note in enumerate(notes):
        following = notes[n + 1].pitch if n + 1 < len(notes) else note.pitch
        if note.length >= 0.9 and 0 < abs(following - note.pitch) <= 5 and rng.random() < often:
            half = note.length / 2
            varied.append(score.Note(note.at, half, note.pitch, note.velocity))
            varied.append(score.Note(note.at + half, half, note.pitch, note.velocity * 0.8))
        else:
            varied.append(note)
    return varied
