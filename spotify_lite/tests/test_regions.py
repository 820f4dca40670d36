"""Reads go to the replica that is near and fresh; what one has written is seen by them everywhere, at once."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from spotify_lite import roles
from spotify_lite.tests.rig import chaos, regions

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("regions")]

EDITS = 10 * chaos.ROUNDS
OF_SONG = "SELECT position_ms FROM playback_resumepoint WHERE track_id = %d"
READS = ("/api/v1/tracks", "/", "/api/v1/search?q=a", "/genres")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[regions.World]:
    with regions.running(tmp_path_factory.mktemp("regions")) as running:
        yield running


def test_a_curator_sees_each_own_edit_at_once_on_the_other_node(world: regions.World):
    """Strangers read a replica that is 2 s behind, and one that is to be 30 s until that is known; the curator neither.

    Positions are read where they are written, whatever the replica does.
    """
    old = 0
    try:
        for number in range(EDITS):
            if number in {0, EDITS // 2}:
                world.delay(30 if number else 2)
            name, writer = f"Quiet {number}", number % 2
            assert world.rename(writer, name) == 302
            reader = 1 - writer
            old += world.name_of(world.ask(reader, "/api/v1/genres")) != name
            assert world.name_of(world.by_token(reader, "/api/v1/genres")) == name
            status, _, page = world.as_curator(reader, f"/genres/{regions.GENRE}")
            assert (status, name.encode() in page) == (200, True)
            position = 1_000 + number
            assert world.report(writer, world.tracks[0], position) == 200
            assert world.position(reader, world.tracks[0]) == position
        print(f"{EDITS} edits, 0 stale to the curator, {old} stale to strangers")
        assert old > EDITS / 2, "nobody read the replica"
        told = world.by_token(1, "/api/v1/genres")[1]
        assert told["Cache-Control"] == "private, no-cache"
    finally:
        world.delay(0)
    regions.until(lambda: world.by_token(1, "/api/v1/genres")[1]["Cache-Control"] != "private, no-cache", seconds=5)
    regions.until(lambda: {world.ready(node)["replicas"] for node in (0, 1)} == {"ok"}, seconds=20)


def test_a_replica_that_lags_leaves_and_comes_back_when_it_was_near_for_a_while(world: regions.World):
    world.operate(world.replica, "SELECT pg_wal_replay_pause()")
    try:
        assert world.rename(0, "Loud") == 302
        until_seen = regions.until(lambda: world.name_of(world.ask(1, "/api/v1/genres")) == "Loud", seconds=20)
        assert roles.LIMIT - 1 < until_seen < roles.LIMIT + 1, until_seen
        assert world.ready(1)["replicas"] == "not all read"
        assert world.ready(1)["code"] == "200"
    finally:
        world.operate(world.replica, "SELECT pg_wal_replay_resume()")
    back = regions.until(lambda: world.ready(1)["replicas"] == "ok", seconds=20)
    assert back >= roles.RETURN - 0.5
    print(f"seen by strangers after {until_seen:.1f} s, read again after {back:.1f} s")


@pytest.mark.parametrize("fault", ["black_hole", "kill"])
def test_nobody_sees_an_error_when_the_replica_is_gone(world: regions.World, fault: str):
    statuses: list[int] = []
    slowest = 0.0
    enough = threading.Event()

    def read(start: int) -> None:
        nonlocal slowest
        turn = start
        while not enough.is_set():
            turn += 1
            began = time.monotonic()
            statuses.append(world.ask(turn % 2, READS[turn % len(READS)])[0])
            slowest = max(slowest, time.monotonic() - began)

    readers = [threading.Thread(target=read, args=(start,)) for start in range(4)]
    for reader in readers:
        reader.start()
    time.sleep(0.5)
    if fault == "kill":
        world.replica.kill()
    else:
        world.line.spoil(black_hole=True)
    time.sleep(2)
    enough.set()
    for reader in readers:
        reader.join()
    print(f"{fault}: {len(statuses)} reads, slowest {slowest:.1f} s")
    assert set(statuses) == {200}
    if fault == "kill":
        world.replica.start()
    else:
        world.line.heal()
        regions.until(lambda: world.ready(0)["replicas"] == "ok", seconds=20)


def test_a_promoted_standby_takes_the_writes_and_an_old_primary_gets_none(world: regions.World):
    """No process is started again, and one that starts while only the old primary answers refuses it."""
    song = world.tracks[1]
    assert world.report(0, song, 1_000) == 200
    regions.until(lambda: world.replica.rows(OF_SONG % song) == [(1_000,)], seconds=5)
    world.primary.kill()
    regions.until(lambda: world.ready(0)["database"] == "read-only", seconds=5)
    for node in (0, 1):
        assert [world.ask(node, target)[0] for target in READS] == [200] * len(READS)
        assert b"curator" in world.as_curator(node, "/")[2], "nobody is signed out"
        assert world.by_token(node, "/api/v1/genres")[0] == 200
        assert world.ready(node)["code"] == "200"
        assert (world.report(node, song, 2_000), world.rename(node, "Never")) == (503, 503)
        assert world.ask(node, "/login", body=b"username=curator&password=x")[0] in {403, 503}
    world.operate(world.replica, "SELECT pg_promote()")
    gone_on = [regions.until(lambda node=node: world.report(node, song, 3_000) == 200, seconds=10) for node in (0, 1)]
    print(f"writes go on {max(gone_on):.1f} s after the promotion")
    assert max(gone_on) < 3
    assert world.rename(0, "Promoted") == 302
    assert world.name_of(world.ask(1, "/api/v1/genres")) == "Promoted"
    world.primary.start()
    time.sleep(2)
    for node in (0, 1):
        assert (world.report(node, song, 4_000), world.position(1 - node, song)) == (200, 4_000)
    assert world.primary.rows(OF_SONG % song) == [(1_000,)]
    assert world.replica.rows(OF_SONG % song) == [(4_000,)]
    told = world.nodes[0].manage("doctor", check=False)
    assert "server-0 in local is an old primary, on timeline 1" in told.stdout
    assert "server-1 in local is the primary" in told.stdout
    world.line.spoil(refuse=True)
    told = world.nodes[0].manage("showmigrations", check=False)
    assert told.returncode != 0
    assert "No server is the primary" in told.stderr
    assert world.report(0, song, 5_000) == 503
    world.line.heal()
    regions.until(lambda: world.report(0, song, 6_000) == 200, seconds=5)
    assert world.primary.rows(OF_SONG % song) == [(1_000,)]


def test_backup_and_restore_find_the_server_that_is_the_primary_now(world: regions.World, tmp_path: Path):
    """The one that DATABASE_URL names was left behind: neither reads it, and neither writes to it."""
    if world.replica.rows("SELECT pg_is_in_recovery()") == [(True,)]:
        world.operate(world.replica, "SELECT pg_promote()")
    song, web = world.tracks[2], world.nodes[0]
    regions.until(lambda: world.report(0, song, 1_000) == 200, seconds=10)
    left_behind = world.primary.rows("SELECT oid FROM pg_class WHERE relname = 'catalog_track'")
    web.manage("backup", str(tmp_path))
    assert world.report(1, song, 2_000) == 200
    refused = web.manage("restore", str(tmp_path), "--replace", check=False)
    assert "others are connected" in refused.stderr
    for node in world.nodes:
        node.kill()
    regions.until(lambda: not world.replica.backends(), seconds=10)
    web.manage("restore", str(tmp_path), "--replace")
    assert world.replica.rows(OF_SONG % song) == [(1_000,)]
    assert world.replica.rows("SELECT count(*) FROM accounts_user WHERE wrote_xid IS NOT NULL") == [(0,)]
    assert world.primary.rows("SELECT oid FROM pg_class WHERE relname = 'catalog_track'") == left_behind
