"""Every style, and how a piece in it is played."""

import random
from dataclasses import dataclass

from catalog.demo import desk, score
from catalog.demo.sound import Samples
from catalog.demo.styles import calm, drive, groove, swing
from catalog.demo.styles.session import Session, Style

STYLES: dict[str, Style] = {**calm.STYLES, **groove.STYLES, **swing.STYLES, **drive.STYLES}


@dataclass(frozen=True)
class Piece:
    style: str  # a key of STYLES
    key: int  # semitones from C major or A minor
    bpm: float
    mood: int = 0  # which of the style's progressions
    form: int = 0  # which of its forms

    @property
    def bars(self) -> list[score.Bar]:
        style = STYLES[self.style]
        return score.bars(style.forms[self.form], style.moods[self.mood], transpose=self.key, beats=style.beats)

    @property
    def seconds(self) -> float:
        """The length of the recording, with what rings on after the last bar."""
        return sum(bar.beats for bar in self.bars) * 60 / self.bpm + desk.TAIL


def play(piece: Piece, *, seed: str) -> Samples:
    """Return the recording in stereo; the same piece and seed give the same samples."""
    session = Session(piece.bars, piece.bpm, piece.key, random.Random(seed))
    return STYLES[piece.style].play(session)
