"""Workers, encoders and the broker are killed at random moments: every song is ready once, and nothing is half-made."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from catalog.tests import audio
from spotify_lite.tests.rig import chaos, lack, need, postgres, processes, redis, s3
from spotify_lite.tests.rig.server import ROOT, environment, manage

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("worker kills")]

SONGS = 5  # a round
SECONDS = 20.0  # of each: an encoder needs about one second for it
BOUND = 60.0  # seconds after the last kill, beside the work itself, in which everything is ready
LEASE = 6  # seconds, instead of 30
MADE = {"source", "aac64", "aac128", "aac256"}
FILL = """
import sys
from pathlib import Path
from django.utils import timezone
from catalog import media, work
from catalog.models import Master, Track
masters = []
for path in {paths!r}:
    stored = media.put_master(Path(path), "flac")
    track = Track.objects.create(title=path, sort_title="song", artist="A", duration_ms={seconds} * 1000,
                                 created_at=timezone.now())
    masters.append(Master.objects.create(track=track, fingerprint=stored.key, sha256=stored.key, channels=1,
                                         storage_name=stored.name, container="flac", codec="flac",
                                         duration_ms={seconds} * 1000, size=stored.size))
work.enqueue_many("source", {{master.id: {{}} for master in masters}})
"""
QUEUED = 50
HASHES = """
from pathlib import Path
from django.utils import timezone
from catalog import work
from catalog.models import Library, LibraryFile, Master, Track
library = Library.objects.create(root={root!r})
masters = []
for path in sorted(Path({root!r}).iterdir()):
    track = Track.objects.create(title=path.name, sort_title="song", artist="A", created_at=timezone.now())
    seen = path.stat()
    master = Master.objects.create(track=track, fingerprint="f", container="mp3", codec="mp3", size=seen.st_size)
    LibraryFile.objects.create(library=library, path=path.name, size=seen.st_size, mtime_ns=seen.st_mtime_ns,
                               master=master)
    masters.append(master)
work.enqueue_many("hash", {{master.id: {{}} for master in masters}})
"""
WORKER = [sys.executable, "-m", "celery", "-q", "-A", "spotify_lite", "worker", "--loglevel", "WARNING"]
WORKER += ["--without-gossip", "--without-mingle", "--without-heartbeat"]


class Rig:
    """An installation as production has it: PostgreSQL, Redis, S3, a clock, and workers of both kinds."""

    def __init__(self, folder: Path, storage: s3.Storage, database: str, held: ExitStack) -> None:
        self.folder, self.storage, self.database, self._held = folder, storage, database, held
        self._broker_held = ExitStack()
        self.broker = self._broker_held.enter_context(redis.store(folder / "redis", "broker"))
        held.callback(self._broker_held.close)
        self.variables = environment(folder / "var", 1) | storage.environment
        self.variables |= {"DATABASE_URL": database, "BROKER_URL": self.broker.url}
        self.variables |= {"PACKAGING": "eager", "WORK_LEASE": str(LEASE)}
        (folder / "var").mkdir()
        manage(self.variables, "migrate", "--verbosity=0")
        self.workers = {
            "threads": [*WORKER, "--pool", "threads", "-c", "1"],
            "prefork": [*WORKER, "--pool", "prefork", "-c", "1"],
            "beat": [*WORKER[:6], "beat", "--loglevel", "WARNING"],
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        for name in self.workers:
            self.start(name)

    def start(self, name: str) -> None:
        command, folder = self.workers[name], self.folder / "logs"
        context = processes.running(
            command, folder, name, environment=self.variables, place=ROOT, ends_on=signal.SIGKILL
        )
        self.running[name] = self._held.enter_context(context)

    def kill_parent(self, chance: random.Random) -> None:
        name = chance.choice(["threads", "prefork"])
        self.running[name].kill()
        self.running[name].wait()
        self.start(name)

    def kill_pool_child(self, chance: random.Random) -> None:
        for pid in children(self.running["prefork"].pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_encoder(self, chance: random.Random) -> None:
        """Kill one of this installation's encoders, once there is one."""
        until = time.monotonic() + 3
        while not (found := encoders(self.folder)) and time.monotonic() < until:
            time.sleep(0.01)
        if found:
            with suppress(ProcessLookupError):
                os.kill(chance.choice(found), signal.SIGKILL)

    def kill_broker(self, chance: random.Random) -> None:
        processes.kill(self.broker.process)
        time.sleep(chance.uniform(0, 1))
        port, password = self.broker.port, self.broker.password
        again = redis.store(self.folder / "redis", "broker", port=port, password=password)
        self.broker = self._broker_held.enter_context(again)

    def flush_broker(self, chance: random.Random) -> None:
        self.broker.client().flushall()


FAULTS: list[Callable[[Rig, random.Random], None]] = [
    Rig.kill_parent, Rig.kill_pool_child, Rig.kill_encoder, Rig.kill_broker, Rig.flush_broker,
]  # fmt: skip


class Watch(threading.Thread):
    """Looks at the rows all the time, as listeners do, and at each new object as soon as there is a row for it."""

    def __init__(self, rig: Rig) -> None:
        super().__init__(daemon=True)
        self.seen: dict[tuple[int, str], str] = {}  # (track, name) -> key
        self.wrong: list[str] = []
        self.looks = 0
        self.over = threading.Event()
        self._rig = rig
        self._whole: set[str] = set()  # keys of objects that were looked at

    def run(self) -> None:
        client = self._rig.storage.client()
        with psycopg.connect(self._rig.database, autocommit=True) as connection:
            last = False
            while not last:
                last = self.over.wait(0.05)
                self._look(connection, client)

    def _look(self, connection: psycopg.Connection[Any], client: Any) -> None:
        self.looks += 1
        tracks: dict[int, dict[str, tuple[str, int]]] = {}
        query = "SELECT track_id, name, key, size FROM catalog_rendition"
        for track, name, key, size in connection.execute(query).fetchall():
            tracks.setdefault(track, {})[name] = (key, size)
        for track, made in tracks.items():
            if set(made) not in ({"source"}, MADE):
                self.wrong.append(f"track {track} has {sorted(made)} alone")
            for name, (key, size) in made.items():
                if self.seen.setdefault((track, name), key) != key:
                    self.wrong.append(f"{name} of track {track} was changed")
                elif key not in self._whole:
                    self._compare(client, key, size)
                    self._whole.add(key)

    def _compare(self, client: Any, key: str, size: int) -> None:
        try:
            body = client.get_object(Bucket=self._rig.storage.bucket, Key=f"media/{key[:2]}/{key}.mp4")["Body"].read()
        except (ClientError, BotoCoreError) as error:
            self.wrong.append(f"{key} is shown and not there: {error}")
            return
        if len(body) != size or hashlib.sha256(body).hexdigest() != key:
            self.wrong.append(f"{key} is shown and not whole")


def children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def encoders(folder: Path) -> list[int]:
    """Return the processes of ffmpeg itself that work for this installation, not of what walls it in."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if b"ffmpeg" in words[0] and any(os.fsencode(folder) in word for word in words):
                found.append(int(entry.name))
    return found


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    need("ffmpeg", package="ffmpeg")
    if postgres.programs() is None:
        lack(f"the Debian package {postgres.PACKAGE}")
    folder = tmp_path_factory.mktemp("kills")
    with ExitStack() as held:
        storage = held.enter_context(s3.storage(folder / "s3"))
        database = held.enter_context(postgres.cluster())
        yield Rig(folder, storage, database, held)


def test_every_song_is_ready_once_whatever_is_killed(rig: Rig, tmp_path: Path) -> None:
    chance = chaos.dice()
    watch = Watch(rig)
    watch.start()
    struck = 0
    with psycopg.connect(rig.database, autocommit=True) as connection:
        for number in range(1, chaos.ROUNDS + 1):
            paths = [
                audio.make(tmp_path / f"{number}-{song}.flac", seconds=SECONDS, tone=200 + 40 * number + song)
                for song in range(SONGS)
            ]
            fill = FILL.format(paths=[str(path) for path in paths], seconds=round(SECONDS))
            manage(rig.variables, "shell", "--verbosity=0", "-c", fill)
            for fault in chance.sample(FAULTS, len(FAULTS)):
                time.sleep(chance.uniform(0, 0.7))
                running = connection.execute("SELECT count(*) FROM catalog_work WHERE state = 'running'").fetchone()
                struck += running != (0,)
                fault(rig, chance)
            waited = wait_until_done(connection, number * SONGS)
            print(f"round {number}: ready {waited:.1f} s after the last kill")
    watch.over.set()
    watch.join()
    print(f"{struck} of {chaos.ROUNDS * len(FAULTS)} faults struck work, {watch.looks} looks")
    assert not watch.wrong
    assert len(watch.seen) == chaos.ROUNDS * SONGS * len(MADE)
    assert watch.looks > 20
    assert struck, "every fault came when nothing was being done"
    keys = set(watch.seen.values())
    assert rig.storage.names() == sorted(f"media/{key[:2]}/{key}.mp4" for key in keys), "objects that no row names"
    for (_, name), key in watch.seen.items():
        assert_decodes(rig, name, key, tmp_path / "whole.mp4")


def test_work_whose_messages_are_all_lost_is_done_once_by_the_sweep(rig: Rig, tmp_path: Path) -> None:
    """The workers stand still while it is asked for, so that no message is taken before the broker forgets them all."""
    wanted, music = set(), tmp_path / "music"
    music.mkdir()
    for number in range(QUEUED):
        path = music / f"{number}.mp3"
        path.write_bytes(f"song {number}".encode())
        wanted.add(hashlib.sha256(path.read_bytes()).hexdigest())
    workers = [rig.running[name] for name in ("threads", "prefork")]
    for worker in workers:
        worker.send_signal(signal.SIGSTOP)
    manage(rig.variables, "shell", "--verbosity=0", "-c", HASHES.format(root=str(music)))
    rig.broker.client().flushall()
    with psycopg.connect(rig.database, autocommit=True) as connection:
        waiting = "SELECT state, attempts FROM catalog_work WHERE kind = 'hash'"
        assert connection.execute(waiting).fetchall() == [("queued", 0)] * QUEUED
        for worker in workers:
            worker.send_signal(signal.SIGCONT)
        began = time.monotonic()
        while left := connection.execute(waiting).fetchall():
            assert "failed" not in {state for state, _ in left}
            assert time.monotonic() - began < BOUND, left
            time.sleep(0.05)
        print(f"{QUEUED} rows were done {time.monotonic() - began:.1f} s after every message was lost")
        found = connection.execute("SELECT sha256 FROM catalog_master WHERE fingerprint = 'f'").fetchall()
    assert len(found) == QUEUED
    assert {sha256 for (sha256,) in found} == wanted


def wait_until_done(connection: psycopg.Connection[Any], songs: int) -> float:
    """Wait until every song is ready and no work is left; return how long that took, in seconds."""
    began = time.monotonic()
    while (waited := time.monotonic() - began) < BOUND + songs * SECONDS / 10:
        ready = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM catalog_rendition GROUP BY track_id HAVING count(*) = 4) AS done"
        ).fetchone()
        left = connection.execute("SELECT kind, subject_id, state, attempts, reason FROM catalog_work").fetchall()
        assert not [row for row in left if row[2] == "failed"], left
        if ready == (songs,) and not left:
            return waited
        time.sleep(0.05)
    raise AssertionError(f"{ready} of {songs} songs are ready, {left} is left to do")


def assert_decodes(rig: Rig, name: str, key: str, path: Path) -> None:
    """Decode an object with a ffmpeg that is not ours, which may not complain."""
    rig.storage.client().download_file(rig.storage.bucket, f"media/{key[:2]}/{key}.mp4", str(path))
    argv = ["ffmpeg", "-nostdin", "-v", "warning", "-i", str(path), "-f", "null", "-"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), f"{name} {key}"
