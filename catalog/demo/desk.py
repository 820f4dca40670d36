"""The mixing desk: turns notes and hits into stems, and stems into a mix with a room and echoes."""

import random
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from catalog.demo import drums, effects, voices
from catalog.demo.score import Hit, Note
from catalog.demo.sound import RATE, Samples

TAIL = 4.0  # seconds after the last bar, for what rings on
PANNED = {"hat": 0.3, "open": 0.3, "ride": -0.35, "shaker": -0.4, "crash": -0.2, "rim": 0.2, "wood": 0.35,
          "low": -0.45, "mid": 0.0, "high": 0.45, "clap": 0.05}  # -1 left to 1 right  # fmt: skip


class Desk:
    """One piece being mixed. Notes are in beats; the desk knows tempo, swing and how loosely they play."""

    def __init__(
        self, *, beats: float, bpm: float, rng: random.Random, swing: float = 0.0, unit: float = 0.5,
        loose: float = 0.005, rubato: float = 0.0, phrase: float = 16.0,
    ) -> None:  # fmt: skip
        """Make a desk: `swing` delays every second `unit` by a part of it; `loose` is seconds, `rubato` beats."""
        self.bpm, self.rng = bpm, rng
        self.swing, self.unit, self.loose = swing, unit, loose
        self.rubato, self.phrase = rubato, phrase
        self.count = round((beats * 60 / bpm + TAIL) * RATE)
        self.buses: dict[str, Samples] = {}
        self.kicks: list[float] = []  # seconds: what ducks the pumped bus

    def time(self, beat: float) -> float:
        """Return seconds: swung, and bent by the rubato, which hurries into a phrase and lingers at its end."""
        pair = 2 * self.unit
        whole, part = divmod(beat, pair)
        middle = self.unit * (1 + self.swing)
        bent = (
            part * middle / self.unit if part < self.unit else middle + (part - self.unit) * (pair - middle) / self.unit
        )
        straight = whole * pair + bent
        lean = self.rubato * np.sin(2 * np.pi * straight / self.phrase) if self.rubato else 0.0
        return float((straight - lean) * 60 / self.bpm)

    def stem(self, notes: Iterable[Note], voice: str) -> Samples:
        """Play the notes on one instrument: mono, or stereo where the instrument is."""
        instrument = voices.VOICES[voice]
        out: Samples | None = None
        for note in sorted(notes, key=lambda n: (n.at, n.pitch)):
            velocity = min(1.0, max(0.05, note.velocity * self.rng.uniform(0.92, 1.06)))
            sound = voices.note(voice, note.pitch, min(voices.LAYERS - 1, int(velocity * voices.LAYERS)))
            start = max(0.0, self.time(note.at) + self.rng.gauss(0, self.loose))
            length = max(0.04, self.time(note.at + note.length) - self.time(note.at))
            cut = _cut(sound, length, instrument, self.rng) * np.float32(velocity**1.3)
            if out is None:
                out = np.zeros((*sound.shape[:-1], self.count), dtype=np.float32)
            first = round(start * RATE)
            cut = cut[..., : max(0, self.count - first)]
            out[..., first : first + cut.shape[-1]] += cut
        return out if out is not None else np.zeros(self.count, dtype=np.float32)

    def drummed(self, hits: Iterable[Hit], levels: Mapping[str, float]) -> Samples:
        """Play the drums in stereo; `levels` are decibels a drum."""
        out = np.zeros((2, self.count), dtype=np.float32)
        for hit in sorted(hits, key=lambda h: (h.at, h.drum)):
            velocity = min(1.0, max(0.08, hit.velocity * self.rng.uniform(0.9, 1.08)))
            layer = min(drums.LAYERS - 1, int(velocity * drums.LAYERS))
            sound = drums.hit(hit.drum, layer, self.rng.randrange(drums.TAKES))
            moment = max(0.0, self.time(hit.at) + self.rng.gauss(0, self.loose / 2))
            first = round(moment * RATE)
            sound = sound[: max(0, self.count - first)]
            strength = velocity**1.4 * _linear(levels.get(hit.drum, 0.0))
            for side, share in enumerate(_sides(PANNED.get(hit.drum, 0.0))):
                out[side, first : first + len(sound)] += sound * np.float32(strength * share)
            if hit.drum in {"kick", "deep", "punch"}:
                self.kicks.append(moment)
        return out

    def add(
        self,
        stem: Samples,
        level: float,
        *,
        pan: float = 0.0,
        room: float = 0.0,
        echo: float = 0.0,
        pumped: bool = False,
    ) -> None:
        """Send a stem to the mix at `level` decibels, and shares (0-1) of it to the room and the echo."""
        left, right = _sides(pan)
        both = np.stack([stem, stem]) if stem.ndim == 1 else stem
        both = both * np.array([[left], [right]], dtype=np.float32) * np.float32(_linear(level))
        self._into("pumped" if pumped else "dry", both)
        if room:
            self._into("room", both * np.float32(room))
        if echo:
            self._into("echo", both * np.float32(echo))

    def mixed(
        self, *, room: tuple[float, float] = (1.6, 6_000), echo: float = 0.75, feedback: float = 0.45,
        pump: tuple[float, float] = (0.6, 0.25), loudness: float = -14.0, fade: float = 2.5,
    ) -> Samples:  # fmt: skip
        """Return the finished piece.

        `room` is (seconds, hertz of its brightness), `echo` beats, `pump` (depth, seconds), `loudness` LUFS, `fade`
        the seconds over which the end goes silent.
        """
        mix = self.buses.pop("dry", np.zeros((2, self.count), dtype=np.float32))
        if "pumped" in self.buses:
            mix += effects.ducked(self.buses.pop("pumped"), self.kicks, depth=pump[0], back=pump[1])
        if "echo" in self.buses:
            repeats = effects.echoed(self.buses.pop("echo"), gap=echo * 60 / self.bpm, feedback=feedback)
            self._into("room", repeats * np.float32(0.3))
            mix += repeats
        if "room" in self.buses:
            mix += effects.convolved(self.buses.pop("room"), effects.room(*room))
        return _faded(effects.mastered(mix, target=loudness), fade)

    def _into(self, bus: str, sound: Samples) -> None:
        if bus in self.buses:
            self.buses[bus] += sound
        else:
            self.buses[bus] = sound


def _cut(sound: Samples, length: float, instrument: voices.Voice, rng: random.Random) -> Samples:
    """Cut a note to its length: rise within the attack, hold, and fall silent within the release."""
    count = round((length + instrument.release) * RATE)
    size = sound.shape[-1]
    if instrument.loops:
        first = rng.randrange(size)
        cut = np.take(sound, np.arange(first, first + count) % size, axis=-1)
    else:
        cut = sound[..., :count].copy()
    attack = max(1, min(round(instrument.attack * RATE), cut.shape[-1]))
    cut[..., :attack] *= np.sin(np.linspace(0, np.pi / 2, attack, dtype=np.float32)) ** 2
    release = min(round(instrument.release * RATE), cut.shape[-1])
    cut[..., cut.shape[-1] - release :] *= np.cos(np.linspace(0, np.pi / 2, release, dtype=np.float32)) ** 2
    return cut


def _sides(pan: float) -> Sequence[float]:
    """Return the gains of left and right: equal power, 1 and 1 in the middle."""
    angle = (pan + 1) * np.pi / 4
    return float(np.cos(angle) * np.sqrt(2)), float(np.sin(angle) * np.sqrt(2))


def _linear(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def _faded(sound: Samples, length: float) -> Samples:
    count = round(length * RATE)
    sound[:, -count:] *= np.cos(np.linspace(0, np.pi / 2, count, dtype=np.float32)) ** 2
    sound[:, :220] *= np.linspace(0, 1, 220, dtype=np.float32)
    return sound
