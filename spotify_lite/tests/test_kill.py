"""The service of one machine is killed again and again in the middle of everything, and loses nothing that it said.

Listeners write 200 times a second, a curator sends files, and the worker takes them in. What is there is looked at by
SQLite itself, without any code of ours, while nothing runs.
"""

import hashlib
import random
import shutil
import sqlite3
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from catalog.tests import audio
from spotify_lite.tests.rig import audience, chaos, desk, ledger, listeners, server
from spotify_lite.tests.rig.serving import Run, started

pytestmark = [pytest.mark.rig, pytest.mark.slow]

KILLS = chaos.ROUNDS if chaos.ROUNDS <= 2 else chaos.ROUNDS * 5 // 2  # 50 of `make chaos`
RATE = 200  # writes a second
WRITES = 150  # acknowledged in each round, at least
FILES = 2  # sent in each round
SONG_SECONDS = 20.0  # 160 KB: ten pieces
LEASE = 4  # seconds, instead of 30, until another worker takes what a dead one had
SECONDS_FILE = 10.0  # for each file, until it is taken in
DATABASE = "spotify_lite.sqlite3"


class Curator(threading.Thread):
    """Sends some files, a piece at a time, and keeps which were acknowledged until the server is gone."""

    def __init__(self, port: int, session: str, songs: list[bytes], chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.acknowledged: set[str] = set()  # sha256
        self._port, self._session, self._songs, self._chance = port, session, songs, chance

    def run(self) -> None:
        for song in self._songs:
            if desk.send(self._port, self._session, song, pause=self._chance.uniform(0, 0.05)):
                self.acknowledged.add(hashlib.sha256(song).hexdigest())

    def wait(self, files: int) -> None:
        """Wait until so many are acknowledged."""
        while len(self.acknowledged) < files:
            assert self.is_alive(), "a file was refused"
            time.sleep(0.01)


def test_killed_in_the_middle_of_everything_it_loses_nothing(tmp_path: Path) -> None:
    var, seed = tmp_path / "var", chaos.seed()
    var.mkdir()
    extra = {"WORK_LEASE": str(LEASE), "PORT": str(server.free_port())}
    variables = server.environment(var, 0, extra)
    server.manage(variables, "migrate", "--verbosity=0")
    heard = audience.make(lambda code: shell(variables, code))
    session = desk.sign_in(lambda code: shell(variables, code))
    chance, port = random.Random(seed), int(extra["PORT"])
    sent: set[str] = set()
    acknowledged: set[str] = set()
    copies = 0
    with (
        ExitStack() as held,
        listeners.listening(port, heard.accounts, heard.tracks, rate=RATE, seed=seed) as people,
    ):
        for number in range(1, KILLS + 1):
            with started(var, **extra) as run:
                people.wait(writes=WRITES // 3)
                songs = [song(tmp_path, f"Song {number}-{place}") for place in range(FILES)]
                sent |= {hashlib.sha256(one).hexdigest() for one in songs}
                curator = Curator(port, session, songs, chance)
                curator.start()
                people.wait(writes=WRITES // 3)
                copies += cut_power(run, people, tmp_path / "copy", chance)
                people.wait(writes=WRITES // 3)
                curator.wait(1)
                time.sleep(chance.uniform(0, 0.5))
                run.kill()
            curator.join()
            acknowledged |= curator.acknowledged
            report = people.compare(lambda sql: rows(var, sql))
            assert (report.faults, rows(var, "PRAGMA integrity_check")) == ([], [("ok",)]), number
            assert_uploads_are_whole(var, sent, acknowledged)
        last = held.enter_context(started(var, **extra))
        people.stop()  # all that was refused is sent again, and acknowledged
        report, told = people.ledger.compare(lambda sql: rows(var, sql)), people.read_back()
        kept = people.ledger
        retried = take_in_all(var, last, session)
        chaos.keep(
            "kill",
            seed=seed,
            kills=KILLS,
            copies=copies,
            writes=kept.written,
            rate=round(kept.written / people.seconds),
            answers=kept.statuses(),
            rows=str(report),
            api=str(told),
            uploads=len(acknowledged),
            retried=retried,
        )
        assert (kept.wrong, report.faults, told.faults) == ([], [], [])
        assert kept.sent == kept.acknowledged
        assert_uploads_are_whole(var, sent, acknowledged)
        assert rows(var, "SELECT DISTINCT state FROM catalog_upload") == [("ready",)]
        assert rows(var, "SELECT count(*) FROM catalog_upload WHERE track_id IS NULL") == [(0,)]


def cut_power(run: Run, people: listeners.Listeners, folder: Path, chance: random.Random) -> int:
    """Copy the database's files as they are in the middle of writes; what was acknowledged must be in the copy.

    What was just being written to the log ends in bytes that mean nothing, and its index, which is memory, is lost.
    """
    folder.mkdir()
    known = people.book()
    run.freeze()
    try:
        for suffix in chance.sample(["", "-wal"], 2):
            shutil.copyfile(run.output.parent / (DATABASE + suffix), folder / (DATABASE + suffix))
    finally:
        run.thaw()
    with (folder / (DATABASE + "-wal")).open("ab") as log:
        log.write(chance.randbytes(chance.randrange(1, 5_000)))
    tables = {sql: rows(folder, sql) for sql in ledger.QUERIES}
    assert rows(folder, "PRAGMA integrity_check") == [("ok",)]
    report = known.compare(tables.__getitem__, later=people.book())
    assert report.faults == []
    assert report.positions
    shutil.rmtree(folder)
    return 1


def assert_uploads_are_whole(var: Path, sent: set[str], acknowledged: set[str]) -> None:
    """Every upload that has a row is one that was sent, and its file is there and whole; what was said is there."""
    uploads = dict(rows(var, "SELECT sha256, storage_name FROM catalog_upload"))
    assert acknowledged <= uploads.keys() <= sent
    for sha256, name in uploads.items():
        assert hashlib.sha256((var / "media" / "masters" / name).read_bytes()).hexdigest() == sha256


def take_in_all(var: Path, run: Run, session: str) -> int:
    """Wait until the worker has taken in every file that the dead ones left, and return how often a curator helped.

    Work that five workers died of is given up: the next may be its victim. It says so, and is taken again when asked.
    """
    until, asked = time.monotonic() + SECONDS_FILE * KILLS * FILES, 0
    left_over = "SELECT kind, subject_id, state, reason FROM catalog_work WHERE kind IN ('upload', 'source')"
    while left := rows(var, left_over):
        assert time.monotonic() < until, (left, run.output.read_text()[-2000:])
        for kind, subject_id, state, reason in left:
            if state == "failed":
                assert "stopped without a word" in reason
                owner = "SELECT upload.id FROM catalog_upload upload JOIN catalog_master USING (track_id)"
                own = (
                    subject_id
                    if kind == "upload"
                    else rows(var, f"{owner} WHERE catalog_master.id = {subject_id}")[0][0]
                )
                asked += desk.retry(run.port, session, own)
        time.sleep(0.2)
    return asked


def song(folder: Path, title: str) -> bytes:
    return audio.make(folder / "song.mp3", seconds=SONG_SECONDS, title=title, artist="Halcyon Pike").read_bytes()


def shell(variables: dict[str, str], code: str) -> str:
    return server.manage(variables, "shell", "-v0", "-c", code).stdout


def rows(var: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query by SQLite itself."""
    connection = sqlite3.connect(var / DATABASE, timeout=20)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()
