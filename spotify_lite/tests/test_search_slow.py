"""With a database that takes 300 ms for each statement every search is answered in time, in part; whole again later."""

import time
from pathlib import Path

import psycopg
import pytest

from catalog.search import budget
from spotify_lite.tests.rig import faults, lack, postgres, server
from spotify_lite.tests.rig.searchers import Searchers, ask

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("search slow")]

TRACKS = 1_000
CLIENTS = 12
THREADS = 8  # of the server, each of which has one connection
SLOW = 0.3  # seconds a statement
SLACK = 0.5  # seconds: twelve clients, a server, a proxy and PostgreSQL share two cores
HEALS_WITHIN = 10.0  # seconds
PAUSE = 0.1  # seconds after an answer: who is told nothing at once would else take the machine
QUERIES = (
    "the river",
    "love",
    "a",
    "night of the moon",
    "moo",
    "mirrir shadow",
    "qxzjkv love",
    "artist:river year:1999",
)


def test_slow_database_costs_a_search_its_parts_and_never_its_answer(tmp_path: Path) -> None:
    if postgres.programs() is None:
        lack(f"the Debian package {postgres.PACKAGE}")
    with postgres.cluster() as url:
        port = int(url.rpartition(":")[2].partition("/")[0])
        filled = server.environment(tmp_path / "var", server.free_port(), {"DATABASE_URL": url})
        server.manage(filled, "migrate", "--verbosity=0")
        server.manage(filled, "seed_catalog", "--tracks", str(TRACKS), "--seed", "1")
        with faults.proxy(port, http=False) as proxy:
            behind = url.replace(f":{port}/", f":{proxy.port}/")
            settings = {"DATABASE_URL": behind, "WEB_THREADS": str(THREADS)}
            with server.running(tmp_path / "var", migrate=False, extra=settings) as node:
                _slow_down_and_heal(node, proxy, url)


def _slow_down_and_heal(node: server.Server, proxy: faults.Proxy, url: str) -> None:
    with Searchers(node, QUERIES, CLIENTS, pause=PAUSE) as searchers:
        time.sleep(1)
        proxy.spoil(latency=SLOW)
        time.sleep(1.5)  # what is under way ends, and the server learns how slow it is
        before, most = len(searchers.answers), 0
        until = time.monotonic() + 3
        while time.monotonic() < until:
            most = max(most, _connections(url))
            time.sleep(0.2)
        slow = searchers.answers[before:]
        proxy.heal()
    assert {answer.status for answer in searchers.answers} == {200}
    assert len(slow) >= CLIENTS
    assert all(answer.partial for answer in slow)
    assert all(answer.stage > 0 for answer in slow)
    assert any(answer.tracks for answer in slow), "the ladder ends in nothing only where there is no other way"
    assert max(answer.seconds for answer in slow) <= budget.WHOLE + SLOW + SLACK
    assert 0 < most <= THREADS
    _wait_until_whole(node)


def _wait_until_whole(node: server.Server) -> None:
    until = time.monotonic() + HEALS_WITHIN
    while (last := ask(node, "the river")).stage or last.partial:
        assert time.monotonic() < until, last
        time.sleep(0.1)
    assert last.tracks


def _connections(url: str) -> int:
    with psycopg.connect(url) as connection:
        query = "SELECT count(*) - 1 FROM pg_stat_activity WHERE backend_type = 'client backend'"
        found = connection.execute(query).fetchone()
    return int(found[0]) if found else 0
