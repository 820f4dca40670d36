"""What the databases have of their own for the same documents: bm25, ts_rank beside plays, word_similarity.

    python -m benchmarks.baselines FILE     ask them the queries of the file, and print figures as JSON

A song's words are one text, as somebody would begin: its title, its artists with their aliases, and its album.
"""

import argparse
import json
import os
import random
import re
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spotify_lite.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks import engine, figures  # noqa: E402
from benchmarks.queries import Asked  # noqa: E402
from catalog.models import popularity  # noqa: E402
from catalog.search import analyser  # noqa: E402

READ = 10_000  # documents at once
# What a database is asked as it stands: a typed letter less finds nothing there, and fields are ours.
PLAIN = ("title", "artist", "artist title", "title artist", "1 letter", "2 letters", "3 letters", "half a title")
PLAIN += ("2 common words", "typing", "tail: artist title")
Search = Callable[[list[str]], list[int]]  # the words of a query: ids of tracks, best first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, default=60, help="that each is asked at most")
    options = parser.parse_args()
    told = json.loads(options.file.read_text())
    asked = [(kind, Asked(**one)) for kind in PLAIN if kind in told for one in told[kind]]
    random.Random(7).shuffle(asked)
    found: dict[str, Any] = {}
    for name, make in (POSTGRES if connection.vendor == "postgresql" else SQLITE).items():
        started = time.monotonic()
        search = make()
        built = round(time.monotonic() - started)
        found[name] = measured(search, asked, seconds=options.seconds) | {"built": built}
    ours = measured(_own, asked, seconds=options.seconds)
    json.dump(found | {"this search": ours | {"built": ""}}, sys.stdout)


def measured(search: Search, asked: Sequence[tuple[str, Asked]], *, seconds: float) -> dict[str, Any]:
    """Ask until the time is up; the first search is not counted."""
    backend = engine.connection_process()
    walls: list[float] = []
    cpus: list[float] = []
    best: list[tuple[int, int]] = []
    search(["warm"])
    until = time.monotonic() + seconds
    for _, one in asked:
        if time.monotonic() > until:
            break
        words = analyser.read(one.query).words
        if not words:
            continue
        clock, cpu = time.perf_counter(), time.process_time()
        of_backend = figures.cpu_ms(backend) if backend else 0.0
        row_ids = search(list(words))
        walls.append((time.perf_counter() - clock) * 1000)
        more = figures.cpu_ms(backend) - of_backend if backend else 0.0
        cpus.append((time.process_time() - cpu) * 1000 + more)
        if one.wanted:
            best.append((one.wanted, row_ids[0] if row_ids else 0))
    songs = engine.written([row_id for pair in best for row_id in pair])
    first = sum(wanted == got or songs.get(got) == songs[wanted] for wanted, got in best)
    return {
        "wall": figures.cuts(walls),
        "cpu": figures.cuts(cpus),
        "asked": len(walls),
        "wanted": len(best),
        "first": first,
    }


def _own(words: list[str]) -> list[int]:
    return engine.ask(" ".join(words), fresh=True).tracks


def _bm25() -> Search:
    """An FTS5 table of its own file, in the order of its bm25."""
    file = settings.VAR_DIR / "baseline.sqlite3"
    file.unlink(missing_ok=True)
    beside = sqlite3.connect(file, isolation_level=None)
    beside.execute("PRAGMA synchronous=OFF")
    beside.execute("CREATE VIRTUAL TABLE song USING fts5(words, content='', tokenize='unicode61')")
    for some in _documents():
        beside.execute("BEGIN")
        beside.executemany("INSERT INTO song (rowid, words) VALUES (?, ?)", some)
        beside.execute("COMMIT")
    beside.execute("INSERT INTO song (song) VALUES ('optimize')")

    def search(words: list[str]) -> list[int]:
        wanted = " AND ".join(f'"{word}"' for word in words) + "*"
        query = "SELECT rowid FROM song WHERE song MATCH ? ORDER BY rank LIMIT 10"
        return [row[0] for row in beside.execute(query, [wanted])]

    return search


def _ts_rank() -> Search:
    """A tsvector with a GIN index, in the order of ts_rank times the logarithm of the plays."""
    _fill_postgres()
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON baseline USING gin (tsv)")
        cursor.execute("ANALYZE baseline")

    def search(words: list[str]) -> list[int]:
        wanted = " & ".join(f"'{word}'" for word in words) + ":*"
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT row_id FROM baseline, to_tsquery('simple', %s) AS q WHERE tsv @@ q"
                " ORDER BY ts_rank(tsv, q) * (1 + ln(plays + 1)) DESC LIMIT 10",
                [wanted],
            )
            return [row[0] for row in cursor.fetchall()]

    return search


def _word_similarity() -> Search:
    """The trigrams of pg_trgm with a GIN index."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute("CREATE INDEX ON baseline USING gin (words gin_trgm_ops)")

    def search(words: list[str]) -> list[int]:
        text = " ".join(words)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT row_id FROM baseline WHERE %s <%% words ORDER BY word_similarity(%s, words) DESC LIMIT 10",
                [text, text],
            )
            return [row[0] for row in cursor.fetchall()]

    return search


def _fill_postgres() -> None:
    """Copy the documents within the database; a bucket of popularity is a quarter of a doubling of the plays."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS baseline")
        cursor.execute(
            "CREATE TABLE baseline AS SELECT row_id, plays, words, to_tsvector('simple', words) AS tsv FROM ("
            "SELECT row_id, power(2, (%s - (sid >> %s)) / 4.0) - 1 AS plays,"
            r" regexp_replace(concat_ws(' ', title, names, aliases, album), '\s+', ' ', 'g') AS words"
            " FROM search_track) AS written",
            [popularity.UNPLAYED, popularity.BUCKET_BITS],
        )


def _documents() -> Iterator[list[tuple[int, str]]]:
    """Yield (track id, words) of all tracks of the index."""
    last = -1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sid, row_id, title, names, aliases, album FROM search_track"
                " WHERE sid > %s ORDER BY sid LIMIT %s",
                [last, READ],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield [(row[1], re.sub(r"\s+", " ", " ".join(row[2:]))) for row in rows]


SQLITE = {"FTS5, bm25": _bm25}
POSTGRES = {"ts_rank and plays": _ts_rank, "pg_trgm, word_similarity": _word_similarity}


if __name__ == "__main__":
    main()
