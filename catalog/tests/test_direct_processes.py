"""Direct uploads and kills: what was acknowledged becomes a song, and the storage holds that and nothing else."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from catalog.tests import audio
from catalog.tests.test_direct_uploads import send
from catalog.tests.test_upload_processes import EXPIRE, RUN, shell
from spotify_lite.tests.rig import chaos, desk, s3, server
from spotify_lite.tests.rig.server import ROOT, manage

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("s3")]

FILES = 6  # a round
STATE = """
import json
from catalog.models import Master, Rendition, Track, Upload, Work
print("STATE", json.dumps({
    "states": [[str(one.incoming), one.state] for one in Upload.objects.all()],
    "masters": list(Master.objects.values_list("storage_name", flat=True)),
    "tracks": Track.objects.filter(published=True).count(), "work": Work.objects.count(),
    "sources": Rendition.objects.filter(name="source").count(),
}))
"""
SWEEP = "from datetime import timedelta\nfrom django.utils import timezone\nfrom catalog import direct\n"
SWEEP += "print('swept', direct.sweep(at=timezone.now() + timedelta(days=2)))"


def ask(port: int, session: str, path: str, fields: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the desk answers, or None where it was killed before."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"sessionid={session}; csrftoken={'c' * 32}",
        "X-CSRFToken": "c" * 32,
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", f"/admin/catalog/upload/{path}/", urllib.parse.urlencode(fields), headers)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    assert answer.status == 201, body
    return dict(json.loads(body))


def upload(port: int, session: str, content: bytes) -> str | None:
    """Send a file as the page does; return the name under `incoming/` once it is acknowledged."""
    form = ask(port, session, "form", {"name": "a.mp3", "size": len(content), "publish": "on"})
    if form is None:
        return None
    assert send(form, content, site=f"http://127.0.0.1:{port}") == (204, "")
    told = ask(port, session, "arrived", {"claim": form["claim"]})
    return str(form["fields"]["key"]).removeprefix("incoming/") if told else None


def test_kills_lose_no_acknowledged_upload_and_leave_no_orphan(tmp_path: Path) -> None:
    dice, var, acknowledged, killed_within = chaos.dice(), tmp_path / "var", set(), 0
    var.mkdir()
    kills = chaos.ROUNDS
    with s3.storage(tmp_path / "s3") as storage:
        variables = server.environment(var, server.free_port(), storage.environment)
        server.make_tables(variables)
        session = desk.sign_in(lambda code: shell(variables, code))
        for turn in range(chaos.ROUNDS):
            songs = [
                audio.make(tmp_path / "song.mp3", tone=200 + number, title=f"Song {turn} {number}").read_bytes()
                for number in range(FILES)
            ]
            with (
                server.running(var, migrate=False, extra=storage.environment) as web,
                ThreadPoolExecutor(3) as pool,
            ):
                sent = [pool.submit(upload, web.port, session, content) for content in songs]
                enough = dice.randint(1, FILES - 2)
                while sum(one.done() for one in sent) < enough:
                    time.sleep(0.002)
                web.kill()
                names = {one.result() for one in sent} - {None}
            acknowledged |= names
            killed_within += len(names) < FILES
            worker = subprocess.Popen([sys.executable, "manage.py", "shell", "-c", RUN], cwd=ROOT, env=variables)
            lying = len(storage.names(storage.origin.masters))
            until = time.monotonic() + 20
            while worker.poll() is None and time.monotonic() < until:
                if len(storage.names(storage.origin.masters)) != lying and dice.random() < 0.5:
                    break  # something was named, or what had come was dropped
                time.sleep(0.002)
            if worker.poll() is None:
                os.kill(worker.pid, signal.SIGKILL)
                kills += 1
            worker.wait()
            shell(variables, EXPIRE)
        manage(variables, "shell", "-c", RUN)
        told = json.loads(shell(variables, STATE).partition("STATE ")[2])
        shell(variables, SWEEP)
        count = len(told["states"])
        print(f"{kills} kills: {len(acknowledged)} acknowledged, {count} there, 0 lost")
        assert acknowledged <= {name for name, _ in told["states"]}
        assert {state for _, state in told["states"]} == {"ready"}
        assert (told["work"], told["tracks"], told["sources"], len(told["masters"])) == (0, count, count, count)
        assert storage.names(storage.origin.masters) == sorted(f"masters/{name}" for name in told["masters"])
    assert killed_within, "every kill came after the last acknowledgement"
