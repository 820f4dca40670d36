"""Many listeners at one edge: at once, anywhere in an object, through reloads, on a full disk, beside slow ones."""

import http.client
import resource
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from spotify_lite.tests import edges
from spotify_lite.tests.edges import SLICE, Song, ask
from spotify_lite.tests.rig import chaos, edge
from spotify_lite.tests.rig.probe_http import Ask, Reply, ask_many

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("edge"), pytest.mark.slow]

LISTENERS = 1000
SLOW = 8.0  # seconds until an origin answers: longer than any stock patience
RANGES = 10_000
RELOADS = 20
SLOW_CLIENTS = 300


@pytest.fixture(autouse=True)
def _many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@pytest.fixture(scope="module", autouse=True)
def silent(standing_world: edges.World) -> Iterator[list[float]]:
    """Begin a request and never end it, beside the other tests; the list gets the seconds until the edge hung up."""
    seconds: list[float] = []
    stream = socket.create_connection(("127.0.0.1", standing_world.pop.port), timeout=60)
    stream.sendall(b"GET / HTTP/1.1\r\nHost:")

    def wait() -> None:
        started = time.monotonic()
        with suppress(OSError):
            stream.recv(1000)
        seconds.append(time.monotonic() - started)

    waiting = Thread(target=wait, daemon=True)
    waiting.start()
    yield seconds
    stream.close()


def faults_of(replies: list[Reply]) -> Counter[str]:
    return Counter(reply.fault for reply in replies)


def test_thousand_listeners_on_a_cold_object_are_one_request_a_slice(world: edges.World) -> None:
    """Every slice is as slow as the first with CHAOS_ROUNDS over 2; else a second each, for the sake of the hour."""
    song = world.song(5_000_000)
    ask(world.pop.port, world.pop.signed(world.song().path))
    before = memory_mb(world.pop)
    world.origin.spoil(latency=SLOW)
    if chaos.ROUNDS <= 2:
        later = Thread(target=hurry, args=(world, song))
        later.start()
    exps = [2_000_000_000 + number for number in range(LISTENERS)]  # a signature each
    asks = [Ask(world.pop.signed(song.path, exp=exp), song.body) for exp in exps]
    replies = ask_many(world.pop.port, asks, clients=LISTENERS)
    firsts = sorted(reply.first for reply in replies)
    print(f"first byte p50 {firsts[500]:.1f} s, p99 {firsts[990]:.1f} s; nginx {before} -> {memory_mb(world.pop)} MB")
    assert faults_of(replies) == {"": LISTENERS}
    assert world.gets(song) == [1] * 5
    assert firsts[990] < SLOW + 1.5
    assert memory_mb(world.pop) - before < 100


def hurry(world: edges.World, song: Song) -> None:
    """Once the first slice has been asked for, let those after it take a second."""
    while not sum(world.gets(song)):
        time.sleep(0.05)
    time.sleep(1)
    world.origin.spoil(latency=1.0)


def test_ten_thousand_ranges_across_slices_are_exact_cold_and_warm(world: edges.World) -> None:
    """nginx is said to have sent such ranges short now and then."""
    chance = chaos.dice()
    songs = [world.song(4 * SLICE + chance.randrange(SLICE)) for _ in range(8)]
    signed = {song.path: world.pop.signed(song.path) for song in songs}
    asks = []
    for _ in range(RANGES):
        song = chance.choice(songs)
        middle = SLICE * chance.randrange(1, 5) if chance.random() < 0.7 else chance.randrange(len(song.body))
        first = max(0, middle - chance.randrange(60_000))
        last = middle + chance.randrange(60_000) if chance.random() < 0.98 else middle + 2 * SLICE
        asks.append(Ask(signed[song.path], song.body, (first, last)))
    started = time.monotonic()
    replies = ask_many(world.pop.port, asks, clients=48)
    cached = Counter(reply.headers.get("x-cache") for reply in replies)
    print(f"{RANGES} ranges in {time.monotonic() - started:.1f} s, {dict(cached)}")
    assert faults_of(replies) == {"": RANGES}
    assert cached["HIT"] > RANGES * 0.8
    assert cached["MISS"] > 20
    assert all(count == 1 for song in songs for count in world.gets(song)), "each slice once"


def test_reloads_break_no_transfer(world: edges.World) -> None:
    """Listeners read at the pace of music while nginx is told to reload, twenty times."""
    warm, cold = world.song(3 * SLICE), [world.song(2 * SLICE) for _ in range(20)]
    ask(world.pop.port, world.pop.signed(warm.path))
    ended = Event()

    def reload() -> None:
        for _ in range(RELOADS):
            world.pop.reload()
            time.sleep(0.12)
        ended.set()

    again = Thread(target=reload)
    again.start()
    replies = []
    while not ended.is_set():
        asks = [Ask(world.pop.signed(song.path), song.body) for song in [*[warm] * 12, cold.pop() if cold else warm]]
        replies += ask_many(world.pop.port, asks, clients=len(asks), slowly=0.005)
    again.join()
    print(f"{len(replies)} transfers through {RELOADS} reloads")
    assert faults_of(replies) == {"": len(replies)}
    assert len(replies) > RELOADS


def test_edge_with_a_full_disk_serves_on_and_says_so(world: edges.World) -> None:
    """What it has plays; what it has not is passed on whole and kept nowhere; room on the disk brings it back."""
    with world.another("full", disk="16m", extra={"EDGE_MIN_FREE": "5m", "EDGE_FLOOR": "5m"}) as pop:
        warm, cold = world.song(3 * SLICE), [world.song(3 * SLICE) for _ in range(6)]
        assert ask(pop.port, pop.signed(warm.path)).body == warm.body
        assert pop.health()["status"] == "ok"
        (pop.disk / "other").write_bytes(bytes(9 * 1024**2))
        until_status(pop, "full")
        for song in cold:
            reply = ask(pop.port, pop.signed(song.path))
            assert (reply.status, reply.body == song.body) == (200, True)
        assert ask(pop.port, pop.signed(f"/edge/resident{cold[0].path}")).status == 404
        assert ask(pop.port, pop.signed(warm.path)).body == warm.body
        (pop.disk / "other").unlink()
        until_status(pop, "ok")
        assert ask(pop.port, pop.signed(cold[0].path)).body == cold[0].body
        assert ask(pop.port, pop.signed(cold[0].path), headers={"Range": "bytes=0-9"}).headers["x-cache"] == "HIT"


def test_disk_that_fills_in_the_middle_of_transfers_spoils_nothing_that_stays(world: edges.World) -> None:
    """Before the edge has noticed, a transfer may break off; whoever asks again gets every byte, and warm ones play."""
    with world.another("filling", disk="8m", extra={"EDGE_MIN_FREE": "1m", "EDGE_FLOOR": "1m"}) as pop:
        warm, cold = world.song(2 * SLICE), [world.song(3 * SLICE) for _ in range(6)]
        ask(pop.port, pop.signed(warm.path))
        asks = [Ask(pop.signed(song.path), song.body) for song in cold]
        first = faults_of(ask_many(pop.port, asks, clients=len(asks)))
        print(dict(first))
        assert not [fault for fault in first if fault.startswith("other bytes")], first
        for song in [*cold, warm]:
            heard = b""
            for _ in range(20):
                span = {"Range": f"bytes={len(heard)}-"}
                try:
                    reply = ask(pop.port, pop.signed(song.path), headers=span)
                except http.client.IncompleteRead as broken:
                    heard += broken.partial
                except ConnectionError:
                    pass
                else:
                    heard += reply.body if reply.status == 206 else b""
                if len(heard) == len(song.body):
                    break
                time.sleep(0.3)
            assert heard == song.body


def until_status(pop: edge.Pop, status: str) -> None:
    limit = time.monotonic() + 10
    while pop.health()["status"] != status:
        assert time.monotonic() < limit, f"it is not {status} within 10 s"
        time.sleep(0.1)


def test_slow_listeners_hold_up_nobody(world: edges.World) -> None:
    """Hundreds read nothing, or never end their request; others are answered, and memory stays where it was."""
    song = world.song(4 * SLICE)
    target = world.pop.signed(song.path)
    ask(world.pop.port, target)
    before = memory_mb(world.pop)
    alone = [seconds_of(world, target) for _ in range(50)]
    streams = []
    for number in range(SLOW_CLIENTS):
        stream = socket.socket()
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
        stream.connect(("127.0.0.1", world.pop.port))
        end = b"\r\n" if number % 2 else b"X-Slow: "
        stream.sendall(f"GET {target} HTTP/1.1\r\nHost: probe\r\n".encode() + end)
        streams.append(stream)
    try:
        beside = [seconds_of(world, target) for _ in range(50)]
        grown = memory_mb(world.pop) - before
    finally:
        for stream in streams:
            stream.close()
    print(f"slowest of 50: {max(alone) * 1000:.0f} ms alone, {max(beside) * 1000:.0f} ms beside; nginx grew {grown} MB")
    assert max(beside) < max(2 * max(alone), 0.5)
    assert grown < 100


def test_head_that_does_not_come_is_waited_for_ten_seconds(silent: list[float], world: edges.World) -> None:
    limit = time.monotonic() + 15
    while not silent:
        assert time.monotonic() < limit, "the edge waits for ever"
        time.sleep(0.1)
    assert 8 < silent[0] < 13


def test_one_address_has_so_many_connections(world: edges.World) -> None:
    song = world.song(4 * SLICE)
    with world.another("limited", extra={"EDGE_CONNECTIONS_OF_ADDRESS": "5"}) as pop:
        ask(pop.port, pop.signed(song.path))
        streams = []
        for _ in range(5):
            stream = socket.socket()
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
            stream.connect(("127.0.0.1", pop.port))
            stream.sendall(f"GET {pop.signed(song.path)} HTTP/1.1\r\nHost: probe\r\n\r\n".encode())
            stream.recv(100)
            streams.append(stream)
        assert ask(pop.port, pop.signed(song.path)).status == 503
        for stream in streams:
            stream.close()


def seconds_of(world: edges.World, target: str) -> float:
    started = time.monotonic()
    assert ask(world.pop.port, target, headers={"Range": "bytes=0-65535"}).status == 206
    return time.monotonic() - started


def memory_mb(pop: edge.Pop) -> int:
    """Return the memory of nginx's processes that is theirs alone."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        except OSError:
            continue
        if pop.nginx in {int(fields["PPid"]), int(fields["Pid"])}:
            total += int(fields["RssAnon"].split()[0])
    return total // 1024
