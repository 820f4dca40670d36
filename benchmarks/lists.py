"""Long lists in Chromium: rows in the page, work of its main thread, frames and memory while one scrolls through them.

    .venv/bin/python -m benchmarks.lists [--tracks 100000]

The targets: at most 200 rows in the page, and no task over 50 ms. A task's time is told twice: as it passed, with
whatever else the machine did meanwhile, and as the processor's time of the thread, which no neighbour lengthens. The
catalog is invented, and kept for the next run.
"""

import argparse
import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from spotify_lite.tests.rig import browser, server

TASK = 50.0  # milliseconds
ROWS = 200
STRIDES = 60  # of the wheel through a list, and as many jumps back up
PAUSE = 50  # milliseconds between them
FEW = 3_000  # rows of the other lists that are scrolled through to see what they hold
MAIN = "CrRendererMain"
TASKS = {"RunTask", "ThreadControllerImpl::RunTask"}
HEADINGS = ("list", "rows passed", "rows in page", "longest task", "its processor", "over 50", "frames/s", "heap")
# Scroll down as fast as rows come, to the end or for so many rows; count the most rows there were at once.
THROUGH = """async ([most]) => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const last = () => Number([...document.querySelectorAll("main .rows > .row")].at(-1)?.ariaPosInSet ?? 0);
    const began = performance.now();
    let [rows, frames, passed] = [0, 0, 0];
    for (let still = 0; still < 600 && passed < most; frames += 1) {
        const before = scrollY;
        scrollBy(0, 4000);
        await frame();
        still = scrollY === before ? still + 1 : 0;
        passed = Math.max(passed, last());
        rows = Math.max(rows, document.querySelectorAll("main .row").length);
    }
    return { rows, passed, fps: (1000 * frames) / (performance.now() - began) };
}"""


@dataclass(frozen=True)
class Look:
    """What one list took."""

    passed: int  # rows
    rows: int  # in the page at once, at the most
    tasks: list[float]  # milliseconds as they passed, the longest first
    busy: list[float]  # milliseconds of the processor, the longest first
    fps: float
    heap: float  # MB of scripts after it, without what can be forgotten


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tracks", type=int, default=100_000)
    chosen = arguments.parse_args()
    if shutil.which("chromium") is None:
        print("needs the Debian package chromium")
        return 1
    var = Path(os.environ.get("VAR_DIR", "var")).resolve() / f"lists-{chosen.tracks}"
    variables = server.environment(var, server.free_port())
    var.mkdir(parents=True, exist_ok=True)
    for command in (
        ("migrate", "--verbosity=0"),
        ("collectstatic", "--no-input", "--verbosity=0"),
        ("seed_catalog", "--tracks", str(chosen.tracks), "--seed", "1"),
    ):
        server.manage(variables, *command)
    with server.running(var, migrate=False) as running, browser.chromium() as launched:
        paths = {"all songs": "/songs", "by title": "/songs?order=title", "an artist": widest(launched, running.url)}
        rows = {"all songs": chosen.tracks}
        looks = {name: look(launched, running.url + path, rows.get(name, FEW)) for name, path in paths.items()}
    return report(looks)


def widest(launched: Browser, url: str) -> str:
    """Return the page of all songs of the artist with the most of them, among the most played."""
    page = launched.new_page()
    page.goto(url)
    call = "fetch('/api/v1/artists?limit=100').then((answer) => answer.json())"
    found = max(page.evaluate(call)["results"], key=lambda artist: artist["tracks_count"])
    page.close()
    return f"/artists/{found['id']}/songs"


def look(launched: Browser, url: str, most: int) -> Look:
    """Scroll through a list: first by the wheel, watched by the browser's own trace, then from end to end."""
    page = launched.new_page(viewport={"width": 1280, "height": 800})
    page.goto(url)
    page.wait_for_selector("main .rows.long")
    launched.start_tracing(page=page, categories=["toplevel", "devtools.timeline"])
    page.mouse.move(700, 400)
    for stride in range(2 * STRIDES):
        page.mouse.wheel(0, 1500 if stride < STRIDES else -1500)
        page.wait_for_timeout(PAUSE)
    tasks = tasks_of(json.loads(launched.stop_tracing()))
    found: dict[str, Any] = page.evaluate(THROUGH, [most])
    return Look(
        passed=found["passed"],
        rows=found["rows"],
        tasks=sorted((task["dur"] / 1000 for task in tasks), reverse=True),
        busy=sorted((task.get("tdur", 0) / 1000 for task in tasks), reverse=True),
        fps=found["fps"],
        heap=heap(page),
    )


def tasks_of(trace: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tasks of the page's main thread."""
    events = trace["traceEvents"]
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"].get("name") == MAIN
    }
    whole = (event for event in events if event["ph"] == "X" and event["name"] in TASKS)
    return [event for event in whole if (event["pid"], event["tid"]) in threads]


def heap(page: Page) -> float:
    """Return what the page's scripts hold once it is closed to what they have forgotten, in MB."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    page.close()
    return used


def report(looks: dict[str, Look]) -> int:
    """Print a table; return whether a target was missed by what the page itself does."""
    print("| " + " | ".join(HEADINGS) + " |\n|" + " --- |" * len(HEADINGS))
    for name, one in looks.items():
        over = f"{sum(task > TASK for task in one.tasks)} ({sum(task > TASK for task in one.busy)})"
        figures = (one.passed, one.rows, f"{one.tasks[0]:.0f} ms", f"{one.busy[0]:.0f} ms", over)
        print(f"| {name} | " + " | ".join(map(str, figures)) + f" | {one.fps:.0f} | {one.heap:.1f} MB |")
    return int(any(one.rows > ROWS or one.busy[0] > TASK for one in looks.values()))


if __name__ == "__main__":
    sys.exit(main())
