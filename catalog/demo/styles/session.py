"""What a style is, and what its players are given."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from catalog.demo import desk, melody, score, theory
from catalog.demo.sound import Samples


@dataclass(frozen=True)
class Session:
    """A piece about to be played: its bars with their chords, its tempo, its key, and the dice of its seed."""

    bars: list[score.Bar]
    bpm: float
    key: int  # semitones from C major or A minor
    rng: random.Random

    @property
    def beats(self) -> int:
        return sum(bar.beats for bar in self.bars)

    def only(self, *sections: str) -> list[score.Bar]:
        return score.within(self.bars, *sections)

    def theme(self, kind: str) -> melody.Theme:
        return melody.theme(self.rng, kind, beats=self.bars[0].beats)

    @property
    def home(self) -> score.Bar:
        """The bar after the last one, on the chord that the piece comes home to: what a player ends on."""
        spans = [span for bar in self.bars for span in bar.spans]
        homes = [span.chord for span in spans if span.chord.bass in {self.key % 12, (self.key + 9) % 12}]
        chord = homes[0] if homes else theory.chord("C", transpose=self.key)
        at = float(self.beats)
        return score.Bar(at, self.bars[0].beats, "home", 0, 0, (score.Span(at, self.bars[0].beats, chord),))

    def sing(
        self,
        theme: melody.Theme,
        *sections: str,
        low: int,
        high: int,
        velocity: float = 0.75,
        legato: float = 0.95,
        scale: str = "major",
    ) -> list[score.Note]:
        """Return the theme over these sections, in the key that its chords are written in."""
        written = self.only(*sections)
        return melody.sung(
            theme, written, tonic=self.key % 12, scale=scale, low=low, high=high, velocity=velocity, legato=legato
        )

    def sing_bar(self, theme: melody.Theme, bar: score.Bar, *, low: int, high: int) -> list[score.Note]:
        """Return one bar of an improvisation: a motif of the theme, chosen anew."""
        one = melody.Theme(theme.motifs, self.rng.choice(("aaaa", "bbbb")), (self.rng.randrange(-4, 7),) * 4)
        return melody.sung(one, [bar], tonic=self.key % 12, scale="major", low=low, high=high)

    def desk(self, **how: float) -> desk.Desk:
        return desk.Desk(beats=self.beats, bpm=self.bpm, rng=self.rng, **how)


@dataclass(frozen=True)
class Style:
    play: Callable[[Session], Samples]
    forms: tuple[str, ...]  # sections with their bars
    moods: tuple[dict[str, str], ...]  # progressions a section, written in C major or A minor
    beats: int = 4
