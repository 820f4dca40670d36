"""Whatever is killed under 200 writes a second: nothing acknowledged is lost, and nothing counts twice.

One installation and one audience for all of it, who never stop: each test kills its part at a random moment, again
and again, and compares with the tables meanwhile; the last one waits for what is under way, and compares exactly.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from spotify_lite.tests.rig import audience, chaos, listeners, processes, stack

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("ledger")]

RATE = 200  # writes a second
READS = ("/api/v1/tracks", "/api/v1/search?q=a", "/api/v1/me/continue")
NOTICED = {"replica": 1.0}  # seconds after which nobody notices that it is dead; of Redis and workers nobody ever does
WATCHED = 0.5  # seconds in which answers are looked at then
WRITES = 100  # acknowledged before a fault, and again after it


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stack.Stack]:
    with stack.running(tmp_path_factory.mktemp("ledger"), audio=False, pool="prefork") as everything:
        yield everything
        everything.kill()


@pytest.fixture(scope="module")
def seed() -> int:
    return chaos.seed()


@pytest.fixture(scope="module")
def people(running: stack.Stack, seed: int) -> Iterator[listeners.Listeners]:
    """Return those who listen all the time, by the balancer's address."""
    heard = audience.make(lambda code: running.manage("shell", "-v0", "-c", code).stdout)
    trust = stack.haproxy_trust(running.certificate)
    with listeners.listening(
        running.https, heard.accounts, heard.tracks, rate=RATE, seed=seed, trust=trust, reads=READS
    ) as everybody:
        yield everybody


@pytest.fixture
def chance(seed: int, people: listeners.Listeners) -> random.Random:
    """Return what draws the moments of a test, once everybody writes."""
    people.wait(writes=WRITES)
    return random.Random(seed)


def strike(chance: random.Random) -> float:
    """Wait for a random moment, and return it."""
    time.sleep(chance.uniform(0, 0.2))
    return time.monotonic()


def assert_nothing_is_lost(running: stack.Stack, people: listeners.Listeners) -> None:
    report = people.compare(running.primary.rows)
    print(report)
    assert report.faults == []
    assert people.ledger.wrong == []


def failures(statuses: dict[int, int]) -> dict[int, int]:
    return {status: count for status, count in statuses.items() if status >= 500 or not status}


def test_a_web_node_is_killed(running: stack.Stack, people: listeners.Listeners, chance: random.Random) -> None:
    for number in range(chaos.ROUNDS):
        at = strike(chance)
        running.nodes[number % 2].kill()
        people.wait(writes=WRITES)
        assert failures(people.ledger.statuses(since=at, reads=True)) == {}
        assert set(failures(people.ledger.statuses(since=at, reads=False))) <= {0, 502}  # what it was answering
        assert_nothing_is_lost(running, people)
        running.start_node(number % 2)
        processes.wait(lambda: two_nodes(running), running.nodes[number % 2].process, running.nodes[number % 2].log)


def two_nodes(running: stack.Stack) -> bool:
    """Return whether the balancer uses both: each of the next requests is for the other one."""
    browser = running.browser()
    for _ in range(4):
        assert browser.ask("/healthz")[0] == 200
    assert running.balancer is not None
    return {line.rpartition('"node":"')[2][:5] for line in running.balancer.log.read_text().splitlines()[-8:]} >= set(
        stack.NODES
    )


def test_what_only_helps_is_killed(running: stack.Stack, people: listeners.Listeners, chance: random.Random) -> None:
    """One after the other, and nothing comes back before all are dead: the replica, both Redis, and the worker."""
    for _ in range(chaos.ROUNDS):
        kills = {
            "cache": lambda: running.kill_store("cache"),
            "broker": lambda: running.kill_store("broker"),
            "replica": running.replica.kill,
            "child": lambda: kill_children(running),
            "worker": lambda: processes.kill(worker(running)),
        }
        for name in chance.sample(sorted(kills), len(kills)):
            at = strike(chance)
            kills[name]()
            noticed = NOTICED.get(name, 0.0)
            time.sleep(noticed + WATCHED)
            told = people.ledger.statuses(since=at + noticed)
            assert (failures(told), sum(told.values()) > WRITES * WATCHED / 2) == ({}, True), name
        assert_nothing_is_lost(running, people)
        running.start_store("cache")
        running.start_store("broker")
        running.replica.start()
        running.start_worker()


def worker(running: stack.Stack) -> "stack.subprocess.Popen[bytes]":
    assert running.worker is not None
    return running.worker


def kill_children(running: stack.Stack) -> None:
    for pid in processes.children(worker(running).pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_the_balancer_is_killed(running: stack.Stack, people: listeners.Listeners, chance: random.Random) -> None:
    for _ in range(chaos.ROUNDS):
        at = strike(chance)
        running.kill_balancer()
        time.sleep(chance.uniform(0, 0.5))
        running.start_balancer()
        people.wait(writes=WRITES)
        assert set(failures(people.ledger.statuses(since=at))) == {0}
        assert_nothing_is_lost(running, people)


def test_a_backend_of_the_database_is_killed(
    running: stack.Stack, people: listeners.Listeners, chance: random.Random
) -> None:
    for _ in range(chaos.ROUNDS):
        backends = running.primary.backends()
        at = strike(chance)
        running.primary.kill_backend(chance.choice(backends))
        people.wait(writes=WRITES)
        assert set(failures(people.ledger.statuses(since=at))) <= {503}
        assert_nothing_is_lost(running, people)


def test_the_database_is_killed(running: stack.Stack, people: listeners.Listeners, chance: random.Random) -> None:
    for _ in range(chaos.ROUNDS):
        at = strike(chance)
        running.primary.kill()
        time.sleep(chance.uniform(0, 1))
        running.primary.start()
        people.wait(writes=WRITES)
        assert set(failures(people.ledger.statuses(since=at, reads=False))) == {503}
        assert set(failures(people.ledger.statuses(since=at, reads=True))) <= {503}
        assert_nothing_is_lost(running, people)


def test_in_the_end_everything_is_there_once(running: stack.Stack, people: listeners.Listeners, seed: int) -> None:
    """Last: what was refused has been sent again, and all that was ever sent is acknowledged."""
    people.stop()
    kept, rate = people.ledger, people.ledger.written / people.seconds
    report, told = kept.compare(running.primary.rows), people.read_back()
    chaos.keep(
        "ledger",
        seed=seed,
        writes=kept.written,
        rate=round(rate),
        answers=kept.statuses(),
        rows=str(report),
        api=str(told),
    )
    assert kept.wrong == []
    assert (report.faults, told.faults) == ([], [])
    assert kept.sent == kept.acknowledged
    assert report.counted > WRITES
