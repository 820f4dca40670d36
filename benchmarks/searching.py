"""Measure search on the catalog of this environment: `python benchmarks/searching.py --queries 400`.

Fill the catalog first (`manage.py seed_catalog --tracks 100000`). Prints milliseconds of the 50th, 95th and 99th of a
hundred queries, on the clock and of this process's CPU, by the kind of query, and how often the track that a query was
made from came first.
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spotify_lite.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from catalog import search  # noqa: E402
from catalog.models import Track  # noqa: E402

KINDS = ("track", "artist", "album")


def lose_a_letter(text: str, dice: random.Random) -> str:
    place = dice.randrange(1, max(2, len(text) - 1))
    return text[:place] + text[place + 1 :]


QUERIES: dict[str, Callable[[Track, random.Random], str]] = {
    "title": lambda track, _: track.title,
    "artist": lambda track, _: track.artist,
    "artist title": lambda track, _: f"{track.artist} {track.title}",
    "title artist": lambda track, _: f"{track.title} {track.artist}",
    "1 letter": lambda track, _: track.title[:1],
    "2 letters": lambda track, _: track.title[:2],
    "3 letters": lambda track, _: track.title[:3],
    "half a title": lambda track, _: track.title[: max(4, len(track.title) // 2)],
    "a letter lost": lambda track, dice: f"{lose_a_letter(track.title, dice)} {track.artist}",
    "common words": lambda _, dice: " ".join(dice.sample(["the", "of", "in", "my", "night", "river", "and", "son"], 3)),
    "nothing": lambda _, dice: "".join(dice.choices("qxzjkvw", k=7)) + " love",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=200, help="of each kind")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    tracks = Track.objects.count()
    print(f"{connection.vendor}, {tracks} tracks, {options.queries} queries of each kind")
    ids = list(Track.objects.order_by("bucket", "id").values_list("id", flat=True)[: max(tracks // 5, 1)])
    chosen = Track.objects.in_bulk(dice.choices(ids, k=options.queries))
    everything: list[tuple[float, float]] = []
    for name, make in QUERIES.items():
        figures, first = [], 0
        for track in chosen.values():
            query = make(track, dice)
            clock, cpu = time.perf_counter(), time.process_time()
            found = search.search(query, kinds=KINDS, limit=10, at=timezone.now())
            figures.append(((time.perf_counter() - clock) * 1000, (time.process_time() - cpu) * 1000))
            first += found.tracks[:1] == [track.id]
        everything += figures
        show(name, figures, f"{first / len(chosen):5.0%} first")
    show("all", everything, "")


def show(name: str, figures: list[tuple[float, float]], remark: str) -> None:
    columns = []
    for place in (0, 1):
        cuts = statistics.quantiles([figure[place] for figure in figures], n=100, method="inclusive")
        columns.append(" ".join(f"{cuts[at]:7.2f}" for at in (49, 94, 98)))
    print(f"{name:14} clock {columns[0]}   cpu {columns[1]}   {remark}")


if __name__ == "__main__":
    main()
