"""A POP or an origin that dies, says nothing or alters what it sends: cold objects are whole, or refused quickly."""

import time

import pytest

from playback.silence import PASSED_OVER
from playback.tests.cold import MIB, Stage

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("cold")]


def test_pop_that_dies_leaves_the_answers_and_comes_back(stage: Stage) -> None:
    path, body = stage.put(MIB + 1)
    stage.ask(stage.signed(path))
    stage.wait_until_warm(path)
    bucket, before = time.time() // 900, stage.ask("/api/v1/tracks").headers["etag"]
    stage.pop.kill()
    began = time.monotonic()
    while (reply := stage.ask(stage.signed(path))).status == 302:
        assert time.monotonic() - began < 10
        time.sleep(0.1)
    print(f"the killed POP was left after {time.monotonic() - began:.1f} s")
    assert (reply.status, reply.body == body) == (200, True)
    assert stage.ask("/api/v1/tracks").headers["etag"] != before, "the edge generation is part of it"

    cold, other = stage.put(MIB)
    assert stage.ask(stage.signed(cold)).body == other, "from the origin, while there is no POP"
    stage.pop.start()
    assert stage.wait_until_warm(path).headers["location"].startswith(stage.pop.url), "its cache is the same"
    after = stage.ask("/api/v1/tracks").headers["etag"]
    assert after == before or time.time() // 900 > bucket, "a new quarter of an hour has other addresses"


def test_pop_that_was_emptied_is_not_warm(stage: Stage) -> None:
    path, body = stage.put(MIB + 2)
    stage.ask(stage.signed(path))
    stage.wait_until_warm(path)
    stage.pop.kill()
    stage.pop.wipe()
    stage.pop.start()
    began = time.monotonic()
    while (reply := stage.ask(stage.signed(path))).status == 302:
        assert time.monotonic() - began < 10
        time.sleep(0.1)
    assert (reply.status, reply.body == body) == (200, True)


def test_dead_origin_is_said_quickly_and_heals(stage: Stage) -> None:
    path, body = stage.put(MIB)
    held, kept = stage.put(MIB)
    assert stage.ask(stage.signed(held)).body == kept
    for fault in ({"refuse": True}, {"errors": 1.0}):
        stage.origin.spoil(**fault)
        began = time.monotonic()
        reply = stage.ask(stage.signed(path))
        assert time.monotonic() - began < 3
        assert (reply.status, reply.headers["retry-after"], reply.headers["cache-control"]) == (503, "2", "no-store")
        assert stage.ask(stage.signed(held)).status in {200, 302}, "what is held does not need it"
        stage.origin.heal()
        time.sleep(2.5)  # the POP remembers for two seconds that there was nothing
    assert stage.ask(stage.signed(path)).body == body


def test_silent_origin_is_waited_for_by_the_first_alone_and_heals(small: Stage) -> None:
    """It takes connections and says nothing, as a slow one does for eight seconds."""
    first, second, third = (small.put(1000 + number) for number in range(3))
    small.origin.spoil(black_hole=True)
    assert small.ask(small.signed(first[0])).status == 503
    for path, _ in (first, second):
        began = time.monotonic()
        reply = small.ask(small.signed(path))
        assert time.monotonic() - began < 3
        assert (reply.status, reply.headers["retry-after"]) == (503, "2")
    small.origin.spoil(latency=2.0)
    time.sleep(PASSED_OVER)
    assert small.ask(small.signed(third[0])).body == third[1]
    small.origin.heal()
    assert small.ask(small.signed(second[0])).body == second[1]


def test_broken_off_slices_are_never_served(stage: Stage) -> None:
    path, body = stage.put(2 * MIB)
    stage.origin.spoil(cut_after=700_000)
    assert stage.ask(stage.signed(path)).status == 503
    assert stage.ask(stage.signed(path), Range="bytes=0-99").status == 503
    stage.origin.heal()
    time.sleep(2.5)
    assert stage.ask(stage.signed(path)).body == body


def test_altered_object_is_not_served_whole_nor_called_warm_and_leaves_the_pop(stage: Stage) -> None:
    path, body = stage.put(2 * MIB + 5)
    stage.origin.spoil(corrupt=True)
    assert stage.ask(stage.signed(path)).status == 503
    stage.origin.heal()
    time.sleep(2.5)
    reply = stage.ask(stage.signed(path))
    assert (reply.status, reply.body == body) == (200, True)
    there = stage.ask(stage.signed(path), port=stage.pop.port)
    assert there.body == body, "what the POP held was purged"
