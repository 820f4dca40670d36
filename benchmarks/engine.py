"""Ask the search engine itself, in a process of its own, as `benchmarks.search` starts it.

python -m benchmarks.engine draw FILE           make queries of the catalog of this environment
python -m benchmarks.engine measure FILE        ask them, and print figures as JSON
python -m benchmarks.engine crowd FILE          ask them for some seconds, beside others who do the same
"""

import argparse
import json
import os
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spotify_lite.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks import figures, queries  # noqa: E402
from benchmarks.queries import Asked, Song  # noqa: E402
from catalog import search  # noqa: E402
from catalog.models import Track  # noqa: E402

KINDS = ("track", "artist", "album")
LIMIT = 10
POOL = 4_000  # songs that queries are made of, of the played ones and of all alike


@dataclass
class Figures:
    """Of one kind of query."""

    wall: list[float] = field(default_factory=list)  # ms
    cpu: list[float] = field(default_factory=list)  # ms, of this process and of the database's
    stages: Counter[int] = field(default_factory=Counter)
    wanted: int = 0  # queries that mean one song
    first: int = 0  # that found it first
    slowest: str = ""

    def told(self) -> dict[str, Any]:
        return {
            "asked": len(self.wall),
            "wall": figures.cuts(self.wall),
            "cpu": figures.cuts(self.cpu),
            "stages": self.stages,
            "wanted": self.wanted,
            "first": self.first,
            "slowest": self.slowest,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("draw", "measure", "crowd"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--queries", type=int, default=10**6, help="of each kind, at most")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--passes", default="first,warm,cached", help="of these, in this order")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--start", type=float, default=0, help="Unix time")
    options = parser.parse_args()
    if options.command == "draw":
        songs = [drawn(options.seed, popular=popular) for popular in (True, False)]
        made = queries.made(*songs, count=options.queries, seed=options.seed)
        options.file.write_text(json.dumps({kind: [asdict(one) for one in asked] for kind, asked in made.items()}))
        return
    told = json.loads(options.file.read_text())
    asked = {kind: [Asked(**one) for one in of[: options.queries]] for kind, of in told.items()}
    if options.command == "measure":
        passes = {name: measured(asked, name, seed=options.seed) for name in options.passes.split(",")}
        json.dump({name: {kind: of.told() for kind, of in found.items()} for name, found in passes.items()}, sys.stdout)
    else:
        json.dump(crowd(asked, seed=options.seed, seconds=options.seconds, start=options.start), sys.stdout)


def measured(asked: dict[str, list[Asked]], name: str, *, seed: int) -> dict[str, Figures]:
    """Ask everything once, in no order. `first` finds whatever is in memory, `warm` the same once more; both read past
    the caches of answers. `cached` reads from them what a pass before it has left there.
    """
    everything = [(kind, one) for kind, of in asked.items() for one in of]
    random.Random(seed).shuffle(everything)
    if name == "cached":
        for _, one in everything:
            ask(one.query, fresh=False)
    found: dict[str, Figures] = defaultdict(Figures)
    best: list[tuple[str, int, int]] = []
    backend = connection_process()
    for kind, one in everything:
        of = found[kind]
        clock, cpu = time.perf_counter(), time.process_time()
        of_backend = figures.cpu_ms(backend) if backend else 0.0
        answer = ask(one.query, fresh=name != "cached")
        wall, spent = (time.perf_counter() - clock) * 1000, (time.process_time() - cpu) * 1000
        if backend:
            spent += figures.cpu_ms(backend) - of_backend
        if not of.wall or wall > max(of.wall):
            of.slowest = one.query
        of.wall.append(wall)
        of.cpu.append(spent)
        of.stages[answer.stage] += 1
        if one.wanted:
            best.append((kind, one.wanted, answer.tracks[0] if answer.tracks else 0))
    songs = written([row_id for _, wanted, first in best for row_id in (wanted, first)])
    for kind, wanted, first in best:
        found[kind].wanted += 1
        found[kind].first += first == wanted or songs.get(first) == songs[wanted]
    every = Figures()
    for of in found.values():
        every.wall += of.wall
        every.cpu += of.cpu
    return dict(found) | {"all": every}


def ask(query: str, *, fresh: bool) -> search.Found:
    return search.search(query, kinds=KINDS, limit=LIMIT, at=timezone.now(), fresh=fresh)


def crowd(asked: dict[str, list[Asked]], *, seed: int, seconds: float, start: float) -> dict[str, Any]:
    """Ask as fast as answers come, past the caches."""
    everything = [one for of in asked.values() for one in of]
    random.Random(seed).shuffle(everything)
    ask("warm", fresh=True)
    time.sleep(max(0.0, start - time.time()))
    times: list[float] = []
    stages: Counter[int] = Counter()
    until = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < until:
        stages[ask(everything[len(times) % len(everything)].query, fresh=True).stage] += 1
        times.append((time.perf_counter() - begun) * 1000)
    return {"wall": times, "stages": stages}


def connection_process() -> int:
    """Return the process of PostgreSQL that answers this one; 0 on SQLite, which has none."""
    if connection.vendor != "postgresql":
        return 0
    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)


def drawn(seed: int, *, popular: bool) -> list[Song]:
    """Return songs by Zipf's law over the order of popularity, or from all of the index alike."""
    dice = random.Random(f"{seed}/{popular}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_track")
        rows = cursor.fetchone()[0]
        if not rows:
            raise SystemExit("The index is empty: seed_catalog, search_rebuild")
        places = queries.ranks(POOL, rows, dice) if popular else [dice.randrange(rows) for _ in range(POOL)]
        sids: dict[int, int] = {}
        wanted = set(places)
        rank, last = 0, -1
        while True:
            cursor.execute("SELECT sid FROM search_track WHERE sid > %s ORDER BY sid LIMIT 100000", [last])
            some = cursor.fetchall()
            if not some:
                break
            sids |= {rank + place: sid for place, (sid,) in enumerate(some) if rank + place in wanted}
            rank, last = rank + len(some), some[-1][0]
        found = dict(of_index(sorted(sids.values())))
    return [found[sids[place]] for place in places]


def of_index(sids: Sequence[int]) -> list[tuple[int, Song]]:
    """Return the songs of these documents; in the catalog's own spelling where it has their rows."""
    found: list[tuple[int, Song]] = []
    for start in range(0, len(sids), 500):
        some = sids[start : start + 500]
        with connection.cursor() as cursor:
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(
                f"SELECT sid, row_id, title, names, album, fields FROM search_track WHERE sid IN ({marks})",  # noqa: S608
                some,
            )
            rows = cursor.fetchall()
        spelt = {
            row[0]: row[1:]
            for row in Track.objects.filter(id__in=[row[1] for row in rows]).values_list(
                "id", "title", "artist", "album__title"
            )
        }
        for sid, row_id, title, names, album, fields in rows:
            signs = {token[0]: token[1:] for token in fields.split() if token[0] in "=#"}
            own = (title, names.partition("\n")[0], album)
            title_, artist, record = spelt.get(row_id, own)
            found.append((sid, Song(row_id, title_, artist, record or "", int(signs.get("=", 0)), signs.get("#", ""))))
    return found


def written(row_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return the title and the main artist of these tracks: two that share them are one to who searches."""
    found = {}
    unique = sorted(set(row_ids))
    for start in range(0, len(unique), 500):
        some = unique[start : start + 500]
        with connection.cursor() as cursor:
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(f"SELECT row_id, core, names FROM search_track WHERE row_id IN ({marks})", some)  # noqa: S608
            found |= {row_id: (core, names.partition("\n")[0]) for row_id, core, names in cursor.fetchall()}
    return found


if __name__ == "__main__":
    main()
