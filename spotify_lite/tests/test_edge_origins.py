"""Origins that are away, slow, wrong or behind: what an edge makes of each, and that none of it stays."""

import http.client
import time
from collections import Counter

import pytest

from spotify_lite.tests import edges
from spotify_lite.tests.edges import SLICE, ask
from spotify_lite.tests.rig import faults

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("edge")]

DEAD_AFTER = 3.0  # seconds until a listener knows


def refused(world: edges.World, port: int, target: str) -> None:
    """Assert that it is a 503 of ours, in time."""
    started = time.monotonic()
    reply = ask(port, target)
    assert (reply.status, reply.headers["retry-after"], reply.headers["cache-control"]) == (503, "2", "no-store")
    assert time.monotonic() - started < DEAD_AFTER
    assert b"<" not in reply.body


def test_while_the_origin_is_away_warm_objects_play_and_cold_ones_say_so(world: edges.World) -> None:
    warm, cold = world.song(2 * SLICE + 5), world.song()
    ask(world.pop.port, world.pop.signed(warm.path))
    world.origin.spoil(refuse=True)
    for _ in range(5):
        assert ask(world.pop.port, world.pop.signed(warm.path)).body == warm.body
        refused(world, world.pop.port, world.pop.signed(cold.path))
    cover = f"/covers/ee/{'ee' * 32}/64.webp"
    assert ask(world.pop.port, cover).status == 503
    world.put(cover, b"RIFF")
    world.origin.heal()
    until_status(world, world.pop.signed(cold.path), 200)
    assert ask(world.pop.port, world.pop.signed(cold.path)).body == cold.body
    until_status(world, cover, 200)


def test_storm_on_what_is_not_there_reaches_the_origin_once(world: edges.World) -> None:
    absent = f"/media/aa/{'a' * 63}b.mp4"
    for _ in range(50):
        assert ask(world.pop.port, world.pop.signed(absent)).status == 404
    assert sum(world.origin.gets.values()) <= 2, "a second is remembered"


def test_nearest_origin_away_the_next_serves(world: edges.World) -> None:
    bucket = world.storage.bucket
    with faults.proxy(world.storage.port) as near:
        near.spoil(refuse=True)
        origins = [f"{near.url}/{bucket}", f"{world.origin.url}/{bucket}"]
        with world.another("failing-over", origins=origins) as pop:
            song = world.song(2 * SLICE)
            assert ask(pop.port, pop.signed(song.path)).body == song.body
            assert world.gets(song) == [1, 1]
            absent = f"/media/aa/{'a' * 63}c.mp4"
            assert ask(pop.port, pop.signed(absent)).status == 503, "it may be at the nearest alone"
            near.heal()
            later = world.song()
            assert ask(pop.port, pop.signed(later.path)).body == later.body
            assert world.gets(later) == [0], "the nearest is back"
            near.spoil(errors=1.0)
            broken = world.song()
            assert ask(pop.port, pop.signed(broken.path)).body == broken.body
            assert world.gets(broken) == [1]
            near.heal()
            absent = f"/media/aa/{'a' * 63}d.mp4"
            assert ask(pop.port, pop.signed(absent)).status == 404, "nobody has it"


def test_object_that_a_copy_does_not_have_yet_comes_from_the_next(world: edges.World) -> None:
    """Each origin signs with its own host and bucket; slices of both make one object."""
    world.storage.client().create_bucket(Bucket="copy")
    origins = [f"{world.storage.endpoint}/copy", f"{world.origin.url}/{world.storage.bucket}"]
    with world.another("copies", origins=origins) as pop:
        song = world.song(2 * SLICE)
        assert ask(pop.port, pop.signed(song.path), headers={"Range": "bytes=0-9"}).body == song.body[:10]
        assert world.gets(song) == [1, 0]
        world.storage.client().put_object(Bucket="copy", Key=song.path[1:], Body=song.body)
        assert ask(pop.port, pop.signed(song.path)).body == song.body
        assert world.gets(song) == [1, 0]


@pytest.mark.parametrize("undelimited", [False, True], ids=["with its length", "without a length"])
def test_truncated_body_is_never_kept(world: edges.World, undelimited: bool) -> None:
    song, cover = world.song(SLICE + 300_000), f"/covers/ab/{'ab' * 31}{undelimited:02}/64.webp"
    world.put(cover, song.body[:200_000])
    world.origin.spoil(cut_after=100_000, undelimited=undelimited)
    for target in (world.pop.signed(song.path), cover):
        try:
            reply = ask(world.pop.port, target)
        except (OSError, http.client.IncompleteRead):
            continue  # the client sees that it is not whole
        assert len(reply.body) <= 100_000
    world.origin.heal()
    until_status(world, world.pop.signed(song.path), 200)
    assert ask(world.pop.port, world.pop.signed(song.path)).body == song.body
    until_status(world, cover, 200)
    assert ask(world.pop.port, cover).body == song.body[:200_000]


def test_body_without_a_length_goes_no_further(world: edges.World) -> None:
    """It may be a stump; a listener once heard the next slice in the place of the rest of it."""
    song = world.song(2 * SLICE)
    world.origin.spoil(undelimited=True)
    refused(world, world.pop.port, world.pop.signed(song.path))
    world.origin.heal()
    until_status(world, world.pop.signed(song.path), 200)


def test_some_errors_of_the_origin_are_asked_away_without_a_storm(world: edges.World) -> None:
    songs = [world.song(2_000) for _ in range(100)]
    world.origin.spoil(errors=0.05)
    statuses = Counter(ask(world.pop.port, world.pop.signed(song.path)).status for song in songs)
    asked = sum(world.origin.requests.values())
    print(f"{dict(statuses)}, the origin was asked {asked / len(songs):.3f} times an object")
    assert statuses == {200: len(songs)}
    assert asked <= len(songs) * 1.1


def test_error_page_of_the_origin_reaches_nobody(world: edges.World) -> None:
    world.origin.spoil(errors=1.0)
    refused(world, world.pop.port, world.pop.signed(world.song().path))
    world.origin.heal()
    song = world.song()
    with world.another("keyless", access=("nobody", "x" * 40)) as pop:
        refused(world, pop.port, pop.signed(song.path))  # AccessDenied, in XML


def test_what_is_asked_of_the_origin_is_signed_by_a_key_and_carries_nothing_of_the_listener(world: edges.World) -> None:
    song = world.song()
    target = world.pop.signed(song.path)
    ask(world.pop.port, target, headers={"Authorization": "Token abc", "Cookie": "a=b", "Referer": "https://x.example"})
    assert [path for _, path, _ in world.origin.requests] == [f"/{world.storage.bucket}{song.path}"]
    heads = b"".join(world.origin.heads)
    assert b"AWS4-HMAC-SHA256 Credential=" in heads
    for absent in (b"Token abc", b"a=b", b"x.example", b"sig="):
        assert absent not in heads


def until_status(world: edges.World, target: str, status: int, seconds: float = 5.0) -> None:
    limit = time.monotonic() + seconds
    while ask(world.pop.port, target).status != status:
        assert time.monotonic() < limit, f"no {status} within {seconds} s"
        time.sleep(0.1)
