"""`/metrics`: what all processes of a node count together, told inside alone, in labels that stay few."""

import json
import os
import sqlite3
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from accounts.models import User
from catalog import work
from catalog.models import Work
from conftest import MakeTrack
from playback import beacons
from spotify_lite import metrics
from spotify_lite.tests.rig import processes, server
from spotify_lite.tests.rig.scrape import Scrape, scrape
from spotify_lite.tests.test_permissions import addresses, spelled

PLAY = "01890a5d-ac96-774b-bcce-b302099a8057"
TOLD = {"play_id": PLAY, "first_audio_ms": 620, "source": "edge", "stalls": 1, "stall_ms": 250, "error": "network"}

Look = Callable[[], Scrape]


@pytest.fixture
def look(client: Client) -> Look:
    return lambda: Scrape(client.get("/metrics").content.decode())


@pytest.mark.django_db
def test_they_are_told_to_this_machine_alone(client: Client, settings: Any) -> None:
    answer = client.get("/metrics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert "no-store" in answer["Cache-Control"]
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="192.168.1.20").status_code == 404
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="127.0.0.1").status_code == 404, (
        "a balancer on this machine asks"
    )
    settings.EMBEDDED = False
    assert client.get("/metrics").status_code == 404, "in production they have a port of their own"


@pytest.mark.django_db
def test_requests_are_counted_by_pattern_and_status(client: Client, look: Look, make_track: MakeTrack) -> None:
    track, before = make_track(), look()
    for path in (
        f"/api/v1/tracks/{track.id}",
        f"/api/v1/tracks/{track.id}",
        "/api/v1/tracks/999999",
        "/nowhere/at/all",
    ):
        client.get(path)
    after = look()

    def more(route: str, status: str) -> float:
        name, labels = "request_seconds_count", {"route": route, "status": status}
        return after.value(name, **labels) - before.value(name, **labels)

    assert more("api/v1/tracks/<id:track_id>", "200") == 2
    assert more("api/v1/tracks/<id:track_id>", "404") == 1
    assert more("-", "404") == 1
    assert list(after.named("request_seconds_bucket", route="api/v1/tracks/<id:track_id>", status="200", le="0.005"))


@pytest.mark.django_db
def test_presses_of_play_are_counted_by_what_was_decided(client: Client, look: Look, make_track: MakeTrack) -> None:
    there, silent, before = make_track(), make_track("Silent", playable=False), look()
    for track_id in (there.id, silent.id, 999_999):
        client.post(f"/api/v1/tracks/{track_id}/play", {}, content_type="application/json")
    after = look()
    for outcome in ("web", "no audio", "missing"):
        assert after.value("plays_total", outcome=outcome) - before.value("plays_total", outcome=outcome) == 1, outcome


@pytest.mark.django_db
def test_what_players_tell_is_counted(client: Client, look: Look) -> None:
    before = look()
    client.post(
        "/api/v1/beacons", json.dumps([TOLD, {**TOLD, "stalls": 0, "stall_ms": 0, "error": None}]), "text/plain"
    )
    after, of_edge = look(), {"source": "edge", "region": "local"}

    def more(name: str, **labels: str) -> float:
        return after.value(name, **labels) - before.value(name, **labels)

    assert more("told_plays_total", **of_edge) == 2
    assert more("first_audio_seconds_bucket", le="0.5", **of_edge) == 0
    assert more("first_audio_seconds_bucket", le="0.75", **of_edge) == 2
    assert more("stalled_plays_total", **of_edge) == more("stalls_total", **of_edge) == 1
    assert more("stall_seconds_total", **of_edge) == pytest.approx(0.25)
    assert more("failed_plays_total", source="edge", error="network") == 1


@pytest.mark.django_db
def test_what_waits_for_a_worker_is_told_by_kind_and_age(look: Look) -> None:
    now = timezone.now()
    for number, (kind, minutes) in enumerate([("source", 9), ("source", 2), ("cover", 1), ("of-a-newer-version", 1)]):
        due = now - timedelta(minutes=minutes)
        Work.objects.create(kind=kind, subject_id=number, ready_at=due, created_at=due)
    Work.objects.create(kind="cover", subject_id=9, state="failed", ready_at=now, created_at=now)
    told = look()
    assert told.value("work", kind="source", state="queued") == 2
    assert told.value("work", kind="cover", state="failed") == 1
    assert told.value("work_oldest_seconds", kind="source") == pytest.approx(540, abs=30)
    assert {one.labels["kind"] for one in told.named("work")} == {"source", "cover", "other"}
    assert told.value("database_up") == 1


@pytest.mark.django_db
def test_wrong_passwords_and_tokens_are_counted(client: Client, listener: User, look: Look) -> None:
    before = look()
    client.post("/login", {"username": "listener", "password": "wrong"})
    client.get("/api/v1/me", HTTP_AUTHORIZATION="Token wrong")
    after = look()
    for what in ("password", "token"):
        assert after.value("sign_ins_refused_total", what=what) - before.value("sign_ins_refused_total", what=what) == 1


@pytest.mark.django_db
def test_whoever_asks_for_whatever_labels_stay_few_and_name_nobody(
    client: Client, listener: User, make_track: MakeTrack, look: Look
) -> None:
    """A label a listener, a song or a word that somebody made up would be the end of the one who keeps them."""
    track = make_track()
    client.force_login(listener)

    def everything(number: int) -> None:
        for path in ("tracks/", "search?q=word", "genres/slug", "nowhere", "api/v1/tracks/", "admin/x/", "media/"):
            client.get(f"/{path}{number}")
        client.post(f"/api/v1/tracks/{track.id}/play", {"device": f"device{number}"}, content_type="application/json")
        told = {**TOLD, "error": f"error{number}", "region": f"region{number}"}
        client.post("/api/v1/beacons", json.dumps(told), "application/json", HTTP_X_REGION=f"region{number}")
        client.post("/login", {"username": f"user{number}", "password": "wrong"})
        client.generic("BREW", f"/{number}")

    before = look().labels()  # what other tests of this process did is told, too
    for number in range(1, 8):  # too many wrong passwords among it
        everything(number)
    few = len(look().samples)
    for number in range(8, 16):
        everything(number)
    told = look()
    assert len(told.samples) == few
    allowed = {address.removeprefix("^") for address in addresses(get_resolver())} | {"admin/", "-"}
    routes = {one.labels["route"] for one in told.named("request_seconds_count")}
    assert {spelled(route) for route in routes} <= allowed
    known = routes | {*map(str, range(100, 600)), *beacons.SOURCES, *beacons.ERRORS, *work.KINDS, "local", "web"}
    known |= {"missing", "no audio", "malformed", "stranger", "busy", "failed", "password", "token", "stored", "other"}
    known |= {"commit-presses", "commit-positions", "commit-states", "queued", "running", "audio", "cover", "done"}
    assert told.labels() - before - known == set()
    assert listener.username not in told.text
    assert PLAY not in told.text


@pytest.mark.rig
def test_all_processes_of_a_node_tell_the_same_on_a_port_of_its_own(tmp_path: Path) -> None:
    """Two web processes and a worker."""
    port = server.free_port()
    inside = f"http://127.0.0.1:{port}/metrics"
    extra = {"METRICS_PORT": str(port), "GRANIAN_WORKERS": "2", "WORK_LEASE": "3"}
    with server.running(tmp_path / "var", extra=extra) as node:
        command = [sys.executable, "-m", "celery", "-A", "spotify_lite", "worker", "-B", "--pool", "threads", "-c", "1"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        folder = tmp_path / "worker"
        with processes.running(command, folder, "worker", environment=node.environment, place=server.ROOT) as worker:
            before = scrape(inside).value("request_seconds_count", route="healthz")
            for _ in range(30):
                assert asked(f"{node.url}/healthz") == 200
            told = [scrape(inside).value("request_seconds_count", route="healthz") - before for _ in range(8)]
            assert told == [30] * 8, "whichever process answers"
            assert [asked(f"http://127.0.0.1:{port}{path}") for path in ("/", "/metrics/", "/metrics?x")] == [
                404,
                404,
                200,
            ]
            assert asked(f"{node.url}/media/00/{'0' * 64}.mp4") == 403
            assert scrape(inside).value("media_total", kind="audio", status="403") == 1
            with closing(sqlite3.connect(node.var / server.DATABASE, timeout=10)) as database, database:
                database.execute(WORK)
            log = folder / "worker.log"
            processes.wait(lambda: scrape(inside).value("work_runs_total", kind="cards", outcome="done"), worker, log)


def test_a_node_that_is_started_anew_counts_anew(tmp_path: Path) -> None:
    """While a process of it lives, what those that have gone counted stays: a sum that shrinks looks like a restart."""
    gone, living = tmp_path / "counter_999999999.db", tmp_path / "histogram_1.db"
    for file in (gone, living):
        file.touch()
    metrics._begin_anew(tmp_path)
    assert gone.exists()
    living.rename(tmp_path / f"histogram_{os.getpid()}.db")  # in a container the one before had the same number
    metrics._begin_anew(tmp_path)
    assert not list(tmp_path.glob("*.db"))


# That has no rows to refresh.
WORK = """
INSERT INTO catalog_work
(kind, subject_id, payload, priority, state, attempts, ready_at, lease_owner, reason, created_at)
VALUES ('cards', 0, '{"tracks": [], "albums": []}', 0, 'queued', 0, '2026-01-01', '', '', '2026-01-01')
"""


def asked(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code
