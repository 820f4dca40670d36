"""Chromium plays a cold object from the web node's memory while a slow origin fills it, and over the POP once warm."""

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest
from playwright.sync_api import Browser, Page

from playback.tests import cold
from spotify_lite.tests import rig

pytestmark = pytest.mark.rig

PLAY = """
async ([url, crossOrigin]) => {
  const audio = new Audio();
  if (crossOrigin) audio.crossOrigin = "anonymous";
  audio.muted = true;
  audio.src = url;
  await audio.play();
  audio.currentTime = 60; // the first slice ends at 65 s
  audio.playbackRate = 16;
  audio.addEventListener("timeupdate", () => {
    if (audio.currentTime > 80 && audio.currentTime < 190) audio.currentTime = 195;
  });
  await new Promise((done, fail) => {
    audio.addEventListener("ended", done);
    audio.addEventListener("error", () => fail(new Error(`${audio.error.code} ${audio.error.message}`)));
  });
  return [audio.currentTime, audio.duration];
}
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[cold.Stage]:
    rig.need("chromium", package="chromium")
    with cold.staged(tmp_path_factory.mktemp("cold")) as running:
        yield running


@pytest.fixture
def page(chromium: Browser, stage: cold.Stage) -> Iterator[Page]:
    page = chromium.new_page()
    page.goto(stage.server.url)
    yield page
    page.close()


def song(folder: Path, number: int) -> bytes:
    """Return three minutes and a half of sound: 3.3 MB."""
    made = folder / "song.mp3"
    noise = f"sine=frequency={300 + number}:duration=210"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", noise, "-b:a", "128k", str(made)]
    subprocess.run(command, check=True)
    return made.read_bytes()


@pytest.mark.parametrize("cross_origin", [False, True], ids=["plain", "by CORS"])
def test_song_is_played_to_its_end_while_a_slow_origin_fills_it(
    stage: cold.Stage, page: Page, tmp_path: Path, cross_origin: bool
) -> None:
    body = song(tmp_path, int(cross_origin))
    key = hashlib.sha256(body).hexdigest()
    path = f"/media/{key[:2]}/{key}.mp3"
    stage.storage.client().put_object(Bucket=stage.storage.bucket, Key=path[1:], Body=body)
    stage.origin.spoil(rate=600_000)
    spans: list[str] = []
    page.on("response", lambda answer: spans.append(answer.headers.get("content-range", "")))
    page.click("body")
    heard, duration = page.evaluate(PLAY, [stage.server.url + stage.signed(path), cross_origin])
    assert duration == pytest.approx(210, abs=1)
    assert heard == pytest.approx(duration, abs=0.5)
    told = [span for span in spans if span]
    assert told[0] != f"bytes 0-{len(body) - 1}/{len(body)}", "the first answer ended early, and Chromium went on"
    assert told[-1].endswith(f"-{len(body) - 1}/{len(body)}")
    stage.origin.heal()


def test_warm_song_is_played_over_the_pop_from_the_nodes_address(stage: cold.Stage, page: Page, tmp_path: Path) -> None:
    body = song(tmp_path, 7)
    key = hashlib.sha256(body).hexdigest()
    path = f"/media/{key[:2]}/{key}.mp3"
    stage.storage.client().put_object(Bucket=stage.storage.bucket, Key=path[1:], Body=body)
    stage.ask(stage.signed(path))
    stage.wait_until_warm(path)
    heard, duration = page.evaluate(PLAY, [stage.server.url + stage.signed(path), False])
    assert heard == pytest.approx(duration, abs=0.5)
    assert any(entry["path"] == path and entry["cache"] == "HIT" for entry in stage.pop.requests)
