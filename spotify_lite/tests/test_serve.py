"""`manage.py serve`, which `make run` ends in: first start, second start, a death, a taken port, a clean end."""

import os
import re
import shutil
import signal
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from spotify_lite.tests.rig import server as rig
from spotify_lite.tests.rig.serving import started

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("serve")]

DEMO_SECONDS = 600.0  # what a fresh clone may take at most
LACKING = 8  # songs of the demo that are still to be made


@pytest.fixture
def music(tmp_path: Path) -> str:
    folder = tmp_path / "music"
    folder.mkdir()
    return str(folder)


def test_first_start_makes_what_is_missing_and_the_second_loses_nothing(tmp_path: Path, music: str) -> None:
    var = tmp_path / "var"
    with started(var, MUSIC=music) as run:
        output = run.wait_for("ready: ")
        assert f"ready: http://127.0.0.1:{run.port}/\n" in output
        assert re.search(r"curator.*password \S{16} ", output)
        assert run.status("/readyz") == 200
        keys = (var / "keys.json").read_text()
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait(15) == 0
    begun = time.monotonic()
    with started(var, MUSIC=music) as run:
        output = run.wait_for("ready: ")
        print(f"second start: {time.monotonic() - begun:.1f} s")
        assert time.monotonic() - begun < 20
        assert "password" not in output
        assert (var / "keys.json").read_text() == keys


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_stops_web_and_worker_within_seconds(tmp_path: Path, music: str, number: int) -> None:
    with started(tmp_path / "var", MUSIC=music) as run:
        run.wait_for("ready: ")
        children = run.children()
        assert len(children) >= 2
        begun = time.monotonic()
        run.process.send_signal(number)
        assert run.process.wait(15) == 0
        assert time.monotonic() - begun < 10
        assert not any(Path(f"/proc/{child}").exists() for child in children)
        assert run.status("/healthz") is None
        assert "Traceback" not in run.output.read_text()


def test_process_that_dies_is_started_again(tmp_path: Path, music: str) -> None:
    with started(tmp_path / "var", MUSIC=music) as run:
        run.wait_for("ready: ")
        web = next(pid for pid, command in run.children().items() if "granian" in command)
        os.killpg(web, signal.SIGKILL)
        until = time.monotonic() + 30
        while run.status("/healthz") != 200:
            assert time.monotonic() < until
            time.sleep(0.1)
        assert web not in run.children()


def test_nothing_outlives_a_killed_supervisor(tmp_path: Path, music: str) -> None:
    """Else the next start would find its port taken."""
    with started(tmp_path / "var", MUSIC=music) as run:
        run.wait_for("ready: ")
        run.process.kill()
        until = time.monotonic() + 15
        while run.status("/healthz") is not None:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_killed_first_start_is_finished_by_the_next(tmp_path: Path, demo_files: Path) -> None:
    """Without MUSIC the demo is made; ready means that it is listed, found and played. Most of it is there before."""
    var = tmp_path / "var"
    var.mkdir()
    shutil.copytree(demo_files, var / "demo")
    songs = sorted(path for path in (var / "demo").glob("*/*/*") if path.suffix in {".mp3", ".flac", ".m4a", ".opus"})
    for song in songs[:LACKING]:
        song.unlink()
    with started(var) as run:
        run.wait_for("password")
        until = time.monotonic() + DEMO_SECONDS
        while not any(one.exists() for one in songs[:LACKING]) or run.status("/readyz") is None:  # both at once
            assert time.monotonic() < until
            time.sleep(0.1)
        assert run.status("/readyz") == 503
        run.kill()
    assert not all(one.exists() for one in songs)
    with started(var) as run:
        run.wait_for("ready: ", seconds=DEMO_SECONDS)
        assert run.status("/readyz") == 200
        tracks = run.json("/api/v1/tracks?limit=100")["results"]
        assert len(tracks) >= 24
        artist = tracks[0]["artists"][0]["name"]
        assert run.json(f"/api/v1/search?q={quote(artist)}")["artists"][0]["name"] == artist
        assert run.status(tracks[0]["audio_url"].removeprefix(f"http://127.0.0.1:{run.port}")) == 200


def test_taken_port_is_said_in_a_sentence(tmp_path: Path, music: str) -> None:
    with started(tmp_path / "one", MUSIC=music) as first:
        first.wait_for("ready: ")
        second = rig.manage(rig.environment(tmp_path / "two", first.port, {"MUSIC": music}), "serve", check=False)
        assert second.returncode == 1
        assert f"Cannot listen on 127.0.0.1:{first.port}: Address already in use" in second.stderr
        assert "Traceback" not in second.stderr


def test_music_that_is_no_folder_is_said_in_a_sentence(tmp_path: Path) -> None:
    variables = rig.environment(tmp_path / "var", rig.free_port(), {"MUSIC": str(tmp_path / "nowhere")})
    run = rig.manage(variables, "serve", check=False)
    assert (run.returncode, "MUSIC is no folder" in run.stderr) == (1, True)
