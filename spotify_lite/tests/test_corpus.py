"""A folder of good, awkward and damaged files, from the disk to the ear: imported, found, served and played."""

import json
import shutil
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from spotify_lite.tests import corpus
from spotify_lite.tests.rig import server
from spotify_lite.tests.rig.browser import chromium

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("corpus")]

PLAY = """async url => {
  const audio = new Audio(url);
  audio.muted = true;
  await audio.play();
  await new Promise((done, failed) => {
    audio.ontimeupdate = () => audio.currentTime > 0.2 && done();
    audio.onerror = () => failed(new Error(audio.error.message));
    setTimeout(() => failed(new Error("silent after 30 s")), 30000);
  });
  audio.currentTime = audio.duration / 2;
  await new Promise(done => { audio.onseeked = done; });
  // Told by what was decoded: Chromium now and then guesses an Ogg file's length by its bitrate, and keeps the guess.
  const bytes = await (await fetch(url)).arrayBuffer();
  return (await new OfflineAudioContext(1, 1, 48000).decodeAudioData(bytes)).duration;
}"""


@dataclass(frozen=True)
class Imported:
    """A running server on the corpus."""

    server: server.Server
    folder: Path
    good: list[corpus.Good]
    awkward: dict[str, str]
    bad: list[str]
    report: str  # what the import printed

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.server.url + path) as answer:
            return json.load(answer)

    def find(self, words: str) -> list[dict[str, Any]]:
        query = urllib.parse.urlencode({"q": words, "kinds": "track", "limit": 20})
        return self.get(f"/api/v1/search?{query}")["tracks"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    folder = tmp_path_factory.mktemp("music")
    good = corpus.make_good(folder)
    awkward = corpus.make_awkward(folder / "awkward")
    bad = corpus.make_bad(folder / "bad")
    with server.running(tmp_path_factory.mktemp("corpus") / "var") as running:
        done = running.manage("import_music", str(folder))
        running.manage("package", "--wait")
        yield Imported(running, folder, good, awkward, bad, done.stdout + done.stderr)


def test_every_good_file_is_found_with_its_length(imported):
    for file in imported.good:
        found = [track for track in imported.find(f"{file.title} {file.artist}") if track["title"] == file.title]
        assert found, f"{file.path} was not found by title and artist"
        assert found[0]["artist"] == file.artist
        assert found[0]["duration_ms"] == pytest.approx(file.seconds * 1000, rel=0.02)
        assert found[0]["audio_url"], f"{file.path} cannot be played"


def test_every_good_file_plays_and_seeks(imported, browser):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(imported.server.url + "/healthz")
        for file in imported.good:
            track = next(one for one in imported.find(f"{file.title} {file.artist}") if one["title"] == file.title)
            told = page.evaluate(PLAY, track["audio_url"])
            assert told == pytest.approx(file.seconds, rel=0.03), file.path


def test_every_bad_file_is_reported_with_a_reason(imported):
    lines = imported.report.splitlines()
    for name in imported.bad:
        told = [line for line in lines if f"bad/{name}" in line]
        assert told, f"{name} was not reported:\n{imported.report}"
        assert len(told[0].split(name, 1)[1].strip(" :-—")) > 5, f"{name} has no reason: {told[0]}"


def test_bad_files_leave_no_track(imported):
    total, path = 0, "/api/v1/tracks?limit=100"
    while path:
        page = imported.get(path)
        total += len(page["results"])
        path = page["next"] and page["next"].removeprefix(imported.server.url)
    assert total == len(imported.good) + len(imported.awkward)


def test_messy_tags_are_cleaned_and_told(imported):
    titles = {track["title"] for track in imported.get("/api/v1/tracks?limit=100&order=recent")["results"]}
    for path, title in imported.awkward.items():
        assert title in titles, path
    assert "long-title.mp3" in imported.report


def test_second_import_reads_nothing_and_reports_the_same(imported):
    again = imported.server.manage("import_music", str(imported.folder))
    files = len(imported.good) + len(imported.awkward) + len(imported.bad)
    assert f"{files} files: 0 read, {files} unchanged" in again.stdout + again.stderr
    assert all(f"bad/{name}" in again.stdout + again.stderr for name in imported.bad)


def test_script_in_a_title_stays_text_everywhere(imported, browser):
    track = next(one for one in imported.get("/api/v1/tracks?limit=100")["results"] if one["title"] == corpus.SCRIPT)
    artist = track["artists"][0]["id"]
    curator = (
        "import sys; from accounts.models import User; User.objects.create_superuser('boss', password='boss-secret-1')"
    )
    imported.server.manage("shell", "-c", curator)
    pages = ["/", f"/tracks/{track['id']}", f"/albums/{track['album']['id']}", f"/artists/{artist}"]
    pages += [f"/search?q={urllib.parse.quote('document.title')}", "/genres/test-pop"]
    admin = ["/admin/catalog/track/", f"/admin/catalog/track/{track['id']}/change/", "/admin/catalog/artist/"]
    with browser.new_context() as context:
        page = context.new_page()
        dialogs = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        for path in pages:
            assert page.goto(imported.server.url + path).status == 200, path
            page.wait_for_load_state("networkidle")
            assert page.title() != "stolen", path
        page.goto(imported.server.url + "/admin/login/")
        page.fill("#id_username", "boss")
        page.fill("#id_password", "boss-secret-1")
        page.click("[type=submit]")
        for path in admin:
            assert page.goto(imported.server.url + path).status == 200, path
            assert page.title() != "stolen", path
        assert not dialogs


def test_a_file_without_read_permission_is_reported(imported, tmp_path):
    """The reader has no right that the file's mode does not give, not even root's."""
    folder = tmp_path / "locked"
    folder.mkdir()
    shutil.copy(imported.folder / imported.good[1].path, folder / "locked.mp3")
    (folder / "locked.mp3").chmod(0)
    done = imported.server.manage("import_music", str(folder))
    assert "locked.mp3" in done.stdout + done.stderr
