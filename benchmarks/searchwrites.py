"""Edits at a steady rate while others search: how soon each is found, and what the searches notice of it."""

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import figures
from benchmarks.installations import Installation
from spotify_lite.tests.rig import finding, server, worker
from spotify_lite.tests.rig.searchers import Searchers

RATE = 1000  # edits a minute
WATCHED = 10  # every so manieth edit is looked for until it is found; all of them are looked for after two seconds
PAUSE = 0.1  # seconds that a client takes to look at an answer


def measured(place: Installation, asked: Sequence[str], *, clients: int, seconds: int) -> dict[str, Any]:
    var = Path(place.variables["VAR_DIR"])
    with (
        server.running(var, migrate=False, extra=place.database) as node,
        worker.running(node),
        Searchers(node, asked, clients, pause=PAUSE) as searchers,
    ):
        time.sleep(seconds / 4)  # warms
        before = len(searchers.answers)
        time.sleep(seconds / 2)
        idle = searchers.answers[before:]
        before = len(searchers.answers)
        found = finding.look(node, count=RATE * seconds // 60, rate=RATE, watch=WATCHED, seed=int(time.time()))
        busy = searchers.answers[before:]
    late = [one for one in found if not one.found or (one.watched and one.seconds > finding.WITHIN)]
    idle_ms, busy_ms = ([answer.seconds * 1000 for answer in answers] for answers in (idle, busy))
    ratio = figures.cuts(busy_ms)[1] / figures.cuts(idle_ms)[1]
    return {
        "edits": len(found),
        "of each kind": ", ".join(f"{what} {count}" for what, count in Counter(one.what for one in found).items()),
        "not found within 2 s": len(late),
        "these are": ", ".join(f"{one.what} {one.track_id} ({one.query})" for one in late),
        "found after ms": figures.told([one.seconds * 1000 for one in found if one.watched and one.found]),
        "found after ms at most": round(max((one.seconds * 1000 for one in found if one.watched), default=0)),
        "searches while nobody edits, ms": figures.told(idle_ms),
        "searches meanwhile, ms": figures.told(busy_ms),
        "p95 of searches, times": round(ratio, 2),
        "searches other than 200": sum(answer.status != 200 for answer in (*idle, *busy)),
        "partial": sum(answer.partial for answer in (*idle, *busy)),
    }
