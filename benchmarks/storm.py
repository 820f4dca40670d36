"""Ten times the positions that a web node can take: what is kept, what is refused, and what a play notices of it.

    .venv/bin/python -m benchmarks.storm --database postgres

Presses of play are measured on an idle node, at four fifths of the sustainable rate, and in the storm, in whose middle
the node is killed with SIGKILL and started again. Every position that was accepted must be readable at the end. The
generator shares the machine, and so does PostgreSQL, which waits for its disk here; both have their own processes, as
the presses have.
"""

import argparse
import http.client
import json
import re
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks import figures
from spotify_lite.tests.rig import audience, crowd, postgres, server

RESULTS = Path(__file__).parent / "results"
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "max_connections=200")
CALM, MEMBERS = 8, 2_000  # clients; more than a node lets wait
PLAYS = 20.0  # presses a second
CALM_SECONDS = 10


@dataclass
class Asked:
    """What one saw who pressed play again and again."""

    ms: list[float] = field(default_factory=list)  # of the 201s
    statuses: Counter[int] = field(default_factory=Counter)  # 0: no answer, as while the node was dead

    def __str__(self) -> str:
        return f"{figures.told(self.ms)} ms, {dict(sorted(self.statuses.items()))}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    arguments.add_argument("--seconds", type=int, default=60)
    arguments.add_argument("--times", type=float, default=10)
    options = arguments.parse_args()
    told: list[str] = []

    def tell(line: str) -> None:
        print(line, flush=True)
        told.append(line)

    tell(f"# A storm of positions, {options.database}")
    tell(f"{'; '.join(figures.machine())}; {time.strftime('%Y-%m-%d %H:%M')} UTC.")
    with installed(options.database) as (node, people), ProcessPoolExecutor(1, get_context("spawn")) as pool:
        storm(tell, node, people, pool, seconds=options.seconds, times=options.times)
    file = RESULTS / f"{time.strftime('%Y-%m-%d')}-storm-{options.database}.md"
    file.write_text("\n\n".join(told) + "\n")


@contextmanager
def installed(database: str, **more: str) -> Iterator[tuple[server.Server, audience.Audience]]:
    """Start a node with 50 listeners and 64 songs, on SQLite or on a PostgreSQL that waits for its disk."""
    with tempfile.TemporaryDirectory() as folder:
        if database == "sqlite":
            with server.running(Path(folder), extra=more) as node:
                yield node, audience_of(node)
            return
        with (
            postgres.cluster(*DURABLE) as url,
            server.running(Path(folder), extra={"DATABASE_URL": url, **more}) as node,
        ):
            yield node, audience_of(node)


def audience_of(node: server.Server) -> audience.Audience:
    return audience.make(lambda code: node.manage("shell", "-v0", "-c", code).stdout, accounts=50, tracks=64)


def storm(
    tell: Any, node: server.Server, people: audience.Audience, pool: ProcessPoolExecutor, *, seconds: int, times: float
) -> None:
    def plays(seconds: float) -> "Future[Asked]":
        return pool.submit(press, node.port, people.accounts[0].token, people.tracks[0], seconds)

    def of_crowd(place: int, *, members: int, rate: float = 0.0) -> Any:
        """Let a crowd report of songs that no other has."""
        tracks = people.tracks[place : place + 1] if members == CALM else people.tracks[place:]
        return crowd.reporting(node.port, people.accounts, tracks, members=members, rate=rate)

    loops = [figures.noise()]
    plays(2).result()  # warms
    with of_crowd(1, members=CALM) as calm:
        time.sleep(CALM_SECONDS)
    sustainable = calm.accepted / calm.seconds
    before = rss_mb(node)
    asked = {"idle": plays(CALM_SECONDS).result()}
    with of_crowd(2, members=CALM, rate=0.8 * sustainable):
        asked["four fifths"] = plays(CALM_SECONDS).result()
    cpu = figures.group_cpu_seconds(node.process.pid)
    with of_crowd(3, members=MEMBERS, rate=times * sustainable) as many, Sizes(node) as sizes:
        half = seconds / 2
        storming = plays(half)
        time.sleep(half)
        offered, accepted, refused = many.offered, many.accepted, many.refused
        spent, peak = figures.group_cpu_seconds(node.process.pid) - cpu, sizes.peak_mb
        first = storming.result()
        node.kill()
        again = time.monotonic()
        with server.start(node.environment, node.port, node.var) as second:
            server.wait_for(second, "/healthz")
            up = time.monotonic() - again
            storming = plays(half)
            sizes.node = second
            time.sleep(half)
            asked["storm"], asked["storm after the kill"] = first, storming.result()
            many.stop()
            time.sleep(2)
            after, lost = rss_mb(second), many.lost(second.port)
            asked["afterwards"] = plays(5).result()
    loops.append(figures.noise())
    noise = "; ".join(f"{best:.1f} ms, the median {more:.0%} more" for best, more in loops)
    tell(f"The same loop before and after: {noise}; load {figures.load_average()}.")
    rates = [f"{count / half:.0f}/s" for count in (offered, accepted, refused)]
    tell(
        f"Sustainable: {sustainable:.0f} positions/s of {CALM} clients. Storm: {MEMBERS:,} clients, {rates[0]} came"
        f" ({offered / half / sustainable:.1f} times; {times:.0f} times were tried), {rates[1]} were accepted,"
        f" {rates[2]} refused with Retry-After; {dict(many.other) or 'no other answer'}."
    )
    tell(
        f"CPU of the web process in the storm: {spent / half:.2f} cores, {spent / accepted * 1000:.2f} ms an accepted."
    )
    tell(f"Memory of the web process: {before} MB before, {peak} MB at most; {after} MB after, the one since the kill.")
    tell(
        f"SIGKILL in the middle, up again after {up:.1f} s; {many.broken:,} requests were cut off. Readable afterwards:"
        f" the last positions of {many.remembered:,} songs of listeners, **{len(lost)} lost**."
    )
    rows = [
        (when, figures.told(one.ms), len(one.ms), dict(sorted(one.statuses.items()))) for when, one in asked.items()
    ]
    tell(figures.table(("presses of play", "p50 / p95 / p99 ms", "201s", "all answers"), rows))
    cuts = {when: figures.cuts(one.ms) for when, one in asked.items()}
    for when in ("idle", "four fifths"):
        ratios = [f"{part / whole:.2f}" for part, whole in zip(cuts["storm"], cuts[when], strict=True)]
        tell(f"A play in the storm beside one {when}: {' / '.join(ratios)} times.")
    if lost:
        tell(f"Lost: {lost[:5]}")


def press(port: int, token: str, track_id: int, seconds: float) -> Asked:
    """Press play at a steady rate; a process of its own."""
    asked = Asked()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < seconds:
        started = time.perf_counter()
        try:
            connection.request("POST", f"/api/v1/tracks/{track_id}/play", headers={"Authorization": f"Token {token}"})
            answer = connection.getresponse()
            json.loads(answer.read())
            asked.statuses[answer.status] += 1
            if answer.status == 201:
                asked.ms.append((time.perf_counter() - started) * 1000)
        except (OSError, http.client.HTTPException):
            connection.close()  # the next request opens it again
            asked.statuses[0] += 1
        time.sleep(max(0.0, (int(passed * PLAYS) + 1) / PLAYS - (time.monotonic() - begun)))
    connection.close()
    return asked


class Sizes:
    """Watches how large the web process is while the block runs."""

    def __init__(self, node: server.Server) -> None:
        self.node = node
        self.peak_mb = 0
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Sizes":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ends.wait(0.25):
            self.peak_mb = max(self.peak_mb, rss_mb(self.node))


def rss_mb(node: server.Server) -> int:
    """Return the resident memory of the largest process of the server: the worker."""
    sizes = [0]
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            group = int((status.parent / "stat").read_text().rpartition(")")[2].split()[2])
            found = re.search(r"VmRSS:\s+(\d+)", status.read_text())
        except OSError:  # it has just ended
            continue
        if group == node.process.pid and found:
            sizes.append(int(found[1]))
    return max(sizes) // 1024


if __name__ == "__main__":
    main()
