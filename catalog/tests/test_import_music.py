"""The command shows how far it is, says what it could not read, and ends well if the rest went in."""

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog import search
from catalog.models import Track
from catalog.tests import audio

pytestmark = pytest.mark.django_db


@pytest.fixture
def music(tmp_path):
    audio.make(tmp_path / "music" / "1.mp3", title="Ebb", artist="Ida")
    return tmp_path / "music"


def test_folder_is_imported_and_found(music, capsys, django_capture_on_commit_callbacks):
    call_command("import_music", str(music))
    assert "Done. 1 files: 1 read, 0 unchanged, 0 gone" in capsys.readouterr().out
    found = search.search("ebb", kinds=["track"], limit=5, at=Track.objects.get().created_at)
    assert found.tracks == [Track.objects.get().id]


def test_unreadable_files_are_told_at_the_end_each_time(music, capsys):
    (music / "page.mp3").write_bytes(b"<html>")
    for _ in range(2):
        call_command("import_music", str(music), "--in-place")
        out = capsys.readouterr().out
        assert "1 could not be read:\n  page.mp3 is not audio but HTML\n" in out
    assert Track.objects.count() == 1


def test_mended_tags_are_told_once(music, capsys):
    (music / "page.mp3").write_bytes(b"<html>")
    audio.make(music / "2.mp3", title="L" * 300, artist="Ida\x07", tone=300)
    call_command("import_music", str(music))
    out = capsys.readouterr().out
    assert "2.mp3: the title was longer than 256 characters and was cut\n" in out
    assert "2.mp3: control characters were removed from the artist\n" in out
    assert out.index("1 could not be read") < out.index("1 taken in with remarks")
    call_command("import_music", str(music))
    assert "remarks" not in capsys.readouterr().out


def test_copy_is_asked_for_by_name(music):
    call_command("import_music", str(music), "--copy")
    assert Track.objects.get().masters.get().storage_name


def test_missing_folder_is_told_in_a_sentence(tmp_path):
    with pytest.raises(CommandError, match=r"none is not a folder\.$"):
        call_command("import_music", str(tmp_path / "none"))


def test_two_ways_at_once_are_refused(music):
    with pytest.raises(CommandError):
        call_command("import_music", str(music), "--copy", "--in-place")


@pytest.mark.slow
def test_sigterm_ends_it_between_two_batches(tmp_path):
    """As an operator does it: a process of its own, stopped in the middle, and run again."""
    for place in range(3000):
        path = tmp_path / "music" / f"{place % 50}" / f"{place}.mp3"
        audio.make(path, title=f"Song {place}", artist=f"Artist {place % 97}")
        path.write_bytes(path.read_bytes() + place.to_bytes(4))
    environment = {**os.environ, "VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": ""}
    environment.pop("DJANGO_SETTINGS_MODULE")
    manage = [sys.executable, str(Path(__file__).resolve().parents[2] / "manage.py")]
    subprocess.run([*manage, "migrate", "-v0"], env=environment, check=True)
    argv = [*manage, "import_music", str(tmp_path / "music")]
    running = subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with closing(sqlite3.connect(tmp_path / "var" / "spotify_lite.sqlite3")) as database:
        while not database.execute("SELECT count(*) FROM catalog_track").fetchone()[0]:
            time.sleep(0.005)  # the first of twelve batches is not written yet
    running.send_signal(signal.SIGTERM)
    out, _ = running.communicate(timeout=30)
    assert running.returncode == 0
    assert out.startswith("Stopped; run it again to go on. 3000 files")
    ended = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True)
    assert "Done. 3000 files" in ended.stdout


@pytest.mark.slow
def test_two_imports_at_once_take_turns(tmp_path):
    for place in range(300):
        path = audio.make(tmp_path / "music" / f"{place}.mp3", title=f"Song {place}", artist=f"Artist {place % 7}")
        path.write_bytes(path.read_bytes() + place.to_bytes(4))
    environment = {**os.environ, "VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": ""}
    environment.pop("DJANGO_SETTINGS_MODULE")
    manage = [sys.executable, str(Path(__file__).resolve().parents[2] / "manage.py")]
    subprocess.run([*manage, "migrate", "-v0"], env=environment, check=True)
    argv = [*manage, "import_music", str(tmp_path / "music")]
    warnings = [tmp_path / "one", tmp_path / "other"]
    with (tmp_path / "var" / "import.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # as a third import would
        both = [
            subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, stderr=path.open("w"), text=True)
            for path in warnings
        ]
        while not all("Another import is running" in path.read_text() for path in warnings):
            assert all(running.poll() is None for running in both)
            time.sleep(0.05)
    told = [running.communicate(timeout=60)[0] for running in both]
    assert [running.returncode for running in both] == [0, 0]
    assert sorted(out.split(" files: ")[1].split(",")[0] for out in told) == ["0 read", "300 read"]
