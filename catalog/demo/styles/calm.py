"""Styles without a beat to dance to: ambient, solo piano, folk, a waltz, and an oud over a drone."""

import numpy as np

from catalog.demo import score, theory
from catalog.demo.melody import answered
from catalog.demo.sound import Samples, band, noise
from catalog.demo.styles.session import Session, Style


def _ambient(session: Session) -> Samples:
    desk, rng = session.desk(loose=0.03), session.rng
    everything = session.bars
    desk.add(desk.stem(score.held(everything, low=48, high=72, velocity=0.75), "warm"), -5, room=0.5)
    desk.add(desk.stem(score.held(session.only("b", "c"), low=60, high=84, size=3, velocity=0.6), "air"), -10, room=0.7)
    low = [
        score.Note(bar.at, bar.beats * 1.02, theory.nearest(36, [bar.chord.bass], low=29, high=43), 0.7)
        for bar in everything
    ]
    desk.add(desk.stem(low, "subbass"), -11)
    theme, second = session.theme("sparse"), session.theme("long")
    bells = session.sing(theme, "a", "b", "c", "d", low=72, high=93, velocity=0.55, scale="major pentatonic")
    desk.add(desk.stem(bells, rng.choice(("glass", "vibes", "musicbox"))), -3, pan=0.25, room=0.8, echo=0.6)
    keys = session.sing(second, "b", "c", low=60, high=79, velocity=0.5, scale="major pentatonic")
    desk.add(desk.stem(keys, rng.choice(("piano", "epiano"))), -4, pan=-0.25, room=0.9, echo=0.35)
    desk.add(_waves(desk.count, session), -23, room=0.2)
    return desk.mixed(room=(4.5, 5_000), echo=1.5, feedback=0.6, loudness=-16.5, fade=7)


def _waves(count: int, session: Session) -> Samples:
    """Noise that comes and goes like water, not the same on both sides."""
    grid = np.arange(count) / count
    sides = []
    for side in (0, 1):
        surf = noise(6.0, band(300, 2_600, steep=1), seed=40 + side)
        surf[:4410] = surf[:4410] * np.linspace(0, 1, 4410) + surf[-4410:] * np.linspace(1, 0, 4410)  # loops unheard
        long = np.resize(surf[:-4410], count)
        swell = 0.5 - 0.5 * np.cos(2 * np.pi * (grid * (5 + side) + session.rng.random()))
        sides.append(long / np.std(surf) * swell * 0.2)
    return np.stack(sides).astype(np.float32)


def _piano(session: Session) -> Samples:
    desk, rng = session.desk(loose=0.009, rubato=0.28), session.rng
    order = rng.choice(((0, 2, 1, 2), (0, 1, 2, 3, 2, 1), (0, 2, 3, 2)))
    quiet, full = session.only("intro", "a", "outro"), session.only("b", "c")
    left = score.rolled(quiet, order, low=45, high=64, step=0.5, velocity=0.4, ring=2.6, size=4)
    left += score.rolled(full, (0, 1, 2, 3), low=43, high=64, step=0.5, velocity=0.5, ring=2.2, size=4)
    left += score.bass(session.only("a", "b", "c"), "x---------------", (0,), low=31, velocity=0.5)
    theme, contrast = session.theme("song"), session.theme("long")
    right = session.sing(theme, "a", low=65, high=84, velocity=0.68, legato=1.1)
    right += session.sing(contrast, "b", low=69, high=88, velocity=0.75, legato=1.1)
    right += answered(session.sing(theme, "c", low=65, high=84, velocity=0.82, legato=1.1), rng, often=0.4)
    again = session.sing(theme, "c", low=65, high=84)  # when it returns, in octaves on the strong beats
    right += [score.Note(n.at, n.length, n.pitch - 12, n.velocity * 0.6) for n in again if n.at % 2 == 0]
    right += score.held([session.home], low=48, high=72, velocity=0.45)
    left += score.bass([session.home], "x---------------", (0,), low=31, velocity=0.45)
    desk.add(desk.stem(left, "piano"), -4.5, pan=-0.18, room=0.35)
    desk.add(desk.stem(right, "piano"), -3, pan=0.16, room=0.4)
    if rng.random() < 0.6:
        desk.add(
            desk.stem(score.held(session.only("b", "c"), low=52, high=72, size=3, velocity=0.5), "strings"),
            -16,
            room=0.6,
        )
    return desk.mixed(room=(2.8, 5_500), loudness=-17, fade=3.5)


def _folk(session: Session) -> Samples:
    desk, rng = session.desk(loose=0.007, swing=0.06, unit=0.25), session.rng
    waltz = session.bars[0].beats == 3
    order = (
        rng.choice(((0, 2, 1, 3, 2, 1), (0, 1, 2, 3, 2, 1)))
        if waltz
        else rng.choice(((0, 2, 1, 3), (0, 2, 3, 1, 2, 3, 2, 1)))
    )
    desk.add(
        desk.stem(score.rolled(session.bars, order, low=50, high=71, step=0.5, velocity=0.62, ring=2.4), "guitar"),
        -5,
        pan=-0.35,
        room=0.2,
    )
    strummed = "X---o---o---" if waltz else rng.choice(("X---x-o-..x-x-o-", "X---x-x-..x-x---"))
    strum = score.comped(session.only("chorus", "bridge"), strummed, low=52, high=76, velocity=0.5, strum=0.03)
    desk.add(desk.stem(strum, "guitar"), -9, pan=0.4, room=0.2)
    root = "x-----------" if waltz else "x-------x-----x-"
    desk.add(
        desk.stem(score.bass(session.only("verse", "chorus", "bridge"), root, (0, 7, 0)), "roundbass"), -4, room=0.05
    )
    desk.add(desk.stem(_last_strum(session), "guitar"), -6, pan=-0.2, room=0.3)
    first, second = rng.sample(("violin", "flute", "melodica", "clean"), 2)
    verse, chorus = session.theme("waltz" if waltz else "song"), session.theme("waltz" if waltz else "song")
    desk.add(desk.stem(session.sing(verse, "verse", low=62, high=79, velocity=0.72), first), -6, pan=0.12, room=0.4)
    tune = session.sing(chorus, "chorus", low=65, high=83, velocity=0.8)
    desk.add(desk.stem(answered(tune, rng), first), -5, pan=0.12, room=0.4)
    desk.add(
        desk.stem([score.Note(n.at, n.length, n.pitch, n.velocity * 0.8) for n in _thirds(tune, session)], second),
        -10,
        pan=-0.2,
        room=0.45,
    )
    desk.add(
        desk.stem(score.held(session.only("bridge", "chorus"), low=55, high=74, size=3, velocity=0.5), "strings"),
        -12,
        room=0.5,
    )
    beat = {
        "shaker": "5.3.5.3.5.3." if waltz else "5.3.6.3.5.3.6.34",
        "wood": "7..........." if waltz else "6.......6.......",
    }
    hits = score.drummed(session.only("chorus", "bridge"), beat)
    desk.add(desk.drummed(hits, {"shaker": -10, "wood": -7}), -1, room=0.25)
    return desk.mixed(room=(1.5, 6_500), loudness=-15)


def _last_strum(session: Session) -> list[score.Note]:
    """The chord that it ends on, and the low string under it."""
    chord = score.comped([session.home], "x---------------", low=52, high=74, velocity=0.55, strum=0.06)
    return chord + score.bass([session.home], "x---------------", (0,), low=33, velocity=0.6)


def _thirds(tune: list[score.Note], session: Session) -> list[score.Note]:
    """Return a second voice under the tune: the scale's third below, a fourth where that would leave the chord."""
    classes = {(session.key + step) % 12 for step in (0, 2, 4, 5, 7, 9, 11)}
    spans = [span for bar in session.bars for span in bar.spans]
    voice = []
    for note in tune:
        harmony = next(s for s in reversed(spans) if s.at <= note.at + 1e-6).chord
        strong = note.length >= 0.9 or note.at % 2 == 0
        allowed = set(harmony.tones) if strong else classes
        below = next((step for step in (3, 4, 5, 6, 7) if (note.pitch - step) % 12 in allowed), 12)
        voice.append(score.Note(note.at, note.length, note.pitch - below, note.velocity))
    return voice


def _oud(session: Session) -> Samples:
    desk, rng = session.desk(loose=0.008), session.rng
    tonic = (session.key + 4) % 12  # the fifth degree of the minor that the chords are in
    drone = [
        score.Note(bar.at, bar.beats * 1.05, 40 + (tonic - 4) % 12 + high, 0.6)
        for bar in session.bars
        for high in (0, 7)
    ]
    desk.add(desk.stem(drone, "warm"), -10, room=0.4)
    lead, reply = session.theme("busy"), session.theme("song")
    tune = session.sing(lead, "a", low=52, high=71)
    tune += answered(session.sing(lead, "c", low=57, high=76), rng, often=0.6)
    desk.add(desk.stem(tune, "oud"), -3, pan=-0.15, room=0.3, echo=0.12)
    desk.add(desk.stem(session.sing(reply, "b", low=64, high=81), "flute"), -6, pan=0.2, room=0.5, echo=0.15)
    desk.add(desk.stem(score.bass(session.only("a", "b", "c"), "x-----x-x-----x-", (0, 7, 0, 0)), "roundbass"), -6)
    beat = {"low": "9.....6.........", "rim": "....6..4..6.6..4", "shaker": "3.5.3.5.3.5.3.5."}
    hits = score.drummed(session.only("b", "c"), beat)
    desk.add(desk.drummed(hits, {"rim": -10, "low": -2, "shaker": -12}), 0, room=0.35)
    desk.add(desk.stem(score.held(session.only("c"), low=52, high=70, size=3, velocity=0.5), "strings"), -13, room=0.5)
    return desk.mixed(room=(2.4, 5_500), echo=0.75, loudness=-15.5, fade=4)


STYLES = {
    "ambient": Style(
        _ambient,
        forms=("a4 b6 c8 d4", "a6 b4 c6 d6", "a4 b8 c4 d4"),
        moods=(
            {"*": "Fmaj9 | Am9 | Cmaj9 | G6"},
            {"*": "Am9 | Fmaj7 | Dm9 | Em7", "c": "Fmaj9 | G6 | Am9 | Cmaj9"},
            {"*": "Cmaj9 | Bbmaj7 | Fmaj9 | Gadd9"},
        ),
    ),
    "piano": Style(
        _piano,
        forms=("intro2 a8 b8 c8 outro2", "a8 b8 c8 outro2", "intro2 a8 b8 a8 outro4"),
        moods=(
            {"*": "Am | F | C | G/B", "b": "F | G | Em | Am | Dm | G | Cmaj7 | E7", "outro": "Dm | Am"},
            {
                "*": "C | G/B | Am | Em | F | C/E | Dm7 | G",
                "b": "Am | E7 | F | C | Dm | Am | B7 | E7",
                "outro": "F | C",
            },
            {
                "*": "Am | E7/G# | C/G | D/F# | F | C/E | Dm | E7",
                "b": "Fmaj7 | G6 | Em7 | Am | Dm7 | G7 | Cmaj7 | E7",
                "outro": "Dm6 | Am",
            },
            {"*": "Cmaj7 | Am7 | Dm9 | G7", "b": "Em7 | A7 | Dm7 | Fm6 | C/G | Am7 | Dm7 | G7", "outro": "Fm6 | Cmaj7"},
            {"*": "Am | Dm | G | C | F | Dm | E7 | Am", "b": "C | G | Am | Em | F | C | F | G", "outro": "F | Am"},
        ),
    ),
    "folk": Style(
        _folk,
        forms=("intro4 verse8 chorus8 verse8 chorus8 outro4", "intro4 verse8 chorus8 bridge4 chorus8 outro4"),
        moods=(
            {"*": "C | G/B | Am | F", "chorus": "F | G | C | Am | F | G | C | C", "bridge": "Dm | Am | F | G"},
            {"*": "Am | G | F | C | Dm | Am | E7 | Am", "chorus": "C | G | Am | F | C | G | F | Am"},
            {"*": "C | Em | F | C | Am | Em | F | G", "chorus": "F | C/E | Dm | G | F | C/E | Dm7 | C"},
        ),
    ),
    "waltz": Style(
        _folk,
        forms=("intro4 verse16 chorus16 verse8 chorus16 outro4",),
        moods=(
            {"*": "Am | Am | Dm | Am | F | C | E7 | Am", "chorus": "C | G | Am | Em | F | C | E7 | Am"},
            {"*": "C | Am | F | G | C | Am | Dm | G", "chorus": "F | G | Em | Am | F | G | C | C"},
        ),
        beats=3,
    ),
    "oud": Style(
        _oud,
        forms=("intro4 a8 b8 c8 outro4",),
        moods=(
            {
                "*": "E | F | E | Dm | E | F | Dm | E",
                "b": "Am | Dm | G | F | Am | Dm | F | E",
                "intro": "E",
                "outro": "E",
            },
        ),
    ),
}  # fmt: skip
