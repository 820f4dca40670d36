"""Styles that push: synthwave, house and rock."""

import numpy as np

from catalog.demo import effects, score
from catalog.demo.melody import answered
from catalog.demo.sound import Samples, band, lowpass, noise
from catalog.demo.styles.session import Session, Style


def _synthwave(session: Session) -> Samples:
    rng = session.rng
    desk = session.desk(loose=0.001)
    full = ("verse", "chorus", "bridge")
    beat = {
        "punch": "9.......9.......",
        "fat": "....9.......9...",
        "hat": "5.4.7.4.5.4.7.4.",
        "open": "......5.......5.",
    }
    fill = {"fat": "....9.......9.77", "high": "......78........", "mid": "........88......", "low": "..........88...."}
    hits = score.drummed(session.only("verse", "chorus"), beat, fill=fill)
    hits += score.drummed(session.only("build"), {"punch": "9...9...9...9...", "hat": "4...4...4...4..."})
    hits += [score.Hit(bar.at, "crash", 0.9) for bar in session.only("verse", "chorus") if bar.place == 0]
    levels = {"punch": 1, "fat": -2, "hat": -18, "open": -20, "crash": -17, "high": -3, "mid": -3, "low": -2}
    desk.add(desk.drummed(hits, levels), -2, room=0.16)
    bass = score.bass(
        session.only("build", *full),
        rng.choice(("x-x-x-x-x-x-x-x-", "x-xox-xox-xox-xo")),
        (0, 0, 12, 0, 0, 0, 12, 7),
        velocity=0.8,
    )
    desk.add(desk.stem(bass, "synthbass"), -4, pumped=True)
    arp = score.rolled(
        session.bars,
        rng.choice(((0, 1, 2, 4, 2, 1, 3, 1), (0, 2, 1, 3, 4, 3, 1, 2), (0, 1, 2, 3))),
        low=57,
        high=74,
        step=0.25,
        velocity=0.55,
        ring=0.9,
    )
    desk.add(
        effects.swept(desk.stem(arp, "arp"), _opening(session), closed=500),
        -4,
        pan=0.2,
        room=0.15,
        echo=0.3,
        pumped=True,
    )
    desk.add(
        desk.stem(score.held([*session.bars, session.home], low=52, high=74, velocity=0.6), "polysynth"),
        -9,
        room=0.3,
        pumped=True,
    )
    desk.add(
        desk.stem(score.held(session.only("bridge", "chorus"), low=64, high=84, size=3, velocity=0.5), "air"),
        -11,
        room=0.5,
    )
    verse, hook = session.theme("long"), session.theme("song")
    desk.add(
        effects.widened(desk.stem(session.sing(verse, "verse", low=64, high=81, velocity=0.6), "softlead")),
        -3.5,
        room=0.3,
        echo=0.35,
    )
    tune = session.sing(hook, "chorus", low=67, high=86, velocity=0.82)
    desk.add(effects.widened(desk.stem(answered(tune, rng), "lead")), -4, room=0.35, echo=0.35)
    bells = session.sing(verse, "bridge", "outro", low=72, high=91, velocity=0.6)
    desk.add(desk.stem(bells, "glass"), -7, room=0.5, echo=0.4)
    return desk.mixed(room=(2.4, 7_000), echo=0.75, feedback=0.42, pump=(0.5, 0.3), loudness=-13.5, fade=3.5)


def _opening(session: Session) -> np.ndarray:
    """Return how open the filter is along the piece: it opens through intros and builds, and is open for the chorus."""
    rest = {
        "intro": (0.05, 0.45),
        "build": (0.3, 0.9),
        "verse": (0.5, 0.65),
        "bridge": (0.7, 0.15),
        "chorus": (1, 1),
        "drop": (1, 1),
        "break": (0.15, 0.85),
        "outro": (0.8, 0.1),
    }
    points = []
    for bar in session.bars:
        low, high = rest.get(bar.section, (0.6, 0.6))
        share = bar.place / max(1, bar.place + bar.left)
        points.append(low + (high - low) * share)
    return np.array([*points, points[-1]])


def _house(session: Session) -> Samples:
    rng = session.rng
    desk = session.desk(swing=0.1, unit=0.25, loose=0.002)
    moving = ("build", "verse", "drop")
    beat = {
        "deep": "9...9...9...9...",
        "clap": "....8.......8...",
        "open": "..7...7...7...7.",
        "hat": "4.344.344.344.34",
        "shaker": "4.2.5.2.4.2.5.2.",
    }
    hits = score.drummed(
        session.only("verse", "drop"), beat, fill={"clap": "....8.......8.67", "deep": "9...9...9......."}
    )
    hits += score.drummed(session.only("intro", "build", "outro"), {k: beat[k] for k in ("deep", "hat", "shaker")})
    hits += score.drummed(session.only("break"), {"shaker": beat["shaker"], "rim": "...5..5....5..5."})
    hits += score.drummed(session.only("drop"), {"rim": rng.choice(("...6..6....6..6.", "..6..6..6..6..6."))})
    hits += [score.Hit(bar.at, "crash", 0.8) for bar in session.only("drop", "verse") if bar.place == 0]
    levels = {"deep": -0.5, "clap": -5, "open": -18, "hat": -21, "shaker": -19, "rim": -14, "crash": -19}
    desk.add(desk.drummed(hits, levels), -1, room=0.08)
    line = rng.choice(
        (
            ("..x-..x-..x-..xo", (0, 0, 12, 7, 10)),
            ("..x-.x..x.x-..x-", (0, 12, 0, 7, 0)),
            ("x..x..x-..x.x-..", (0, 0, 7, 12, 10)),
        )
    )
    desk.add(desk.stem(score.bass(session.only(*moving), *line, velocity=0.8), "synthbass"), -5, pumped=True)
    chords = rng.choice(("x..x..x...x..x..", "..x..x....x..x..", "x--...x-..x--..."))
    stabs = desk.stem(
        score.comped(session.bars, chords, low=55, high=77, velocity=0.65), rng.choice(("stab", "epiano"))
    )
    desk.add(effects.swept(stabs, _opening(session), closed=420), -8, room=0.2, echo=0.2, pumped=True)
    desk.add(
        desk.stem(score.held(session.only("verse", "break", "drop"), low=55, high=76, velocity=0.5), "strings"),
        -12,
        room=0.4,
        pumped=True,
    )
    hook, spare = session.theme("busy"), session.theme("sparse")
    lead = rng.choice(("marimba", "softlead", "organ"))
    tune = session.sing(hook, "drop", low=64, high=83, velocity=0.72)
    desk.add(desk.stem(answered(tune, rng), lead), -7 if lead != "organ" else -9, pan=0.15, room=0.25, echo=0.3)
    desk.add(desk.stem(session.sing(spare, "verse", "break", low=67, high=84, velocity=0.6), "air"), -3, room=0.6)
    desk.add(_risers(desk, session), -24, room=0.3)
    return desk.mixed(room=(1.6, 6_500), echo=0.75, feedback=0.45, pump=(0.7, 0.26), loudness=-13.5, fade=5)


def _risers(desk, session: Session) -> Samples:  # type: ignore[no-untyped-def]
    """Noise that swells through the last two bars before a drop."""
    out = np.zeros((2, desk.count), dtype=np.float32)
    for bar in session.only("break", "build"):
        if bar.left == 1:
            start, end = (round(desk.time(beat) * 44_100) for beat in (bar.at, bar.at + 2 * bar.beats))
            swell = np.linspace(0, 1, end - start) ** 2.2
            for side in (0, 1):
                hiss = noise((end - start) / 44_100 + 0.01, band(1_500, 9_000, steep=1), seed=60 + side)[: end - start]
                out[side, start:end] = hiss / np.std(hiss) * swell * 0.2
    return out


def _rock(session: Session) -> Samples:
    rng = session.rng
    desk = session.desk(loose=0.005)
    beat = {
        "verse": {"punch": "9.....4.9.8.....", "fat": "....9.......9...", "hat": "8.5.8.5.8.5.8.5."},
        "chorus": {"punch": "9..4..8.9.8...4.", "fat": "....9.......9...", "ride": "8...7...8...7..."},
        "bridge": {"punch": "9.......9.......", "low": "..6.6.8...6.6.8.", "fat": "............9..."},
    }
    fill = {"fat": "....9...8.8.9.99", "high": "........88......", "low": "............89..", "hat": "8.5.8..........."}
    hits = [hit for name, lines in beat.items() for hit in score.drummed(session.only(name), lines, fill=fill)]
    hits += score.drummed(session.only("intro"), beat["verse"], fill=fill)
    hits += [
        score.Hit(bar.at, "crash", 0.95)
        for bar in session.bars
        if bar.place == 0 or (bar.section == "chorus" and bar.place % 4 == 0)
    ]
    hits += [score.Hit(session.home.at, drum, 0.9) for drum in ("punch", "crash")]
    levels = {"punch": 1.5, "fat": -0.5, "hat": -17, "ride": -18, "crash": -16, "high": -3, "low": -2}
    desk.add(desk.drummed(hits, levels), 0, room=0.14)
    chug = rng.choice(("X-ooX-ooX-ooX-oo", "X-oox-oX-ooox-X-", "X-o-X-o-x-x-X-o-"))
    for side, offset in ((-0.85, 0), (0.85, 1)):  # two takes of two guitarists, hard left and right
        notes = _power(session.only("intro", "chorus", "outro"), "X-------X---x---" if offset else "X-----x-X-----x-")
        notes += _power(session.only("verse"), chug) + _power(
            [*session.only("bridge"), session.home], "X---------------"
        )
        amped = effects.driven(
            effects.filtered(desk.stem(notes, "electric"), band(90, 4_500, steep=1)) * np.float32(2.2), 6.0
        )
        desk.add(effects.filtered(amped, _cabinet), -10.5, pan=side, room=0.08)
    line = score.bass(
        session.only("intro", "verse", "chorus", "bridge"), "x-x-x-x-x-x-x-x-", (0, 0, 0, 0, 0, 0, 0, 7), velocity=0.8
    )
    desk.add(effects.driven(desk.stem(line, "roundbass") * np.float32(1.3), 2.2), -4.5)
    verse, hook = session.theme("song"), session.theme("busy")
    quiet = session.sing(verse, "verse", low=60, high=76, velocity=0.7)
    desk.add(effects.widened(desk.stem(quiet, "clean")), -1.5, room=0.25, echo=0.15)
    solo = session.sing(hook, "chorus", low=64, high=83, velocity=0.85) + answered(
        session.sing(session.theme("busy"), "bridge", low=64, high=84, velocity=0.85), rng
    )
    sharp = effects.driven(
        effects.filtered(desk.stem(solo, "electric"), lowpass(3_500, steep=1)) * np.float32(2.5), 5.0
    )
    desk.add(effects.filtered(sharp, _cabinet), -9, pan=0.1, room=0.3, echo=0.25)
    desk.add(
        desk.stem(score.held(session.only("chorus", "bridge"), low=55, high=74, size=3, velocity=0.6), "organ"),
        -17,
        room=0.2,
    )
    return desk.mixed(room=(1.2, 6_500), echo=0.5, feedback=0.3, loudness=-13, fade=3)


def _power(written: list[score.Bar], rhythm: str) -> list[score.Note]:
    """Roots, fifths and octaves: what stays clear behind distortion."""
    notes = score.bass(written, rhythm, (0,), low=38, velocity=0.85)
    return [score.Note(n.at, n.length, n.pitch + step, n.velocity) for n in notes for step in (0, 7, 12)]


def _cabinet(hertz: np.ndarray) -> np.ndarray:
    """A guitar speaker: nothing above 5 kHz, a hump where it bites."""
    return band(95, 4_600, steep=2.5)(hertz) * (1 + 0.8 * np.exp(-((np.log2(np.maximum(hertz, 1) / 2_400) / 0.6) ** 2)))


STYLES = {
    "synthwave": Style(
        _synthwave,
        forms=(
            "intro4 build4 verse8 chorus8 bridge4 chorus8 outro4",
            "intro4 verse8 chorus8 bridge4 build4 chorus12 outro4",
        ),
        moods=(
            {"*": "Am | F | C | G", "bridge": "Dm | F | Am | E7sus4"},
            {"*": "Fmaj7 | G | Am | Em", "chorus": "F | G | Am | C/E"},
            {"*": "Am | Em | F | G", "chorus": "F | C | G | Am"},
            {"*": "Dm9 | Am7 | Fmaj7 | G", "chorus": "Fmaj7 | C | G | Am"},
        ),
    ),
    "house": Style(
        _house,
        forms=("intro4 build4 verse8 break8 drop16 outro4", "intro4 verse8 build4 drop8 break6 drop12 outro4"),
        moods=(
            {"*": "Am9 | Fmaj9 | Cmaj9 | G6"},
            {"*": "Dm9 | Em7 | Fmaj9 | Em7"},
            {"*": "Fmaj7 | Em7 | Am9 | Am9", "break": "Fmaj7 | G6 | Am9 | Cmaj9"},
        ),
    ),
    "rock": Style(
        _rock,
        forms=(
            "intro4 verse8 chorus8 verse8 chorus8 bridge8 chorus8 outro2",
            "intro4 verse8 chorus8 bridge4 verse8 chorus8 outro2",
        ),
        moods=(
            {"*": "A5 | G5 | D5 | F5 G5", "chorus": "F5 | C5 | G5 | A5", "outro": "A5"},
            {"*": "A5 | C5 | D5 | F5 E5", "chorus": "A5 | F5 | C5 | G5", "outro": "A5"},
            {"*": "D5 | A5 | F5 | G5", "chorus": "C5 | G5 | A5 | F5", "outro": "A5"},
        ),
    ),
}
