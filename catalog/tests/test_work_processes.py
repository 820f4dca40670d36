"""Workers that are killed, stopped or many: real processes on one database, and every rendition comes out once."""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalog.tests import audio
from spotify_lite.tests.rig import lack, postgres
from spotify_lite.tests.rig.server import ROOT, environment, make_tables, manage

pytestmark = pytest.mark.rig

FILL = """
from pathlib import Path
from django.utils import timezone
from catalog import media, work
from catalog.models import Master, Track
stored = media.put_master(Path({path!r}), "wav")
masters = []
for number in range({count}):
    track = Track.objects.create(title=f"Song {{number}}", sort_title="song", artist="A",
                                 duration_ms={seconds} * 1000, created_at=timezone.now())
    masters.append(Master.objects.create(track=track, fingerprint=stored.key, storage_name=stored.name, container="wav",
                                         codec="pcm", duration_ms={seconds} * 1000, size=stored.size))
work.enqueue_many("source", {{master.id: {{}} for master in masters}})
"""
STATE = """
import json
from catalog.models import Rendition, Work
print(json.dumps({"renditions": list(Rendition.objects.values_list("key", "extension", "size")),
                  "work": list(Work.objects.values_list("state", "attempts", "reason"))}))
"""
EXPIRE = """
from django.utils import timezone
from catalog.models import Work
Work.objects.filter(state="running").update(lease_until=timezone.now())
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def variables(request, tmp_path) -> Iterator[dict[str, str]]:
    """Give the environment of an installation of its own, migrated."""
    var = tmp_path / "var"
    var.mkdir()
    if request.param == "sqlite":
        yield _migrated(environment(var, 1))
        return
    if postgres.programs() is None:
        lack(f"the Debian package {postgres.PACKAGE}")
    with postgres.cluster() as url:
        yield _migrated(environment(var, 1, {"DATABASE_URL": url}))


def _migrated(variables: dict[str, str]) -> dict[str, str]:
    make_tables(variables)
    return variables


def shell(variables: dict[str, str], code: str) -> str:
    return manage(variables, "shell", "--verbosity=0", "-c", code).stdout


def state(variables: dict[str, str]) -> dict:
    return json.loads(shell(variables, STATE))


def fill(variables: dict[str, str], tmp_path: Path, *, count: int, seconds: int) -> None:
    song = audio.make(tmp_path / "song.wav", seconds=float(seconds))
    shell(variables, FILL.format(path=str(song), count=count, seconds=seconds))


def worker(variables: dict[str, str], *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "package", *options],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def scratch(variables: dict[str, str]) -> list[Path]:
    return [path for path in (Path(variables["VAR_DIR"]) / "media" / "scratch").rglob("*") if path.is_file()]


def wait_for(what: Callable[[], object], *, seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.01)


def encoders(variables: dict[str, str]) -> list[str]:
    """Return the command lines of the encoders that write into this installation."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if variables["VAR_DIR"] in line and "-movflags" in line:
            found.append(line)
    return found


def test_killed_worker_leaves_nothing_half_made_and_the_next_one_finishes(variables, tmp_path):
    fill(variables, tmp_path, count=1, seconds=900)
    media = Path(variables["VAR_DIR"]) / "media" / "media"
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for kill in range(3):
        process = worker(variables)
        wait_for(lambda: encoders(variables))
        time.sleep(chance.uniform(0, 0.2))  # an encoder left alone needs three times as long
        process.kill()
        process.communicate()
        assert state(variables)["renditions"] == []
        assert not [path for path in media.rglob("*") if path.is_file()]
        assert state(variables)["work"] == [["running", kill + 1, ""]]
        wait_for(lambda: not encoders(variables))  # the encoder dies with its worker
        assert "0 jobs run" in _run(variables)  # the lease still holds
        shell(variables, EXPIRE)
    assert "1 jobs run" in _run(variables)
    after = state(variables)
    assert after["work"] == []
    [[key, extension, size]] = after["renditions"]
    assert (media / key[:2] / f"{key}.{extension}").stat().st_size == size


def test_stopped_worker_gives_its_work_back_at_once(variables, tmp_path):
    fill(variables, tmp_path, count=1, seconds=900)
    process = worker(variables)
    wait_for(lambda: scratch(variables))
    asked = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert time.monotonic() - asked < 5
    assert state(variables) == {"renditions": [], "work": [["queued", 0, ""]]}
    assert scratch(variables) == []


def test_many_workers_do_each_piece_once(variables, tmp_path):
    fill(variables, tmp_path, count=30, seconds=3)
    processes = [worker(variables, "--wait") for _ in range(3)]
    outputs = [process.communicate(timeout=120) for process in processes]
    runs = [int(output.split()[0]) for output, _ in outputs]
    assert sum(runs) == 30, outputs
    assert min(runs) > 0
    after = state(variables)
    assert len(after["renditions"]) == 30
    assert after["work"] == []


def _run(variables: dict[str, str]) -> str:
    output, errors = worker(variables).communicate(timeout=120)
    return output + errors
