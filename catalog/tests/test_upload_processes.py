"""Uploads and kills: what was acknowledged is never lost, and no track is left half made; real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catalog.tests import audio
from spotify_lite.tests.rig import chaos, desk, server
from spotify_lite.tests.rig.server import ROOT, manage

pytestmark = pytest.mark.rig

FILES = 10  # a round
STATE = """
import json
from django.core.files.storage import storages
from catalog.models import Master, Rendition, Track, Upload, Work
print(json.dumps({
    "uploads": [[one.sha256, one.state, bool(one.track_id)] for one in Upload.objects.all()],
    "lost": [one.name for one in Upload.objects.all() if not storages["masters"].exists(one.storage_name)],
    "tracks": Track.objects.count(), "masters": Master.objects.count(),
    "listed": Track.objects.filter(published=True).count(),
    "renditions": Rendition.objects.filter(name="source").count(),
    "work": list(Work.objects.values_list("kind", "state", "reason")),
}))
"""
EXPIRE = """
from django.utils import timezone
from catalog.models import Work
Work.objects.filter(state="running").update(lease_until=timezone.now())
"""
RUN = "from catalog import work\nwhile work.run_due(limit=1): pass"


def shell(variables: dict[str, str], code: str) -> str:
    return manage(variables, "shell", "--verbosity=0", "-c", code).stdout


def test_kills_lose_no_acknowledged_upload_and_leave_no_half_track(tmp_path: Path) -> None:
    var, dice = tmp_path / "var", chaos.dice()
    var.mkdir()
    variables = server.environment(var, server.free_port())
    server.make_tables(variables)
    session = desk.sign_in(lambda code: shell(variables, code))
    songs = {
        number: audio.make(
            tmp_path / f"{number}.mp3", tone=200 + number, title=f"Song {number}", artist="A"
        ).read_bytes()
        for number in range(chaos.ROUNDS * FILES)
    }
    acknowledged: set[int] = set()
    for turn in range(chaos.ROUNDS):
        with server.running(var, migrate=False) as web, ThreadPoolExecutor(4) as pool:
            mine = list(range(turn * FILES, (turn + 1) * FILES))
            sent = {number: pool.submit(desk.send, web.port, session, songs[number]) for number in mine}
            while sum(one.done() for one in sent.values()) < dice.randint(2, FILES - 2):
                time.sleep(0.005)
            web.kill()
            acknowledged |= {number for number, one in sent.items() if one.result()}
    told = json.loads(shell(variables, STATE))
    assert len(told["uploads"]) >= len(acknowledged) > 0
    assert told["lost"] == []
    for _ in range(chaos.ROUNDS):
        worker = subprocess.Popen([sys.executable, "manage.py", "shell", "-c", RUN], cwd=ROOT, env=variables)
        time.sleep(dice.uniform(2.0, 4.0))
        if worker.poll() is None:
            os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        shell(variables, EXPIRE)
    manage(variables, "shell", "-c", RUN)
    told = json.loads(shell(variables, STATE))
    count = len(told["uploads"])
    print(f"{chaos.ROUNDS} kills of the web process: {len(acknowledged)} acknowledged, {count} there, 0 lost")
    assert told["work"] == []
    assert all(state == "ready" and track for _, state, track in told["uploads"])
    assert (told["tracks"], told["masters"], told["renditions"], told["listed"]) == (count, count, count, 0)
