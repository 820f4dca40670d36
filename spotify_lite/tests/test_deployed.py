"""Everything that docker-compose.yml runs, as processes: a song comes in, is packaged, and heard from both POPs."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from catalog.tests import audio
from spotify_lite.tests.rig import processes, stack

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("deployed")]

PACKAGED_SECONDS = 60.0
COME_IN = """
from accounts.models import User
from django.core.management import call_command
call_command("import_music", MUSIC, "--copy")
User.objects.create_user("listener", password="listener-secret-1")
"""


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stack.Stack]:
    """Return the whole, with a FLAC and an MP3 imported."""
    folder = tmp_path_factory.mktemp("deployed")
    music = folder / "music"
    for kind, title in (("flac", "Tideline"), ("mp3", "Undertow")):
        tags = {"title": title, "artist": "Halcyon Pike", "album": "Harbour"}
        audio.make(music / f"{title}.{kind}", seconds=8, cover=audio.picture(), **tags)
    with stack.running(folder) as running:
        running.manage("shell", "-v0", "-c", COME_IN.replace("MUSIC", repr(str(music))))
        yield running


@pytest.fixture(scope="module")
def listener(deployed: stack.Stack) -> stack.Browser:
    """Return the browser of somebody who has signed in, over TLS and with the form's own token."""
    browser = deployed.browser()
    status, headers, page = browser.ask("/login")
    assert (status, headers["Strict-Transport-Security"][:16]) == (200, "max-age=31536000")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.decode())
    assert token
    form = {"username": "listener", "password": "listener-secret-1", "csrfmiddlewaretoken": token[1]}
    assert browser.ask("/login", urlencode(form).encode())[0] == 302
    assert {cookie.name for cookie in browser.cookies} >= {"__Host-sessionid", "__Host-csrftoken"}
    return browser


def packaged(browser: stack.Browser) -> list[dict[str, Any]]:
    """Return the tracks, once the worker has made their ladders."""
    found: list[dict[str, Any]] = []

    def done() -> bool:
        found[:] = browser.json("/api/v1/tracks")["results"]
        return len(found) == 2 and all(track["hls_url"] for track in found)

    wait(done, PACKAGED_SECONDS)
    return found


def wait(until: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_what_came_in_is_heard_from_both_pops_alike(deployed: stack.Stack, listener: stack.Browser) -> None:
    tracks = packaged(listener)
    assert {track["title"] for track in tracks} == {"Tideline", "Undertow"}
    for track in tracks:
        token = listener.json("/api/v1/me")["csrf_token"]
        play = listener.json(f"/api/v1/tracks/{track['id']}/play", body=b"{}", headers=sends(token))
        assert {source["place"] for source in play["sources"]} == {"edge", "web"}
        for source in play["sources"]:
            status, _, body = listener.ask(source["url"])
            key = urlsplit(source["url"]).path.rpartition("/")[2].partition(".")[0]
            assert (status, hashlib.sha256(body).hexdigest()) == (200, key)
    hosts = {urlsplit(source["url"]).hostname for source in play["sources"]}
    assert hosts == {"127.0.0.1", *stack.POPS}
    for pop in deployed.pops:
        assert pop.requests


def sends(token: str) -> dict[str, str]:
    return {"X-CSRFToken": token, "Content-Type": "application/json"}


def test_covers_come_from_a_pop(deployed: stack.Stack, listener: stack.Browser) -> None:
    cover = packaged(listener)[0]["cover_url"]
    for base in (f"https://{host}:{deployed.https}" for host in stack.POPS):
        status, headers, body = listener.ask(base + urlsplit(cover).path)
        assert (status, headers["Content-Type"], body[8:12]) == (200, "image/webp", b"WEBP")


def test_what_is_not_signed_is_refused_by_name_and_by_place(deployed: stack.Stack, listener: stack.Browser) -> None:
    path = urlsplit(packaged(listener)[0]["audio_url"]).path
    for base in (deployed.url, *(f"https://{host}:{deployed.https}" for host in stack.POPS)):
        assert listener.ask(base + path)[0] == 403


def test_what_a_client_says_of_its_way_is_not_believed(deployed: stack.Stack, listener: stack.Browser) -> None:
    told = listener.json("/api/v1/me", headers={"X-Region": "moon"})
    assert told["region"] == "home"
    spoofed = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "203.0.113.9"}
    status, headers, body = listener.ask("/", headers=spoofed | {"X-Request-ID": "mine"})
    assert (status, b"evil.example" in body) == (200, False)
    assert re.fullmatch(r"[0-9a-f-]{36}", headers["X-Request-ID"])


def test_a_position_reaches_the_replica(deployed: stack.Stack) -> None:
    users = "SELECT count(*) FROM accounts_user"
    wait(lambda: deployed.replica.rows(users) == deployed.primary.rows(users), 10)
    assert deployed.replica.rows("SELECT pg_is_in_recovery()") == [(True,)]


def test_no_log_holds_a_signature_or_a_secret(deployed: stack.Stack, listener: stack.Browser) -> None:
    packaged(listener)
    secrets = [deployed.values[name] for name in deployed.values if name.endswith(("KEY", "KEYS", "PASSWORD"))]
    logs = [log for log in deployed.folder.rglob("*.log") if log.is_file()]
    assert {"web.log", "worker.log", "haproxy.log", "access.log"} <= {log.name for log in logs}
    for log in logs:
        said = log.read_text(errors="replace")
        assert "sig=" not in said, log
        assert not [secret for secret in secrets if secret.rpartition(":")[2] in said], log


def test_the_doctor_finds_nothing_missing(deployed: stack.Stack, listener: stack.Browser) -> None:
    packaged(listener)
    done = deployed.manage("doctor", service="web-1", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    looked = ("settings", "origin home", "edge edge-1", "edge edge-2", "replica", "queue", "cache", "signer", "uploads")
    for subject in (*looked, "database", "migrations", "media", "work", "packaging", "cold"):
        assert re.search(rf"^ok +{subject}  ", done.stdout, re.MULTILINE), done.stdout
    assert not [
        name for name, value in deployed.values.items() if "KEY" in name and value.split(":")[-1] in done.stdout
    ]


def test_without_redis_everything_that_a_listener_does_goes_on(deployed: stack.Stack, listener: stack.Browser) -> None:
    track_id, token = packaged(listener)[0]["id"], listener.json("/api/v1/me")["csrf_token"]
    for redis in (deployed.cache, deployed.broker):
        processes.kill(redis.process)
    answers = []
    for number in range(10):
        play = listener.json(f"/api/v1/tracks/{track_id}/play", body=b"{}", headers=sends(token))
        told = {"play_id": play["play_id"], "seq": number, "track_id": track_id, "position_ms": 900 + number}
        events = {"events": [told | {"state": "playing", "at": play["server_time"]}]}
        sent = listener.json("/api/v1/me/progress", body=json.dumps(events).encode(), headers=sends(token))
        answers.append(sent["accepted"])
        answers += [listener.ask(path)[0] for path in ("/", "/search?q=tide", "/api/v1/me/continue")]
    assert answers == [1, 200, 200, 200] * 10
    status, _, body = listener.ask("/readyz")
    assert (status, json.loads(body)["status"]) == (200, "degraded")
    said = deployed.manage("doctor", service="web-1", check=False)
    assert said.returncode == 0, said.stdout
    assert len(re.findall(r"^warning +(?:cache|queue) ", said.stdout, re.MULTILINE)) == 2


def test_a_node_that_is_killed_costs_no_request(deployed: stack.Stack, listener: stack.Browser) -> None:
    """Last: one node is left."""
    answers = []
    for number in range(120):
        if number == 20:
            deployed.nodes[0].kill()
        answers.append(listener.ask("/api/v1/tracks")[0])
    assert answers == [200] * 120
    lines = [json.loads(line) for line in deployed.balancer.log.read_text().splitlines() if line.startswith("{")]
    asked = [line["node"] for line in lines if line["path"] == "/api/v1/tracks"][-120:]
    assert set(asked[:20]) == {"web-1", "web-2"}
    assert set(asked[-60:]) == {"web-2"}
