"""Hostile and damaged uploads, through a real worker: each ends with a reason in words, and nothing else happens."""

import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from catalog.tests import audio
from spotify_lite.tests import hostile
from spotify_lite.tests.rig import need, processes
from spotify_lite.tests.rig.server import ROOT, environment, make_tables

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("hostile files")]

WITHIN = 30.0  # seconds for one file
PATIENCE = 180.0  # seconds for all of them
LARGEST = 512 << 20  # bytes of memory that a process may ever have had
MADE = {"source", "aac64", "aac128"}
SEND = """
import hashlib, sys
from pathlib import Path
from accounts.models import User
from catalog import streams, uploads
from catalog.receiving import Received
curator = User.objects.create_user("olive")
for path in {paths!r}:
    size, digest = Path(path).stat().st_size, hashlib.sha256(Path(path).read_bytes()).hexdigest()
    with open(path, "rb") as file:
        uploads.accept(curator, Received(file, Path(path).name, size, digest), publish=True)
"""
CLAIM = """
from pathlib import Path
from django.utils import timezone
from catalog import ffmpeg, media, work
from catalog.models import Master, Rendition, Track
masters = {{}}
for path in {paths!r}:
    stored = media.put_master(Path(path), "bin")
    for container in ffmpeg.DEMUXERS:
        title = f"{{container}} {{Path(path).name}}"
        track = Track.objects.create(title=title, sort_title="x", artist="x", created_at=timezone.now())
        master = Master.objects.create(track=track, fingerprint=stored.key, storage_name=stored.name,
                                       container=container, codec="pcm", duration_ms=3000, size=stored.size)
        Rendition.objects.create(track=track, master=master, name="source", key=stored.key, extension="bin",
                                 mime="audio/mpeg", bitrate=1, size=stored.size, created_at=timezone.now())
        masters[master.id] = {{}}
work.enqueue_many("ladder", masters)
"""
UPLOADS = """
SELECT upload.name, coalesce(work.state, upload.state), coalesce(work.reason, upload.reason)
FROM catalog_upload AS upload
LEFT JOIN catalog_master AS master ON master.track_id = upload.track_id
LEFT JOIN catalog_work AS work ON work.kind = 'upload' AND work.subject_id = upload.id
    OR work.kind = 'source' AND work.subject_id = master.id
"""
CLAIMED = """
SELECT work.reason FROM catalog_work AS work JOIN catalog_master AS master ON master.id = work.subject_id
WHERE work.kind = 'ladder' AND work.state = 'failed' AND master.storage_name LIKE '%.bin'
"""
RENDITIONS = """
SELECT rendition.name FROM catalog_rendition AS rendition JOIN catalog_track AS track ON track.id = rendition.track_id
WHERE track.title = 'Good'
"""


@dataclass
class Listener:
    """Somebody on this machine whom nobody may call."""

    port: int
    calls: list[Any] = field(default_factory=list)


@dataclass
class Rig:
    """An installation of one user's, whose worker runs as this user."""

    var: Path
    variables: dict[str, str]
    becoming: list[str]  # the command that becomes the user and runs another
    worker: subprocess.Popen[bytes]

    def shell(self, code: str) -> None:
        self.manage("shell", "--verbosity=0", "-c", code)

    def manage(self, *arguments: str) -> None:
        command = [*self.becoming, sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.var / "spotify_lite.sqlite3", timeout=20)) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        found = Listener(server.getsockname()[1])

        def count() -> None:
            with suppress(OSError):
                while True:
                    found.calls.append(server.accept())

        threading.Thread(target=count, daemon=True).start()
        yield found
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module", params=["this user", "nobody"])
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Start a worker; as nobody in a user namespace, without any capability, where files are still this user's."""
    become = ["unshare", "--user", "--map-user=65534", "--map-group=65534"] if request.param == "nobody" else []
    if become:
        need("unshare", package="util-linux")
    folder = tmp_path_factory.mktemp("hostile")
    var = folder / "var"
    var.mkdir(mode=0o700)
    variables = environment(var, 1, {"PACKAGING": "eager"})
    command = [
        sys.executable,
        "-m",
        "celery",
        "-q",
        "-A",
        "spotify_lite",
        "worker",
        "-B",
        "--pool",
        "threads",
        "-c",
        "2",
    ]
    command = [*become, *command, "--loglevel", "WARNING"]
    make_tables(variables)
    with processes.running(command, folder, "worker", environment=variables, place=ROOT) as worker:
        rig = Rig(var, variables, become, worker)
        yield rig


def wait_until_done(rig: Rig) -> tuple[float, int]:
    """Wait until all is made or given up; return what the slowest took (s), and the most memory a process has had."""
    began, slowest, memory = dict[int, float](), 0.0, 0
    end_of_patience = time.monotonic() + PATIENCE
    while rows := rig.ask("SELECT id, state FROM catalog_work WHERE state <> 'failed' AND kind <> 'hash'"):
        now = time.monotonic()
        assert now < end_of_patience, rig.ask("SELECT kind, subject_id, state, reason FROM catalog_work")
        running = {row_id for row_id, state in rows if state == "running"}
        slowest = max([slowest, *(now - since for row_id, since in began.items() if row_id not in running)])
        began = {row_id: began.get(row_id, now) for row_id in running}
        memory = max(memory, peak_memory(rig))
        time.sleep(0.1)
    return slowest, memory


def peak_memory(rig: Rig) -> int:
    """Return the most memory (bytes) that the worker or one of its children has had."""
    peak = 0
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            ours = int(entry.name) == rig.worker.pid or os.fsencode(rig.var) in (entry / "cmdline").read_bytes()
            for line in (entry / "status").read_text().splitlines() if ours else ():
                if line.startswith("VmHWM:"):
                    peak = max(peak, int(line.split()[1]) << 10)
    return peak


def test_every_hostile_file_ends_with_a_reason_and_the_next_one_plays(rig: Rig, listener: Listener, tmp_path: Path):
    bad = hostile.make(tmp_path / "bad", listener.port)
    doubtful = hostile.make_doubtful(tmp_path / "doubtful", listener.port, mutants=4 if rig.becoming else 20)
    good = audio.make(tmp_path / "good.mp3", seconds=5, tone=999, title="Good", artist="Ida")
    paths = [f"{tmp_path}/bad/{name}" for name in bad] + [f"{tmp_path}/doubtful/{name}" for name in doubtful]
    rig.shell(SEND.format(paths=[*paths, str(good)]))
    seconds, memory = wait_until_done(rig)
    uploads = {name: (state, reason) for name, state, reason in rig.ask(UPLOADS)}
    played = {name for name, (state, _) in uploads.items() if state == "ready"}
    print(f"{len(uploads)} files, {len(played)} play, the slowest {seconds:.1f} s, {memory >> 20} MB")
    assert not played & set(bad), "hostile files that play"
    assert not [name for name, (_, reason) in uploads.items() if name not in played and len(reason) < 10]
    assert "good.mp3" in played
    assert {name for (name,) in rig.ask(RENDITIONS)} >= MADE
    assert rig.worker.poll() is None
    assert listener.calls == []
    assert 0 < memory < LARGEST
    assert seconds < WITHIN


def test_whatever_a_file_is_taken_for_it_opens_nothing_else(rig: Rig, listener: Listener, tmp_path: Path):
    """The readers of tags come first, and know playlists; here ffmpeg gets them under every name that it may get."""
    hostile.make(tmp_path / "bad", listener.port)
    paths = [f"{tmp_path}/bad/{name}" for name in ("hls.mp3", "concat.mp3")]
    rig.shell(CLAIM.format(paths=paths))
    seconds, memory = wait_until_done(rig)
    told = [reason for (reason,) in rig.ask(CLAIMED)]
    print(f"{len(told)} refused, the slowest {seconds:.1f} s, {memory >> 20} MB")
    assert len(told) == len(paths) * 9
    assert not [reason for reason in told if not reason.startswith(("ffmpeg could not read it: ", "There is no audio"))]
    assert rig.worker.poll() is None
    assert listener.calls == []
    assert 0 < memory < LARGEST
