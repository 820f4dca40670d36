"""Styles that sit back: lo-fi and dub."""

import numpy as np

from catalog.demo import effects, score
from catalog.demo.melody import answered
from catalog.demo.sound import RATE, Samples, band, lowpass
from catalog.demo.styles.session import Session, Style


def _lofi(session: Session) -> Samples:
    rng = session.rng
    desk = session.desk(swing=rng.uniform(0.2, 0.3), unit=0.25, loose=0.008)
    rhythm = rng.choice(("x-----x---------", "x-------..x-----", "..x---x---x-----"))
    comp = score.comped(session.bars, rhythm, low=50, high=72, velocity=0.6, strum=0.02)
    comp += score.comped([session.home], "x---------------", low=50, high=72, velocity=0.55, strum=0.08)
    keys = desk.stem(comp, "epiano")
    desk.add(effects.panned_round(keys, rate=session.bpm / 60), -5, room=0.2)
    played = ("verse", "chorus", "bridge")
    line = rng.choice(("x-----o-x---..x-", "x---..x---x-o---", "x-------x-o-x---"))
    desk.add(desk.stem(score.bass(session.only(*played), line, (0, 0, 7, 12, 7)), "roundbass"), -1.5)
    first, second = rng.sample(("vibes", "clean", "horn", "flute"), 2)
    hook, verse = session.theme("swing"), session.theme("sparse")
    tune = session.sing(hook, "chorus", low=62, high=81, velocity=0.68)
    desk.add(desk.stem(answered(tune, rng), first), -4, pan=0.2, room=0.35, echo=0.2)
    desk.add(
        desk.stem(session.sing(verse, "verse", "bridge", low=64, high=79, velocity=0.5), second),
        -4.5,
        pan=-0.25,
        room=0.4,
        echo=0.25,
    )
    beat = {
        "kick": rng.choice(("9.....4...8.....", "9......59.4.....", "9.......4.8....5")),
        "dusty": "....8.......8...",
        "hat": "6.4.6.4.6.4.6.43",
        "rim": rng.choice(("...............3", ".......3........", "..........3..3..")),
    }
    hits = score.drummed(session.only(*played), beat, fill={"dusty": "....8.......8.46", "hat": "6.4.6.4.6......."})
    hits += score.drummed(session.only("intro", "outro"), {"hat": "4...4...4...4..."})
    hits = [hit for hit in hits if not (hit.drum != "hat" and _breaks(session, hit.at))]
    desk.add(desk.drummed(hits, {"kick": 0, "dusty": -3, "hat": -17, "rim": -14}), -1, room=0.08)
    desk.buses["dry"] = effects.filtered(
        effects.warbled(effects.driven(desk.buses["dry"] * np.float32(0.7), 1.6)), lowpass(7_500, steep=1.5)
    )
    desk.add(_surface(desk.count, session), -33)
    return desk.mixed(room=(1.1, 4_500), echo=0.75, feedback=0.35, loudness=-15)


def _breaks(session: Session, at: float) -> bool:
    """The drums hold their breath for the last beat before a chorus."""
    return any(bar.left == 0 and bar.section == "verse" and bar.at + 3 <= at < bar.at + 4 for bar in session.bars)


def _surface(count: int, session: Session) -> Samples:
    """The surface of a record: hiss, and clicks at random."""
    dice = np.random.default_rng(session.rng.randrange(1 << 30))
    hiss = np.resize(dice.standard_normal((2, 8 * RATE)).astype(np.float32), (2, count)) * np.float32(0.05)
    clicks = dice.integers(0, count, count // 5_000)
    hiss[dice.integers(0, 2, len(clicks)), clicks] += (dice.standard_normal(len(clicks)) * 2.2).astype(np.float32)
    return effects.filtered(hiss, band(500, 6_000, steep=1))


def _dub(session: Session) -> Samples:
    rng = session.rng
    desk = session.desk(swing=0.14, unit=0.25, loose=0.006)
    full = ("verse", "version", "chorus")
    riff = rng.choice(
        (
            ("x-..x-x---..x-o-", (0, 0, 7, 5, 3)),
            ("x---..x-x-..x---", (0, 7, 12, 7)),
            ("..x-x---x-x-..x-", (0, 0, 7, 10, 12)),
        )
    )
    low = [score.Note(n.at, n.length, n.pitch, n.velocity) for n in score.bass(session.only(*full), *riff)]
    desk.add(desk.stem(low, "subbass"), -5)
    desk.add(desk.stem(low, "roundbass"), -6)
    skank = score.comped(
        session.only("intro", "verse", "chorus", "outro"),
        "....x-......x-..",
        low=57,
        high=76,
        size=3,
        velocity=0.7,
        strum=0.008,
    )
    desk.add(desk.stem(skank, "clean"), -7, pan=0.3, room=0.2, echo=0.08)
    bubble = score.comped(session.only("verse", "chorus"), "..x.o.x...x.o.x.", low=52, high=69, size=3, velocity=0.5)
    desk.add(desk.stem(bubble, "organ"), -9, pan=-0.35, room=0.15)
    dropped = [
        note
        for note in score.comped(session.only("version"), "....x-..........", low=57, high=76, size=3, velocity=0.8)
        if int(note.at // 4) % 2 == 0
    ]
    desk.add(desk.stem(dropped, "clean"), -8, room=0.3, echo=0.75)
    tune, reply = session.theme("song"), session.theme("sparse")
    desk.add(
        desk.stem(session.sing(tune, "chorus", low=60, high=79, velocity=0.75), "melodica"),
        -6,
        pan=0.05,
        room=0.4,
        echo=0.3,
    )
    desk.add(
        desk.stem(session.sing(reply, "verse", "version", low=62, high=79, velocity=0.65), "melodica"),
        -8,
        room=0.4,
        echo=0.55,
    )
    beat = {
        "deep": "........9.......",
        "rim": "........7..3....",
        "hat": "..6...6...6...64",
        "shaker": "5.3.5.3.5.3.5.3.",
    }
    hits = score.drummed(
        session.only("intro", *full),
        beat,
        fill={"high": "..........6.6...", "mid": "............7.7.", "hat": "..6...6........."},
    )
    desk.add(
        desk.drummed(hits, {"deep": 2, "rim": -9, "hat": -17, "shaker": -19, "high": -7, "mid": -6}), -2, room=0.15
    )
    thrown = [score.Hit(bar.at + 2, "dusty", 0.9) for bar in session.only(*full) if bar.place % 4 == 3]
    desk.add(desk.drummed(thrown, {}), -8, room=0.3, echo=0.7)
    return desk.mixed(room=(2.2, 4_500), echo=0.75, feedback=0.62, loudness=-14.5, fade=5)


STYLES = {
    "lofi": Style(
        _lofi,
        forms=("intro4 verse8 chorus8 verse4 chorus8 outro2", "intro2 verse8 chorus8 bridge4 chorus8 outro2"),
        moods=(
            {"*": "Dm9 | G13 | Cmaj9 | A7b9", "bridge": "Fmaj7 | Em7 | Dm9 | G7sus4"},
            {"*": "Fmaj9 | Em7 A7b9 | Dm9 | G13 Cmaj9", "chorus": "Fmaj9 | G6 | Em7 | Am9"},
            {"*": "Am9 | D9 | Fmaj9 | E7b9", "chorus": "Fmaj9 | Em7 | Dm9 | E7b9"},
            {"*": "Cmaj9 | Bm7b5 E7b9 | Am9 | Gm9 C13", "chorus": "Fmaj9 | Fm6 | Em7 A7b9 | Dm9 G13"},
        ),
    ),
    "dub": Style(
        _dub,
        forms=("intro4 verse8 chorus4 version8 chorus4 outro2", "intro2 verse8 version8 chorus8 outro2"),
        moods=(
            {"*": "Am | Am | Dm | Em"},
            {"*": "Am7 | G | Fmaj7 | G", "chorus": "Dm7 | Am7 | Dm7 | Em7"},
            {"*": "Am | Dm | Am | Dm", "chorus": "F | G | Am | Am"},
        ),
    ),
}
