"""Write down what is played: bars with their chords, notes in beats, and the figures of the instruments."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from catalog.demo import theory


@dataclass(frozen=True)
class Note:
    at: float  # beats from the start
    length: float  # beats
    pitch: int  # MIDI
    velocity: float  # 0-1


@dataclass(frozen=True)
class Hit:
    at: float  # beats from the start
    drum: str
    velocity: float  # 0-1


@dataclass(frozen=True)
class Span:
    """A chord and the time it stands."""

    at: float  # beats from the start
    length: float  # beats
    chord: theory.Chord


@dataclass(frozen=True)
class Bar:
    at: float  # beats from the start
    beats: int
    section: str
    place: int  # in its section, from 0
    left: int  # bars of the section after this one
    spans: tuple[Span, ...]

    @property
    def chord(self) -> theory.Chord:
        return self.spans[0].chord


def bars(form: str, progressions: dict[str, str], *, transpose: int, beats: int = 4) -> list[Bar]:
    """Return the bars of a form such as `intro4 verse8 chorus8`.

    Each section repeats its own progression (`Am7 | Dm7 G7 | Cmaj7`), or that of the key `*`.
    """
    written: list[Bar] = []
    for word in form.split():
        section = word.rstrip("0123456789")
        length = int(word[len(section) :])
        lines = progressions.get(section, progressions["*"]).split("|")
        for place in range(length):
            at = float(len(written) * beats)
            symbols = lines[place % len(lines)].split()
            each = beats / len(symbols)
            spans = tuple(
                Span(at + each * n, each, theory.chord(symbol, transpose=transpose)) for n, symbol in enumerate(symbols)
            )
            written.append(Bar(at, beats, section, place, length - place - 1, spans))
    return written


def within(written: Iterable[Bar], *sections: str) -> list[Bar]:
    """Keep the bars of these sections."""
    return [bar for bar in written if bar.section in sections]


def held(written: Sequence[Bar], *, low: int, high: int, size: int = 4, velocity: float = 0.7) -> list[Note]:
    """Hold each chord for as long as it stands; a tone that stays in its voice is tied over, not struck again."""
    spans = [span for bar in written for span in bar.spans]
    ended: list[Note] = []
    open_notes: dict[int, Note] = {}
    for span, pitches in zip(
        spans, theory.voicings([s.chord for s in spans], low=low, high=high, size=size), strict=True
    ):
        tied: dict[int, Note] = {}
        for pitch in pitches:
            before = open_notes.pop(pitch, None)
            if before and abs(before.at + before.length - span.at) < 1e-6 and before.length < 16:
                tied[pitch] = replace(before, length=before.length + span.length)
            else:
                ended.extend([before] if before else [])
                tied[pitch] = Note(span.at, span.length, pitch, velocity)
        ended.extend(open_notes.values())
        open_notes = tied
    return ended + list(open_notes.values())


def comped(
    written: Sequence[Bar],
    rhythm: str,
    *,
    low: int,
    high: int,
    size: int = 4,
    velocity: float = 0.7,
    strum: float = 0.0,
) -> list[Note]:
    """Strike the chords in a rhythm of sixteenths (see `steps`); `strum` is beats between strings."""
    spans = [span for bar in written for span in bar.spans]
    led = dict(zip(spans, theory.voicings([s.chord for s in spans], low=low, high=high, size=size), strict=True))
    notes: list[Note] = []
    for bar in written:
        for offset, length, accent in steps(rhythm, bar.beats):
            span = next(s for s in reversed(bar.spans) if s.at <= bar.at + offset + 1e-6)
            notes += [
                Note(bar.at + offset + strum * n, length - strum * n, pitch, velocity * accent * (1 - 0.04 * n))
                for n, pitch in enumerate(led[span])
            ]
    return notes


def rolled(
    written: Sequence[Bar], order: Sequence[int], *, low: int, high: int, step: float, velocity: float = 0.6,
    ring: float = 1.0, size: int = 4,
) -> list[Note]:  # fmt: skip
    """Break each chord into single notes, in this order of its voices, one every `step` beats, each ringing on."""
    spans = [span for bar in written for span in bar.spans]
    notes: list[Note] = []
    for span, pitches in zip(
        spans, theory.voicings([s.chord for s in spans], low=low, high=high, size=size), strict=True
    ):
        for n in range(round(span.length / step)):
            place = order[n % len(order)]
            pitch = pitches[place % len(pitches)] + 12 * (place // len(pitches))
            accent = 1.0 if n % len(order) == 0 else 0.82 if n % 2 == 0 else 0.7
            notes.append(Note(span.at + n * step, step * ring, pitch, velocity * accent))
    return notes


def bass(
    written: Sequence[Bar], rhythm: str, degrees: Sequence[int], *, low: int = 28, velocity: float = 0.8
) -> list[Note]:
    """Play a bass line: `degrees` are semitones over the root for each strike; a third (4) follows the chord's own."""
    notes: list[Note] = []
    for bar in written:
        for n, (offset, length, accent) in enumerate(steps(rhythm, bar.beats)):
            span = next(s for s in reversed(bar.spans) if s.at <= bar.at + offset + 1e-6)
            degree = degrees[n % len(degrees)]
            on_chord = abs(span.at - bar.at - offset) < 1e-6
            root = theory.nearest(low + 6, [span.chord.bass if on_chord else span.chord.root], low=low, high=low + 12)
            notes.append(Note(bar.at + offset, length, root + _own(span.chord, degree), velocity * accent))
    return notes


def _own(harmony: theory.Chord, degree: int) -> int:
    """Bend a third or a fifth to what the chord has."""
    tones = {(tone - harmony.root) % 12 for tone in harmony.tones}
    if degree in {4, 7} and degree not in tones and degree - 1 in tones:
        return degree - 1
    return degree


def walking(written: Sequence[Bar], rng: random.Random, *, low: int = 30, high: int = 50) -> list[Note]:
    """Walk in quarters: the root, chord tones on the way, and a half-step into the next root."""
    spans = [span for bar in written for span in bar.spans]
    notes: list[Note] = []
    at = float(low + 8)
    for n, span in enumerate(spans):
        root = theory.nearest(at, [span.chord.bass], low=low, high=high)
        ahead = spans[(n + 1) % len(spans)].chord.bass
        target = theory.nearest(root, [ahead], low=low, high=high)
        count = round(span.length)
        path = [root]
        for beat in range(1, count - 1):
            aim = root + (target - root) * beat / count + rng.choice((-4, 3, 5))
            path.append(theory.nearest(aim, span.chord.tones, low=low, high=high))
        if count > 1:
            path.append(target + rng.choice((-1, 1)) if target > low else target + 1)
        for beat, pitch in enumerate(path):
            notes.append(Note(span.at + beat, 0.95, pitch, 0.78 + (0.1 if beat % 2 else 0.0)))
        at = float(path[-1])
    return notes


def steps(rhythm: str, beats: int) -> list[tuple[float, float, float]]:
    """Return (offset, length, accent), in beats, of a rhythm in sixteenths.

    `X` is accented, `x` plain, `o` soft; `-` holds on, and `.` is a rest.
    """
    strikes: list[tuple[float, float, float]] = []
    pattern = (rhythm * beats)[: beats * 4]
    for n, mark in enumerate(pattern):
        if mark in "Xxo":
            end = n + 1
            while end < len(pattern) and pattern[end] == "-":
                end += 1
            strikes.append((n / 4, (end - n) / 4, {"X": 1.0, "x": 0.85, "o": 0.55}[mark]))
    return strikes


def drummed(written: Sequence[Bar], lines: dict[str, str], *, fill: dict[str, str] | None = None) -> list[Hit]:
    """Play a drum pattern, 9-1 loud to soft and `.` rest in sixteenths; `fill` ends each section."""
    hits: list[Hit] = []
    for bar in written:
        last = fill is not None and bar.left == 0 and bar.place > 0
        chosen = {**lines, **fill} if last and fill else lines
        for drum, grid in chosen.items():
            pattern = (grid * 2)[: bar.beats * 4]
            hits += [Hit(bar.at + n / 4, drum, int(mark) / 9) for n, mark in enumerate(pattern) if mark.isdigit()]
    return hits
