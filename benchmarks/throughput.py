"""A song whose line breaks down and gets well again, recorded from the player's own page in Chromium.

    .venv/bin/python -m benchmarks.throughput [--name loaded]

10 Mbps for 15 s, 200 kbps for 45 s, 10 Mbps to the end. Told are: stops for want of bytes, the least that lay ahead,
which bitrate was fetched when, and what of the recording is not the master's, stretch by stretch (rig/sound.py).
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import Page, Request

from benchmarks import figures
from spotify_lite.tests.rig import browser, ear, faults, record, server, sound

RESULTS = Path(__file__).parent / "results"
SECONDS = 140.0  # of the song
STEPS = ((0.0, 1_250_000), (15.0, 25_000), (60.0, 1_250_000))  # seconds of the song, and bytes a second from then on
DRY = 1.0  # seconds ahead: who stops with more has bytes
FRAME = 1_024  # samples
ALIKE = 0.8  # of a stretch with its master
# Notes when sound was wanted and there was none, after the first, and how much lay ahead: a busy machine stops, too.
WATCH = """
window.dry = [];
addEventListener("waiting", ({ target }) => {
  if (target.currentTime > 0.1) {
    const { currentTime, buffered } = target;
    dry.push([currentTime, buffered.length ? buffered.end(0) - currentTime : 0]);
  }
}, { capture: true });
"""
STANDS = """(({ currentTime, buffered, ended }) =>
  [currentTime, buffered.length ? buffered.end(0) - currentTime : 0, ended])(document.querySelector("#audio"))"""


@dataclass
class Course:
    """How it went."""

    ahead: list[tuple[float, float]] = field(default_factory=list)  # seconds of the song, and how many lay ahead
    taken: list[tuple[float, int]] = field(default_factory=list)  # seconds of the song, and kbit/s of each request
    dry: list[tuple[float, float]] = field(default_factory=list)  # seconds of the song at its stops, and what lay ahead
    wrong: int = 0  # stretches that are not the master's, or not at their place
    stretches: int = 0
    lag: int = 0  # samples, the most


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--name", default="", help="of the result, beside the date")
    chosen = arguments.parse_args()
    before = figures.noise()
    with (
        tempfile.TemporaryDirectory(prefix="spotify-lite-throughput-") as name,
        serving(Path(name)) as (line, master),
        browser.chromium() as chromium,
    ):
        context = chromium.new_context(base_url=line.url, bypass_csp=True, service_workers="block")
        context.add_init_script(WATCH)
        course = listen(context.new_page(), line, master)
    text = written(course, before)
    print(text)
    name = "-".join(filter(None, (f"{datetime.now(UTC):%Y-%m-%d}", "throughput", chosen.name)))
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")


@contextmanager
def serving(folder: Path) -> Iterator[tuple[faults.Proxy, np.ndarray]]:
    """Start a node with the song, packaged into its ladder, behind a line; give the line, and what it sounds like."""
    var, port, settings = folder / "var", server.free_port(), {"PACKAGING": "eager"}
    var.mkdir()
    variables = server.environment(var, port, settings)
    server.make_tables(variables)
    server.manage(variables, "collectstatic", "--no-input", "--verbosity=0")
    master = record.make(folder / "music", (SECONDS,))
    server.manage(variables, "import_music", str(folder / "music"), "--copy")
    server.manage(variables, "package", "--verbosity=0")
    with ExitStack() as stack:
        line = stack.enter_context(faults.proxy(port))
        stack.enter_context(server.running(var, port=port, migrate=False, extra=settings))
        yield line, master


def listen(page: Page, line: faults.Proxy, master: np.ndarray) -> Course:
    """Play the song through, the line as it is at each place of it."""
    course, steps = Course(), list(STEPS)
    asked: list[tuple[float, str]] = []
    at = 0.0

    def note(request: Request) -> None:
        if "/media/" in request.url:
            asked.append((at, urlsplit(request.url).path))

    line.spoil(rate=steps.pop(0)[1])
    page.goto("/albums/1")
    page.locator("h1").click()
    ear.listen(page)
    page.on("request", note)
    with page.expect_response(lambda answer: answer.url.endswith("/play")) as decided:
        page.locator("main .row .hit").first.click()
    ladder = {urlsplit(one["url"]).path: one["bitrate"] for one in decided.value.json()["sources"]}
    until = time.monotonic() + 2 * SECONDS
    while time.monotonic() < until:
        at, ahead, ended = page.evaluate(STANDS)
        if ended or at > SECONDS - 1:
            break
        course.ahead.append((at, ahead))
        if steps and at >= steps[0][0]:
            line.spoil(rate=steps.pop(0)[1])
        page.wait_for_timeout(200)
    course.dry = page.evaluate("dry")
    course.taken = [(when, ladder[path]) for when, path in asked if path in ladder]
    places = sound.follow(ear.heard(page), master)
    course.stretches = len(places)
    course.wrong = sum(abs(place.lag) > FRAME or place.likeness < ALIKE for place in places)
    course.lag = max(abs(place.lag) for place in places)
    return course


def written(course: Course, before: tuple[float, float]) -> str:
    loops = "; ".join(f"{best:.1f} ms, the median {more:.0%} more" for best, more in (before, figures.noise()))
    rows = []
    ends = [begin for begin, _ in STEPS[1:]] + [SECONDS]
    for (begin, rate), end in zip(STEPS, ends, strict=True):
        within = [(when, kbps) for when, kbps in course.taken if begin <= when < end]
        bitrates = ", ".join(f"{kbps} ({len(list(run))})" for kbps, run in groupby(kbps for _, kbps in within))
        # What has just begun has little ahead, and so has what is there to its end.
        least = min(lay for when, lay in course.ahead if max(begin, 2) <= when < end and when + lay < SECONDS - 1)
        stops = [ahead for when, ahead in course.dry if begin <= when < end]
        dry = f"{sum(ahead < DRY for ahead in stops)} of {len(stops)}"
        rows.append(
            (f"{rate * 8 / 1_000:,.0f}", f"{begin:.0f} to {end:.0f} s", bitrates or "none", f"{least:.1f} s", dry)
        )
    return (
        "# A line that breaks down and gets well\n\n"
        f"{'; '.join(figures.machine())}; {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. "
        "`python -m benchmarks.throughput`.\n\n"
        f"The same loop before and after: {loops}; load {figures.load_average()}.\n\n"
        + figures.table(
            ("kbit/s", "of the song", "bitrates fetched (requests)", "least ahead", "stops for want of bytes"), rows
        )
        + f"\n\nRecorded from the page: {course.wrong} of {course.stretches} stretches are not the master's, and "
        f"the most that one is off its place is {course.lag} samples.\n"
    )


if __name__ == "__main__":
    main()
