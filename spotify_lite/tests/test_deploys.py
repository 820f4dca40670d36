"""Web nodes and the balancer's own file are replaced under load, and nobody who listens hears of it."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from catalog.tests import audio
from spotify_lite.tests.rig import chaos, compose, hearing, listeners, release, rolling, server

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("deploys")]

RATE = 100  # writes a second
NAMES = dict.fromkeys(("PUBLIC_HOST", "EDGE_1_HOST", "EDGE_2_HOST", "TLS_CERTIFICATE"), "a.example")
READS = ("/api/v1/tracks", "/api/v1/search?q=a", "/", "/api/v1/me/continue")


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rolling.Region]:
    with rolling.region(tmp_path_factory.mktemp("deploys")) as running:
        yield running


def test_nodes_and_balancer_replaced_under_load_fail_no_request_and_lose_nothing(region: rolling.Region) -> None:
    """A round is the restart of one of the two nodes, so that twenty are ten rolling restarts, and a reload."""
    dice = chaos.dice()
    more = {"rate": RATE, "seed": dice.randrange(1000), "reads": READS}
    accounts, tracks = region.people.accounts, region.people.tracks
    with (
        hearing.Ears(region.door.http, region.song, seed=dice.randrange(1000)) as ears,
        listeners.listening(region.door.http, accounts, tracks, **more) as people,
    ):
        people.wait(writes=RATE)
        for number in range(chaos.ROUNDS):
            assert region.replace(rolling.NODES[number % 2]) == 0
            people.wait(writes=int(RATE * dice.random()))
            region.door.reload()
        people.wait(writes=RATE)
    report = people.ledger.compare(region.rows)
    print(f"{chaos.ROUNDS} restarts and reloads: {people.ledger.statuses()}, {report}; bytes: {dict(ears.seen)}")
    assert set(people.ledger.statuses()) <= {200, 201}  # 0 is a line that was cut
    assert not people.ledger.wrong
    assert not report.faults
    assert set(ears.seen) == {"206", "heard through"}


def test_a_node_that_is_told_to_end_gives_notice_and_finishes_what_runs(region: rolling.Region) -> None:
    node, song = region.nodes["web-1"], region.song
    kept = http.client.HTTPConnection("127.0.0.1", node.port, timeout=20)
    assert ask(kept, "/readyz") == (200, None, "ready")
    transfer = hearing.Transfer(node.port, song)
    assert transfer.read(65_536)
    node.process.terminate()
    until = time.monotonic() + rolling.NOTICE
    while (told := ask(http.client.HTTPConnection("127.0.0.1", node.port, timeout=20), "/readyz"))[0] == 200:
        assert time.monotonic() < until
    assert told == (503, "close", "draining")
    assert ask(kept, "/healthz")[:2] == (200, "close")  # it serves on, and ends the lines that it is asked on
    late = hearing.Transfer(node.port, song)
    assert late.read(65_536)
    while not server.is_free(node.port):
        time.sleep(0.05)
    assert transfer.read() == late.read() == hearing.SOUND
    assert node.process.wait(10) == 0


def test_a_change_of_a_table_that_has_to_wait_gives_up_and_holds_nobody_up(region: rolling.Region) -> None:
    """Who waits for a table alone comes before all who only read it, however long the one in front of him takes."""
    options = {"PGOPTIONS": compose.services(compose.made() | NAMES)["migrate"]["environment"]["PGOPTIONS"]}
    change = "from django.db import connection; connection.cursor().execute('ALTER TABLE catalog_album ADD shelf int')"
    with psycopg.connect(region.variables["DATABASE_URL"]) as long:
        long.execute("SELECT 1 FROM catalog_album")  # until the end of its transaction
        done = server.manage(region.variables | options, "shell", "-v0", "-c", change, check=False)
    assert done.returncode
    assert "lock timeout" in done.stderr


def ask(line: http.client.HTTPConnection, path: str) -> tuple[int, str | None, str]:
    """Return the status, what becomes of the line, and the status that a document tells of."""
    line.request("GET", path)
    answer = line.getresponse()
    body = answer.read()
    return answer.status, answer.headers["connection"], json.loads(body)["status"] if b"{" in body else ""


# What the version before goes on doing while the nodes are replaced, on tables that this one has already changed.
GOES_ON = """
import json, uuid
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client
from django.utils import timezone
from catalog.models import Track

def ask(method, path, body=None):
    answer = client.generic(method, path, json.dumps(body) if body else "", "application/json")
    told[f"{method} {path}"] = answer.status_code
    return answer

told, play, at = {}, str(uuid.uuid4()), timezone.now().isoformat().replace("+00:00", "Z")
for client in (Client(HTTP_HOST="127.0.0.1", headers=HEADERS, raise_request_exception=False),
               Client(HTTP_HOST="127.0.0.1", raise_request_exception=False)):  # and a guest, who is made now
    event = {"play_id": play, "seq": 1, "track_id": TRACK, "position_ms": 700, "state": "playing", "at": at}
    queue = {"play_id": play, "seq": 0, "at": at, "queue": [TRACK], "index": 0, "position_ms": 0, "playing": True}
    for path in ("/readyz", "/", "/search?q=a", "/api/v1/tracks", "/api/v1/artists", "/api/v1/search?q=a"):
        ask("GET", path)
    ask("POST", f"/api/v1/tracks/{TRACK}/play", {"play_id": play})
    ask("POST", "/api/v1/me/progress", {"events": [event]})
    ask("PUT", "/api/v1/me/playback", queue)
    ask("GET", "/api/v1/me/continue")
    ask("GET", "/api/v1/me/playback")
call_command("import_music", MUSIC, "--in-place")
told["imported"] = Track.objects.filter(title="Taken in by the version before").count()
loader = MigrationLoader(connection)
told["unknown"] = len(set(loader.applied_migrations) - set(loader.disk_migrations))
print("TOLD", json.dumps([play, told]))
"""


def test_the_version_before_goes_on_with_a_database_of_this_one(region: rolling.Region, tmp_path: Path) -> None:
    """A node whose code is older than the database stays ready; it reads, plays, keeps places, and takes music in."""
    code = release.before(tmp_path / "before")
    (tmp_path / "music").mkdir()
    audio.make(tmp_path / "music" / "song.flac", title="Taken in by the version before", artist="Somebody")
    account, track = region.people.accounts[0], max(region.people.tracks)
    given = {"HEADERS": {"Authorization": f"Token {account.token}"}, "TRACK": track, "MUSIC": str(tmp_path / "music")}
    script = "".join(f"{name} = {value!r}\n" for name, value in given.items()) + GOES_ON
    variables = region.variables | {"PYTHONPATH": str(code)}
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", script]
    done = subprocess.run(command, cwd=code, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    play, told = json.loads(done.stdout.partition("TOLD ")[2])
    assert told.pop("imported") == 1
    assert told.pop("unknown") > 0  # or it is not the version before
    assert set(told.values()) == {200, 201}, told
    points = region.rows("SELECT track_id, play_id::text, position_ms FROM playback_resumepoint")
    assert points.count((track, play, 700)) == 2
    assert ask(http.client.HTTPConnection("127.0.0.1", region.door.http), "/readyz")[0] == 200
