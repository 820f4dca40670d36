"""From a press to the first sound, in Chromium: a web node, an edge, and a phone's line between them and the browser.

    .venv/bin/python -m benchmarks.first_audio [--runs 30] [--links loopback,4G] [--scenes cold,next]

`cold`: a song that the edge has and the device has not. `next`: the bar's Next, while a song plays. `device`: a song
that is kept on the device. `search`: the first answer of a search. `plain`: the very file of `cold` by a bare
`new Audio(url).play()`, from the same page over the same line, in turns with it. A page is opened on a fast line; the
line is what its name says from then on. The press is Chromium's own (a trusted click), its time the event's; the sound
is there when the position of what plays moves (first_audio.js).
"""

import argparse
import json
import secrets
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks import figures, phoneline
from catalog import drawn
from catalog.tests import audio
from spotify_lite.tests.rig import browser, edge, s3, server

RESULTS = Path(__file__).parent / "results"
PROBE = Path(__file__).with_suffix(".js")
SECONDS = 40  # of a song
PATIENCE = 60_000  # milliseconds
HEARD = 3.0  # seconds of a song before Next is pressed
LOOKED = 1.0  # seconds that somebody looks at an answer before pressing it
BIRDS = ["heron", "plover", "avocet", "godwit", "curlew", "bittern", "wigeon", "dunlin"]
WATERS = ["estuary", "lagoon", "delta", "fjord", "millpond", "reservoir"]


@dataclass(frozen=True)
class Link:
    """A line, and what is wanted on it (DESIGN.md, section 7)."""

    rtt: float  # seconds
    rate: float  # bytes a second
    cold: int | None  # ms, median
    ready: int = 50  # ms, median: for the next song, and for those on the device


LINKS = {
    "loopback": Link(0, 0, 100),
    "40 ms, 10 Mbps": Link(0.04, 1_250_000, 150),
    "150 ms, 1.6 Mbps": Link(0.15, 200_000, 400),
    "400 ms, 400 kbps": Link(0.4, 50_000, None),
}


@dataclass
class Stage:
    """What a scene is played on."""

    url: str
    line: phoneline.Line
    browser: Browser
    link: Link
    runs: int
    titles: list[str]
    times: dict[str, list[float]] = field(default_factory=dict)

    @contextmanager
    def listener(self) -> Iterator[Page]:
        """Return a page of a browser that was never here."""
        context = self.context()
        yield context.new_page()
        context.close()

    def context(self) -> BrowserContext:
        context = self.browser.new_context(base_url=self.url, viewport={"width": 1280, "height": 800})
        context.set_default_timeout(PATIENCE)
        context.add_init_script(path=PROBE)
        return context

    def open(self, page: Page, path: str) -> None:
        """Open a page on a fast line, wait until it is idle, and make the line what it is."""
        self.line.be()
        page.goto(path)
        page.wait_for_load_state("networkidle")
        self.line.be(rtt=self.link.rtt, rate=self.link.rate)

    def time(self, name: str, page: Page, title: str, press: Callable[[], None]) -> None:
        """Press, and note how long it takes until it sounds."""
        page.evaluate("title => { window.sounded = firstSound(title) }", title)
        press()
        self.times.setdefault(name, []).append(page.evaluate("sounded"))

    def row(self, page: Page, number: int) -> Callable[[], None]:
        """Return a press on a row of an album, by a mouse that was elsewhere until then."""
        hit = page.locator("main .row .hit").nth(number)
        hit.scroll_into_view_if_needed()
        box = hit.bounding_box()
        assert box is not None
        return lambda: page.mouse.click(box["x"] + 20, box["y"] + box["height"] / 2)


def cold(stage: Stage) -> None:
    with stage.listener() as page, stage.listener() as bare:
        for number in reversed(range(stage.runs)):  # what comes after a song in the queue is not what is pressed next
            title = stage.titles[number]
            stage.open(page, "/albums/1")
            stage.time("cold", page, title, stage.row(page, number))
            page.goto("about:blank")
            stage.open(bare, "/albums/1")
            bare.evaluate(PLAIN, number)
            stage.time("plain", bare, "", lambda: bare.mouse.click(4, 4))
            bare.goto("about:blank")


PLAIN = """number => {
  const { audio_url: url } = JSON.parse(document.querySelectorAll("main .row[data-track]")[number].dataset.track);
  document.body.replaceChildren();
  document.documentElement.addEventListener("click", () => {
    const audio = new Audio();
    audio.crossOrigin = "anonymous";
    audio.src = url;
    audio.play();
  });
}"""


def following(stage: Stage) -> None:
    with stage.listener() as page:
        stage.open(page, "/albums/1")
        stage.time("the first", page, stage.titles[0], stage.row(page, 0))
        button = page.locator('#player [data-do="next"]')
        for number in range(1, stage.runs + 1):
            page.wait_for_timeout(HEARD * 1000)
            stage.time("next", page, stage.titles[number], button.click)
    del stage.times["the first"]


def found(stage: Stage) -> None:
    with stage.listener() as page:
        for title in stage.titles[: stage.runs]:
            stage.open(page, "/search")
            page.locator("[data-query]").fill(title)
            hit = page.locator("#results .hit").first
            page.wait_for_function(
                "title => document.querySelector('#results .hit')?.title === title", arg=title, polling=50
            )
            page.wait_for_timeout(LOOKED * 1000)
            stage.time("search", page, title, hit.click)
            page.goto("about:blank")


def kept(stage: Stage) -> None:
    with stage.listener() as page:
        stage.open(page, "/albums/1")
        page.locator("main [data-keep]").click()
        page.locator('main [data-keep][data-state="kept"]').wait_for()
        for number in reversed(range(stage.runs)):
            stage.open(page, "/albums/1")
            stage.time("device", page, stage.titles[number], stage.row(page, number))


SCENES = {"cold": cold, "next": following, "search": found, "device": kept}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=30)
    arguments.add_argument("--links", default=";".join(LINKS), help="separated by semicolons")
    arguments.add_argument("--scenes", default=",".join(SCENES))
    arguments.add_argument("--name", default="", help="of the results, beside the date")
    chosen = arguments.parse_args()
    titles = [f"{bird} {water}".title() for water in WATERS for bird in BIRDS][: chosen.runs + 2]
    told: dict[str, dict[str, list[float]]] = {}
    before = figures.noise()
    with tempfile.TemporaryDirectory(prefix="spotify-lite-first-audio-") as name, ExitStack() as stack:
        url = stack.enter_context(serving(Path(name), titles))
        line = stack.enter_context(phoneline.running())
        chromium = stack.enter_context(browser.chromium(*line.arguments))
        for link in chosen.links.split(";"):
            stage = Stage(url, line, chromium, LINKS[link], chosen.runs, titles)
            for scene in chosen.scenes.split(","):
                SCENES[scene](stage)
            told[link] = stage.times
            print(link, {scene: round(statistics.median(times)) for scene, times in stage.times.items()}, flush=True)
    text = written(told, chosen.runs, before)
    print(text)
    RESULTS.mkdir(exist_ok=True)
    name = "-".join(filter(None, (f"{datetime.now(UTC):%Y-%m-%d}", "first-audio", chosen.name)))
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    (RESULTS / f"{name}.json").write_text(json.dumps(told) + "\n", encoding="utf-8")


@contextmanager
def serving(folder: Path, titles: list[str]) -> Iterator[str]:
    """Start a storage, an edge and a node with one packaged album, which the edge has; give the node's address."""
    keys = {"k1": secrets.token_hex(32)}
    port = server.free_port()
    player = {"PLAYER_ORIGINS": f"http://127.0.0.1:{port}"}
    with ExitStack() as stack:
        storage = stack.enter_context(s3.storage(folder / "s3"))
        pop = stack.enter_context(edge.pop(folder / "pop", origins=[storage], keys=keys, extra=player))
        settings = {**storage.environment, **player, "EDGES": pop.setting, "COLD": "edge", "PACKAGING": "eager"}
        settings |= {"MEDIA_SIGNING_KEYS": f"k1:{keys['k1']}"}
        var = folder / "var"
        var.mkdir()
        variables = server.environment(var, port, settings)
        server.make_tables(variables)
        server.manage(variables, "collectstatic", "--no-input", "--verbosity=0")
        record(folder / "music", titles)
        server.manage(variables, "import_music", str(folder / "music"), "--copy")
        server.manage(variables, "package", "--verbosity=0")
        with server.running(var, port=port, migrate=False, extra=settings) as node:
            warm(node.url, pop)
            yield node.url


def record(folder: Path, titles: list[str]) -> None:
    folder.mkdir()
    for number, title in enumerate(titles, 1):
        audio.make(
            folder / f"{number}.mp3",
            seconds=SECONDS,
            tone=200 + 10 * number,
            cover=drawn.png("harbour", 600),
            title=title,
            artist="Ottilie Brandt",
            albumartist="Ottilie Brandt",
            album="Birds of the shore",
            tracknumber=number,
        )


def warm(url: str, pop: edge.Pop) -> None:
    """Have every song come to the edge once, once the node sends listeners there."""
    until = time.monotonic() + 20
    while True:
        addresses = audio_of(url)
        if all(address.startswith(pop.url) for address in addresses):
            break
        assert time.monotonic() < until, "the node does not send listeners to the edge"
        time.sleep(0.2)
    for address in addresses:
        with urllib.request.urlopen(address) as answer:
            answer.read()


def audio_of(url: str) -> list[str]:
    with urllib.request.urlopen(f"{url}/api/v1/albums/1") as answer:
        return [track["audio_url"] for track in json.load(answer)["tracks"]]


def written(told: dict[str, dict[str, list[float]]], runs: int, before: tuple[float, float]) -> str:
    after = figures.noise()
    loops = "; ".join(f"{best:.1f} ms, the median {more:.0%} more" for best, more in (before, after))
    rows = []
    for link, times in told.items():
        wanted = LINKS[link]
        for scene, values in times.items():
            target = {"cold": wanted.cold, "search": wanted.cold, "plain": None}.get(scene, wanted.ready)
            median, p95, _ = figures.cuts(values)
            verdict = "" if target is None else f"{target}, {'met' if median <= target else 'missed'}"
            rows.append((link, scene, f"{median:.0f}", f"{p95:.0f}", f"{min(values):.0f}", verdict))
    return (
        "# From a press to the first sound\n\n"
        f"{'; '.join(figures.machine())}; {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {runs} runs each.\n\n"
        f"The same loop before and after: {loops}; load {figures.load_average()}.\n\n"
        + figures.table(("line", "what", "median ms", "p95", "best", "wanted median"), rows)
        + "\n"
    )


if __name__ == "__main__":
    main()
