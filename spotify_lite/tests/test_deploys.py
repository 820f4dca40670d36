"""Web nodes and the balancer's own file are replaced under load, and nobody who listens hears of it."""

import http.client
import json
import time
from collections.abc import Iterator

import pytest

from spotify_lite.tests.rig import chaos, hearing, listeners, rolling, server

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("deploys")]

RATE = 100  # writes a second
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


def ask(line: http.client.HTTPConnection, path: str) -> tuple[int, str | None, str]:
    """Return the status, what becomes of the line, and the status that a document tells of."""
    line.request("GET", path)
    answer = line.getresponse()
    body = answer.read()
    return answer.status, answer.headers["connection"], json.loads(body)["status"] if b"{" in body else ""
