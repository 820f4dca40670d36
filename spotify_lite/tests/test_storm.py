"""More positions than a web node can take: it refuses the rest, keeps what it accepted, and goes on playing."""

import http.client
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from spotify_lite.tests.rig import audience, crowd
from spotify_lite.tests.rig import server as rig

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("storm")]

MEMBERS = 1_250  # more than may wait in the front
SECONDS = 4.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rig.Server]:
    with rig.running(tmp_path_factory.mktemp("storm")) as started:
        yield started


def test_storm_loses_nothing_and_leaves_plays_alone(server: rig.Server) -> None:
    listening = audience.make(
        lambda code: server.manage("shell", "-v0", "-c", code).stdout, accounts=50, tracks=MEMBERS // 50
    )
    plays: Counter[int] = Counter()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"Authorization": f"Token {listening.accounts[0].token}"}
    with crowd.reporting(server.port, listening.accounts, listening.tracks, members=MEMBERS) as people:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            connection.request("POST", f"/api/v1/tracks/{listening.tracks[0]}/play", headers=headers)
            answer = connection.getresponse()
            answer.read()
            plays[answer.status] += 1
    assert set(plays) == {201}, plays
    assert people.other == {}, "an answer, or a refusal that says when to come back"
    assert people.refused > people.accepted > 0
    assert people.lost(server.port) == []
    connection.request("GET", "/api/v1/me/continue", headers=headers)
    assert connection.getresponse().status == 200
    connection.close()
