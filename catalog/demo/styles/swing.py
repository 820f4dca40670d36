"""Styles for a good band: jazz and city pop."""

from catalog.demo import effects, score
from catalog.demo.melody import answered
from catalog.demo.sound import Samples
from catalog.demo.styles.session import Session, Style


def _jazz(session: Session) -> Samples:
    rng = session.rng
    desk = session.desk(swing=0.3, unit=0.5, loose=0.008)
    walked = session.only("head", "solo", "out")
    desk.add(desk.stem(score.walking(walked, rng), "roundbass"), -5.5, pan=-0.1, room=0.1)
    desk.add(
        desk.stem(score.bass(session.only("intro", "end"), "x---------------", (0,), low=30), "roundbass"),
        -4.5,
        room=0.1,
    )
    comp: list[score.Note] = []
    for bar in session.only("intro", "head", "out"):
        comp += score.comped(
            [bar],
            rng.choice(("x-----x-........", "......x-....x-..", "x-....x-....x---", "..x-....x-----..")),
            low=50,
            high=70,
            velocity=0.55,
        )
    comp += [
        note
        for bar in session.only("solo")
        for note in score.comped(
            [bar],
            rng.choice(("......o-........", "o-....o-........", "..o---......o-..")),
            low=48,
            high=64,
            size=3,
            velocity=0.5,
        )
    ]
    comp += score.comped([session.home], "x---------------", low=50, high=74, size=5, velocity=0.5, strum=0.06)
    comp += score.comped(session.only("end"), "x---------------", low=50, high=70, velocity=0.5, strum=0.04)
    desk.add(desk.stem(comp, "piano"), -6, pan=-0.3, room=0.25)
    lead = rng.choice(("horn", "vibes", "flute"))
    head, solo = session.theme("swing"), session.theme("busy")
    tune = session.sing(head, "head", low=60, high=79, velocity=0.75)
    tune += answered(session.sing(head, "out", low=60, high=79, velocity=0.8), rng, often=0.5)
    desk.add(desk.stem(tune, lead), -4, pan=0.25, room=0.35)
    line = [
        note
        for n, bar in enumerate(session.only("solo"))
        for note in session.sing_bar(solo if n % 8 < 4 else session.theme("busy"), bar, low=62, high=84)
    ]
    desk.add(desk.stem(line, "piano"), -4, pan=-0.1, room=0.25)
    ride = {"ride": "8...9.5.8...9.5.", "hat": "....7.......7..."}
    hits = score.drummed(walked, ride) + score.drummed(session.only("intro", "end"), {"hat": "....5.......5..."})
    for bar in walked:
        hits += score.drummed(
            [bar],
            {
                "brush": rng.choice(("....5.......6...", "....5.3.....5..4", "..3.5.......5...")),
                "soft": rng.choice(("3...............", "......4.........", "..............4.")),
            },
        )
    desk.add(desk.drummed(hits, {"ride": -16, "hat": -19, "brush": -11, "soft": -7}), 2, room=0.2)
    return desk.mixed(room=(1.3, 6_000), loudness=-15.5, fade=3)


def _city(session: Session) -> Samples:
    rng = session.rng
    desk = session.desk(swing=0.08, unit=0.25, loose=0.004)
    full = ("verse", "chorus", "bridge")
    keys = desk.stem(
        score.comped(
            session.bars, rng.choice(("x--x--x---x--x--", "x-..x--x..x-x---")), low=53, high=74, velocity=0.58
        ),
        "epiano",
    )
    desk.add(effects.panned_round(keys, rate=4.2), -7, room=0.2)
    strum = score.comped(
        session.only("verse", "chorus"),
        rng.choice(("..x.x..o..x.xo..", "o.x...xo..x..ox.")),
        low=60,
        high=79,
        size=3,
        velocity=0.55,
        strum=0.01,
    )
    desk.add(effects.widened(desk.stem(strum, "clean")), -8, room=0.15)
    line = rng.choice(("x--x..x-o-x-..xo", "x-.x..xo..x-x-x-"))
    desk.add(
        effects.driven(desk.stem(score.bass(session.only(*full), line, (0, 12, 0, 7, 10, 12)), "roundbass"), 1.4), -2.5
    )
    desk.add(
        desk.stem(score.held(session.only("chorus", "bridge"), low=57, high=79, velocity=0.5), "polysynth"),
        -10,
        room=0.3,
        pumped=True,
    )
    desk.add(
        desk.stem(score.held(session.only("chorus"), low=64, high=84, size=3, velocity=0.55), "strings"), -12, room=0.5
    )
    verse, hook = session.theme("song"), session.theme("busy")
    desk.add(
        desk.stem(session.sing(verse, "verse", low=62, high=79, velocity=0.66), rng.choice(("flute", "vibes"))),
        -6,
        pan=0.1,
        room=0.35,
        echo=0.2,
    )
    tune = answered(session.sing(hook, "chorus", low=65, high=84, velocity=0.8), rng)
    desk.add(effects.widened(desk.stem(tune, "softlead")), -3, room=0.35, echo=0.25)
    desk.add(
        desk.stem([score.Note(n.at, n.length, n.pitch + 12, n.velocity * 0.5) for n in tune], "musicbox"),
        -10,
        pan=-0.3,
        room=0.4,
    )
    desk.add(
        desk.stem(
            session.sing(session.theme("long"), "intro", "bridge", "outro", low=67, high=86, velocity=0.6), "horn"
        ),
        -8,
        pan=-0.1,
        room=0.4,
        echo=0.2,
    )
    beat = {
        "kick": "9..4..8...9.....",
        "fat": "....9.......9...",
        "hat": "7.5.7.567.5.7.54",
        "open": "..............6.",
    }
    hits = score.drummed(
        session.only(*full),
        beat,
        fill={"fat": "....9.....5.9.78", "high": "........6.......", "low": "..........7...7."},
    )
    hits += [score.Hit(bar.at, "crash", 0.8) for bar in session.only("chorus") if bar.place == 0]
    hits += score.drummed(session.only("intro", "outro"), {"shaker": "5.3.6.3.5.3.6.34", "rim": "....5.......5..."})
    desk.add(
        desk.drummed(
            hits,
            {
                "kick": 0,
                "fat": -3.5,
                "hat": -18,
                "open": -19,
                "crash": -18,
                "shaker": -16,
                "rim": -13,
                "high": -5,
                "low": -4,
            },
        ),
        -1,
        room=0.12,
    )
    return desk.mixed(room=(1.8, 7_000), echo=0.75, feedback=0.3, pump=(0.3, 0.2), loudness=-14)


STYLES = {
    "jazz": Style(
        _jazz,
        forms=("intro4 head16 solo16 out12 end2", "intro4 head12 solo24 out12 end2"),
        moods=(
            {"*": "Dm9 | G13 | Cmaj9 | A7b9 | Dm9 | G13 | Em7 A7b9 | Dm7 G13", "end": "Cmaj9"},
            {"*": "Am9 | Dm9 | G13 | Cmaj9 | Fmaj7 | Bm7b5 | E7b9 | Am9", "end": "Am9"},
        ),
    ),
    "city": Style(
        _city,
        forms=("intro4 verse8 chorus8 verse8 chorus8 outro4", "intro4 verse8 chorus8 bridge4 chorus16 outro2"),
        moods=(
            {"*": "Fmaj9 | E7 | Am9 | Gm9 C9", "verse": "Dm9 | G13 | Cmaj9 | Am9", "outro": "Fmaj9 | Em7"},
            {"*": "Fmaj9 | G6 | Em7 | Am9 | Dm9 | G13 | Cmaj9 | C9", "verse": "Am9 | Fmaj9 | Dm9 | G7sus4"},
            {"*": "Dm9 | Em7 | Fmaj9 | G7sus4", "chorus": "Fmaj9 | Fm6 | Em7 | A7b9 | Dm9 | G13 | Cmaj9 | Gm9 C9"},
        ),
    ),
}
