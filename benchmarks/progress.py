"""Positions a second: the group commit beside a transaction for each request, and beside a view that writes nothing.

    .venv/bin/python -m benchmarks.progress --database postgres

One position a request, on the real server with its own state, each client with one song of one of 50 listeners. All
modes take turns, so that what else the machine does falls on all alike. The generator shares the machine (a tenth of
a core), and so does PostgreSQL, which waits for its disk here.
"""

import argparse
import itertools
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks import figures, storm
from spotify_lite.tests.rig import audience, crowd, postgres, server

MODES = ("each", "group", "empty")
CLIENTS = (1, 8, 32)
COUNTS = 16  # bytes, as benchmarks.modes writes them


@dataclass(frozen=True, slots=True)
class Measured:
    """What one load was."""

    rate: float  # positions a second
    cpu_ms: float  # of web node and database, a position
    statements: float  # a thousand positions, without BEGIN and COMMIT
    transactions: float  # a thousand positions
    refused: int  # 503, with Retry-After


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=int, default=4, help="of each mode and number of clients in a round")
    arguments.add_argument("--threads", type=int, default=64, help="of the server, for Django")
    options = arguments.parse_args()
    before = figures.noise()
    found: dict[tuple[str, int], list[Measured]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, database(options.database) as (url, postmaster):
        extra = {"WEB_THREADS": str(options.threads), "COUNTS": f"{folder}/counts"}
        extra |= {"DATABASE_URL": url} if url else {}
        var = Path(folder)
        (var / "counts").write_bytes(bytes(COUNTS))
        variables = server.environment(var, server.free_port(), extra)
        server.manage(variables, "migrate", "--verbosity=0")
        people = audience.make(
            lambda code: server.manage(variables, "shell", "-v0", "-c", code).stdout, accounts=50, tracks=60
        )
        songs = itertools.cycle(people.tracks)  # a song is one load's, whose positions begin a day ago
        for _ in range(options.rounds):
            for mode in MODES:
                named = {**extra, "WRITES": mode}
                with server.running(var, migrate=False, extra=named, app="benchmarks.modes:app") as node:
                    report(node, (people, next(songs)), clients=8, seconds=1)  # warms
                    for clients in CLIENTS:
                        one = load(node, (people, next(songs)), clients, options.seconds, postmaster)
                        found[mode, clients].append(one)
    told = written(options.database, options.threads, found, before)
    print(told)
    (storm.RESULTS / f"{time.strftime('%Y-%m-%d')}-progress-{options.database}.md").write_text(told)


@contextmanager
def database(kind: str) -> Iterator[tuple[str, int]]:
    """Yield the URL of a PostgreSQL that waits for its disk, and the process id of its parent; nothing for SQLite."""
    if kind == "sqlite":
        yield "", 0
        return
    with postgres.cluster(*storm.DURABLE) as url:
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT pg_backend_pid()").fetchone()
            stat = Path(f"/proc/{row[0] if row else 0}/stat").read_text()
        yield url, int(stat.rpartition(")")[2].split()[1])


def report(node: server.Server, heard: tuple[audience.Audience, int], *, clients: int, seconds: float) -> crowd.Crowd:
    """Let clients report one position after the other, each as soon as it has its answer."""
    people, song = heard
    with crowd.reporting(node.port, people.accounts, [song], members=clients) as many:
        time.sleep(seconds)
    if many.other or many.broken:
        raise SystemExit(f"{many.broken} cut off, {dict(many.other)}")
    return many


def load(
    node: server.Server, heard: tuple[audience.Audience, int], clients: int, seconds: float, postmaster: int
) -> Measured:
    """Load the node, and count what the node and its database did."""
    counts, cpu = counted(node.environment), figures.group_cpu_seconds(node.process.pid, postmaster)
    many = report(node, heard, clients=clients, seconds=seconds)
    spent = figures.group_cpu_seconds(node.process.pid, postmaster) - cpu
    statements, transactions = (now - then for now, then in zip(counted(node.environment), counts, strict=True))
    done = many.accepted
    each = (count / done * 1000 for count in (spent, statements, transactions))
    return Measured(done / many.seconds, *each, many.refused)


def counted(variables: Mapping[str, str]) -> tuple[int, int]:
    content = Path(variables["COUNTS"]).read_bytes()
    return int.from_bytes(content[:8], "little"), int.from_bytes(content[8:], "little")


def written(
    kind: str, threads: int, found: Mapping[tuple[str, int], list[Measured]], before: tuple[float, float]
) -> str:
    best, more = before
    after = figures.noise()
    noise = f"{best:.1f} ms, the median {more:.0%} more; {after[0]:.1f} ms, the median {after[1]:.0%} more"
    lines = [
        f"# Positions, {kind}",
        f"{'; '.join(figures.machine())}; {time.strftime('%Y-%m-%d %H:%M')} UTC; {threads} threads.",
        f"The same loop before and after: {noise}; load {figures.load_average()}, {os.cpu_count()} cores.",
    ]
    rows = []
    for clients in CLIENTS:
        for mode in MODES:
            rounds = found[mode, clients]
            cells = [statistics.median(column) for column in zip(*map(as_tuple, rounds), strict=True)]
            spread = " ".join(f"{one.rate:.0f}" for one in rounds)
            rows.append(
                (
                    clients,
                    mode,
                    f"{cells[0]:.0f}",
                    spread,
                    f"{cells[1]:.2f}",
                    f"{cells[2]:.0f}",
                    f"{cells[3]:.0f}",
                    sum(one.refused for one in rounds),
                )
            )
    head = ("clients", "mode", "positions/s", "of the rounds", "CPU ms a position")
    lines.append(figures.table((*head, "statements a thousand", "transactions a thousand", "refused"), rows))
    return "\n\n".join(lines) + "\n"


def as_tuple(one: Measured) -> tuple[float, float, float, float]:
    return one.rate, one.cpu_ms, one.statements, one.transactions


if __name__ == "__main__":
    main()
