"""Search at scale, measured: by kind of query, one client and eight, cold and warm, over HTTP, beside plain databases.

    .venv/bin/python -m benchmarks.search --tracks 100000 --database sqlite
    .venv/bin/python -m benchmarks.search --tracks 10000000 --database postgres --index-only

Fills a catalog of its own below --folder and keeps it; with --index-only the index alone, without the catalog's rows.
Writes what it measured to benchmarks/results/, in Markdown and as JSON; a run of some --parts adds to what that day
has. Targets: p95 of 20 ms at 1M and 50 ms at 10M on SQLite, of 30 and 50 ms on PostgreSQL. Needs `wrk`.
"""

import argparse
import json
import random
import subprocess
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import figures, filling, installations, report, searchload, searchwrites
from benchmarks.installations import Installation, python
from spotify_lite.tests.rig import server

RESULTS = Path(__file__).parent / "results"
PARTS = ("cold", "warm", "crowd", "http", "beside", "slow", "writes", "sizes")
OF_ROWS = {"http", "slow", "writes"}  # parts that need the catalog's rows
CLIENTS = 8
SLOW_CLIENTS = 16
COLD = "4"  # queries of each kind: with more of them the machine would be warm at the end
OF_PROCESSES = {  # parts that a process of their own measures, which has Django
    "cold": ("benchmarks.engine", "measure", "{file}", "--passes", "first", "--queries", COLD),
    "warm": ("benchmarks.engine", "measure", "{file}", "--passes", "first,warm,cached"),
    "beside": ("benchmarks.baselines", "{file}", "--seconds", "{seconds}"),
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tracks", type=int, default=100_000)
    arguments.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    arguments.add_argument("--index-only", action="store_true")
    arguments.add_argument("--rebuild", action="store_true", help="build the index anew, whatever there is")
    arguments.add_argument("--folder", type=Path, default=server.ROOT / "var" / "bench")
    arguments.add_argument("--parts", default=",".join(PARTS))
    arguments.add_argument("--queries", type=int, default=100, help="of each kind")
    arguments.add_argument("--seconds", type=int, default=15, help="of each load")
    arguments.add_argument("--seed", type=int, default=7)
    options = arguments.parse_args()
    name = f"{installations.named(options.tracks)}-{options.database}"
    folder = options.folder.resolve() / name
    with installations.opened(folder, options.database) as place:
        built = filling.fill(
            place, tracks=options.tracks, seed=1, index_only=options.index_only, rebuild=options.rebuild
        )
    file = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}-search-{name}.json"
    told: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    told |= {"name": name, "tracks": options.tracks, "database": options.database, "index_only": options.index_only}
    told |= {"machine": figures.machine(), "built": built}
    RESULTS.mkdir(exist_ok=True)
    for part in options.parts.split(","):
        if (options.index_only and part in OF_ROWS) or (options.database == "sqlite" and part == "slow"):
            continue
        began, load = figures.noise(), figures.load_average()
        told[part] = measured(part, folder, options)
        told[part]["noise"] = {"at": f"{datetime.now(UTC):%H:%M}", "load": load, "loops": [began, figures.noise()]}
        file.write_text(json.dumps(told, indent=1) + "\n")
        file.with_suffix(".md").write_text(report.written(told))
        print(f"{part}: {file.with_suffix('.md')}", flush=True)


def measured(part: str, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Measure one part, on a database that has just started."""
    file = folder / "queries.json"
    if part == "cold":
        installations.forget_pages(folder)
    # Writers wait for the disk, as they would in earnest.
    with installations.opened(folder, options.database, hurried=part != "writes") as place:
        if not file.exists():
            place.printed("benchmarks.engine", "draw", file, "--queries", options.queries, "--seed", options.seed)
        if part == "sizes":
            return {"tables": place.sizes()}
        if part == "crowd":
            return crowd(place, file, options.seconds)
        if part in OF_PROCESSES:
            words = (word.format(file=file, seconds=options.seconds * 4) for word in OF_PROCESSES[part])
            return place.printed(*words)
        asked = [one["query"] for of in json.loads(file.read_text()).values() for one in of]
        random.Random(options.seed).shuffle(asked)
        return over_http(place, part, asked, options.seconds)


def over_http(place: Installation, part: str, asked: list[str], seconds: int) -> dict[str, Any]:
    if part == "http":
        return {"loads": searchload.over_http(place, asked, seconds=seconds)}
    if part == "slow":
        return searchload.slowed(place, asked, clients=SLOW_CLIENTS, seconds=seconds)
    return searchwrites.measured(place, asked, clients=CLIENTS, seconds=seconds * 4)


def crowd(place: Installation, file: Path, seconds: int) -> dict[str, Any]:
    """Let eight processes ask at once."""
    command = python("-m", "benchmarks.engine", "crowd", str(file), "--seconds", str(seconds))
    command += ["--start", str(time.time() + 15)]
    started = [
        subprocess.Popen([*command, "--seed", str(seed)], cwd=server.ROOT, env=place.variables, stdout=subprocess.PIPE)
        for seed in range(CLIENTS)
    ]
    told = [json.loads(process.communicate()[0]) for process in started]
    stages: Counter[str] = Counter()
    for one in told:
        stages.update(one["stages"])
    times = [time_ms for one in told for time_ms in one["wall"]]
    return {"wall": figures.cuts(times), "rate": len(times) / seconds, "stages": stages}


if __name__ == "__main__":
    main()
