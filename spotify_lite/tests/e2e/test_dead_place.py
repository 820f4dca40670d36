"""A listener's own player at real POPs, which are killed one after the other: what was pressed is what sounds."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from catalog import drawn
from catalog.tests import audio
from spotify_lite.tests import rig
from spotify_lite.tests.e2e import playing
from spotify_lite.tests.rig import edge, s3, server

pytestmark = pytest.mark.rig

SONGS = 5
SECONDS = 90  # of each: the end of one is some way off
SOUNDS = """
url => {
  const audio = document.querySelector("#audio");
  return audio.src.startsWith(url) && !audio.paused && audio.currentTime > 0.1;
}
"""
UP = "fetch('/api/v1/tracks').then(a => a.json()).then(a => a.results[0].audio_url.startsWith(%r))"


@dataclass
class Places:
    """What serves."""

    node: server.Server
    pops: list[edge.Pop]


@pytest.fixture
def places(demo: server.Server, tmp_path: Path) -> Iterator[Places]:
    """Start a storage, two POPs and a node that sends listeners there at once; an album is imported into them."""
    rig.need("chromium", package="chromium")
    keys = {"k1": secrets.token_hex(32)}
    port = server.free_port()
    player = {"PLAYER_ORIGINS": f"http://127.0.0.1:{port}"}
    with ExitStack() as stack:
        storage = stack.enter_context(s3.storage(tmp_path / "s3"))
        pops = [
            stack.enter_context(edge.pop(tmp_path / name, origins=[storage], keys=keys, name=name, extra=player))
            for name in ("one", "two")
        ]
        settings = {
            **storage.environment,
            **player,
            "EDGES": ",".join(pop.setting for pop in pops),
            "MEDIA_SIGNING_KEYS": f"k1:{keys['k1']}",
            "COLD": "edge",
            "PACKAGING": "off",
        }
        var = tmp_path / "var"
        var.mkdir()
        (var / "static").symlink_to(demo.var / "static")
        variables = server.environment(var, port, settings)
        server.make_tables(variables)
        record(tmp_path / "music")
        server.manage(variables, "import_music", str(tmp_path / "music"), "--copy")
        server.manage(variables, "package", "--verbosity=0")
        node = stack.enter_context(server.running(var, port=port, migrate=False, extra=settings))
        yield Places(node, pops)


def record(folder: Path) -> None:
    for number in range(1, SONGS + 1):
        audio.make(
            folder / f"{number}.mp3",
            seconds=SECONDS,
            tone=200 + 60 * number,
            cover=drawn.png("harbour", 600),
            title=f"Heron {number}",
            artist="Ottilie Brandt",
            albumartist="Ottilie Brandt",
            album="Estuary",
            tracknumber=number,
        )


@pytest.fixture
def page(chromium: Browser, places: Places) -> Iterator[Page]:
    page = chromium.new_page(base_url=places.node.url, viewport={"width": 1280, "height": 800})
    yield page
    page.close()


def test_song_is_heard_from_the_next_place_where_the_first_is_dead(page: Page, places: Places) -> None:
    asked: list[tuple[str, str]] = []
    said: list[str] = []
    page.on("request", lambda sent: asked.append((sent.resource_type, origin(sent.url))))
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    one, two = places.pops
    page.goto("/albums/1")
    page.wait_for_function(UP % one.url)
    page.reload()

    press(page, 1, heard_from=one.url)
    page.evaluate("document.querySelector('#audio').currentTime = 80")
    page.wait_for_function("() => document.querySelector('#audio').currentTime > 80.2")
    press(page, 2, heard_from=one.url)
    assert said == [], "neither the content policy nor CORS is in the way"
    assert {place for kind, place in asked if kind == "image"} <= {one.url, two.url, places.node.url}

    one.kill()
    asked.clear()
    press(page, 3, heard_from=two.url)
    press(page, 4, heard_from=two.url)
    expect(page.locator("#toast")).to_be_hidden()
    media = [place for kind, place in asked if kind == "media"]
    assert media == [one.url, two.url, two.url], "the dead place is asked once, and not again for the next song"

    two.kill()
    press(page, 5, heard_from=places.node.url)
    expect(page.locator("#toast")).to_be_hidden()


def test_broken_off_song_goes_on_from_where_it_was(page: Page, places: Places) -> None:
    one, two = places.pops
    page.goto("/albums/1")
    page.wait_for_function(UP % one.url)
    page.reload()
    page.route(f"{one.url}/media/**", lambda route: route.abort())
    page.locator("main .row .hit").nth(1).click()
    page.wait_for_function(SOUNDS, arg=two.url)
    page.evaluate("document.querySelector('#audio').currentTime = 40")
    page.wait_for_function("() => document.querySelector('#audio').currentTime > 40.2")
    page.evaluate("document.querySelector('#audio').dispatchEvent(new Event('error'))")
    page.wait_for_function(SOUNDS, arg=places.node.url)
    page.wait_for_function("() => document.querySelector('#audio').currentTime > 40")
    expect(playing.title(page)).to_have_text("Heron 2")


def press(page: Page, number: int, *, heard_from: str) -> None:
    page.locator("main .row .hit").nth(number - 1).click()
    expect(playing.title(page)).to_have_text(f"Heron {number}")  # what was on is paused by then
    page.wait_for_function(SOUNDS, arg=heard_from)


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
