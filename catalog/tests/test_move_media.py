"""Media move from folders to the storage: whole, once, as often as it takes, and nothing goes before it is there."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from catalog import moving, stores
from catalog.tests.conftest import ON_S3
from spotify_lite.tests.rig import chaos, s3, server

pytestmark = ON_S3

OBJECTS = 90  # a round


def fill(folder: Path, count: int = 4, size: int = 2000) -> dict[str, bytes]:
    """Write media as a node keeps them, and return the bytes by the object's key."""
    made = {}
    for number in range(count):
        content = random.Random(number).randbytes(size + number)
        key = hashlib.sha256(content).hexdigest()
        kind, name = [
            ("masters", f"{key[:2]}/{key}.flac"),
            ("media", f"{key[:2]}/{key}.mp4"),
            ("covers", f"{key[:2]}/{hashlib.sha256(key.encode()).hexdigest()}/320.webp"),
        ][number % 3]
        path = folder / kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        made[f"{kind}/{name}"] = content
    return made


def kept(storage: s3.Storage) -> dict[str, bytes]:
    """Return what lies in the storage."""
    found = {}
    for bucket in (storage.bucket, storage.origin.masters):
        for key in storage.names(bucket):
            found[key] = storage.client().get_object(Bucket=bucket, Key=key)["Body"].read()
    return found


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_everything_is_copied_and_stays(storage: s3.Storage, settings: Any, capsys: Any) -> None:
    made = fill(settings.MEDIA_DIR)
    call_command("move_media")
    assert "Done. 4 objects, 0.0 MB: 4 sent, 0 there already, 0 files deleted" in capsys.readouterr().out
    assert kept(storage) == made
    assert files(settings.MEDIA_DIR) == set(made)
    call_command("move_media")
    assert "0 sent, 4 there already" in capsys.readouterr().out


def test_masters_go_where_no_edge_reads(storage: s3.Storage, settings: Any) -> None:
    made = fill(settings.MEDIA_DIR)
    call_command("move_media")
    assert storage.names(storage.origin.masters) == sorted(key for key in made if key.startswith("masters/"))
    assert storage.names() == sorted(key for key in made if not key.startswith("masters/"))


def test_files_are_deleted_only_when_asked_and_read_back(storage: s3.Storage, settings: Any, capsys: Any) -> None:
    made = fill(settings.MEDIA_DIR)
    call_command("move_media", delete=True)
    assert "4 files deleted" in capsys.readouterr().out
    assert (kept(storage), files(settings.MEDIA_DIR)) == (made, set())


def test_file_whose_object_is_damaged_is_not_deleted(storage: s3.Storage, settings: Any, capsys: Any) -> None:
    """The storage says of it that size and checksum are right; what it gives back tells."""
    made = fill(settings.MEDIA_DIR, count=1)
    (key,) = made
    rotten = b"x" * len(made[key])
    storage.client().put_object(Bucket=storage.origin.masters, Key=key, Body=rotten)
    with pytest.raises(CommandError, match="1 objects could not be moved; their files stay"):
        call_command("move_media", delete=True)
    assert "is not in the storage as it is here" in capsys.readouterr().out
    assert files(settings.MEDIA_DIR) == {key}


def test_damaged_file_is_told_and_not_sent(storage: s3.Storage, settings: Any, capsys: Any) -> None:
    made = fill(settings.MEDIA_DIR)
    bad = next(key for key in made if key.startswith("media/"))
    (settings.MEDIA_DIR / bad).write_bytes(b"rot")
    with pytest.raises(CommandError, match="1 objects could not be moved"):
        call_command("move_media", delete=True)
    assert f"{bad} is damaged: its bytes are not what its name says" in capsys.readouterr().out
    assert set(kept(storage)) == set(made) - {bad}
    assert files(settings.MEDIA_DIR) == {bad}


def test_what_was_never_finished_is_passed_over(storage: s3.Storage, settings: Any) -> None:
    made = fill(settings.MEDIA_DIR)
    for stray in ("media/.new/tmpabc", "scratch/x/source.mp4"):
        path = settings.MEDIA_DIR / stray
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    call_command("move_media", delete=True)
    assert kept(storage) == made
    assert files(settings.MEDIA_DIR) == {"media/.new/tmpabc", "scratch/x/source.mp4"}


def test_storage_that_is_away_is_told_in_a_sentence(storage: s3.Storage, settings: Any) -> None:
    fill(settings.MEDIA_DIR)
    storage.stop()
    try:
        with pytest.raises(stores.Unreachable):
            moving.move()
        with pytest.raises(CommandError, match="run it again to go on"):
            call_command("move_media", delete=True)
    finally:
        storage.start()
    assert len(files(settings.MEDIA_DIR)) == 4


def test_without_a_storage_there_is_nowhere_to_move_to() -> None:
    with pytest.raises(CommandError, match="ORIGINS is not set"):
        call_command("move_media")


@pytest.mark.slow
def test_killed_at_random_and_run_again_everything_is_there_once(storage: s3.Storage, tmp_path: Path) -> None:
    """Every second round deletes files too."""
    dice, killed_within = chaos.dice(), 0
    for turn in range(chaos.ROUNDS):
        storage.empty()
        var, delete = tmp_path / str(turn), turn % 2 == 1
        made = fill(var / "media", count=OBJECTS, size=60_000)
        variables = server.environment(var, 1, storage.environment)
        argv = ["move_media", *(["--delete"] if delete else [])]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        moved = subprocess.Popen([sys.executable, "manage.py", *argv], cwd=server.ROOT, env=variables, **quiet)
        enough = dice.randrange(1, OBJECTS // 3)
        while moved.poll() is None and len(storage.names(storage.origin.masters)) < enough:
            time.sleep(0.005)
        killed_within += moved.poll() is None
        if moved.poll() is None:
            os.kill(moved.pid, signal.SIGKILL)
        moved.wait()
        assert files(var / "media") | set(kept(storage)) >= set(made), "something is in neither place"
        ended = server.manage(variables, *argv).stdout
        assert ended.startswith("Done."), ended
        assert kept(storage) == made
        assert files(var / "media") & set(made) == (set() if delete else set(made))
    print(f"{killed_within} of {chaos.ROUNDS} kills in the middle: {OBJECTS} of {OBJECTS} objects, each once")
    assert killed_within, "every kill came after the last object"
