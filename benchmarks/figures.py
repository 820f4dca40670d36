"""What a run of the search benchmark measures with, and how it is told: percentiles, CPU, noise, the machine."""

import os
import platform
import sqlite3
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import django

TICK = 1_000_000  # steps of the loop that shows the machine's noise


def cuts(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the 50th, 95th and 99th of a hundred."""
    if len(values) < 2:
        return (values[0],) * 3 if values else (0.0,) * 3
    hundred = statistics.quantiles(values, n=100, method="inclusive")
    return hundred[49], hundred[94], hundred[98]


def told(values: Sequence[float]) -> str:
    return spelt(cuts(values))


def spelt(three: Sequence[float]) -> str:
    return " / ".join(f"{cut:.1f}" if cut < 100 else f"{cut:.0f}" for cut in three)


def cpu_ms(process_id: int) -> float:
    """Return what a process has computed so far, to the nanosecond; `stat` next to it counts hundredths of a second."""
    return int(Path(f"/proc/{process_id}/schedstat").read_text().split()[0]) / 1e6


def group_cpu_seconds(leader: int, *others: int) -> float:
    """Return the CPU of all processes of a group, and of other processes with their children."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[2]) == leader or int(stat.parent.name) in others or int(fields[1]) in others:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def noise() -> tuple[float, float]:
    """Return how long the same computation takes at best, in ms, and how much longer it took at the median: what else
    this machine did.
    """
    times = []
    for _ in range(15):
        started = time.perf_counter()
        sum(range(TICK))
        times.append((time.perf_counter() - started) * 1000)
    return min(times), statistics.median(times) / min(times) - 1


def machine() -> list[str]:
    """Return what the figures were taken on, a line each."""
    names = [line.partition(":")[2].strip() for line in lines("/proc/cpuinfo") if line.startswith("model name")]
    ram = int(next(line.split()[1] for line in lines("/proc/meminfo") if line.startswith("MemTotal"))) / 2**20
    return [
        f"{os.cpu_count()} cores ({names[0]}), {ram:.0f} GB of memory, {platform.system()}",
        f"Python {sys.version.split()[0]}, Django {django.__version__}, SQLite {sqlite3.sqlite_version}",
    ]


def load_average() -> str:
    return " ".join(Path("/proc/loadavg").read_text().split()[:3])


def lines(file: str) -> list[str]:
    return Path(file).read_text().splitlines()


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table in Markdown, the first column to the left and the others to the right."""
    ruled = ["--", *["--:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in (head, ruled, *rows))
