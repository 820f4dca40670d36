"""What cold objects may cost a web node: one request a slice, and no more room than it was given."""

import asyncio
import hashlib
import http.client
import time
from pathlib import Path

import pytest

from playback.media import FEW
from playback.tests.cold import MIB, Stage, held, patiently
from playback.tests.test_media import resident
from spotify_lite.tests.rig import server as rig

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("cold")]


def test_thousand_clients_of_a_slow_origin_cost_it_one_get_a_slice(stage: Stage) -> None:
    """All wait for the same slices; the first get them here, and the crowd at the POP that has them by then."""
    path, body = stage.put(2 * MIB + MIB // 2)
    stage.origin.spoil(latency=8.0)
    stage.ask("/healthz")
    before = resident(stage.server)
    digests, moved, waiting, reading = asyncio.run(storm(stage, path, clients=1000))
    assert digests == {hashlib.sha256(body).hexdigest(): 1000}
    assert stage.origin_gets(path) == [1, 1, 1]
    print(f"resident: {before / MIB:.0f} MB, {waiting / MIB:.0f} MB as 1,000 wait, {reading / MIB:.0f} MB as they read")
    assert waiting - before < 60 * MIB
    assert reading - waiting < 40 * MIB
    assert moved == 1000 - FEW


async def storm(stage: Stage, path: str, *, clients: int) -> tuple[dict[str, int], int, int, int]:
    """Read the object with many clients at once; return how often each digest came, how many got it from the POP, and
    the most resident bytes before the first answer and after it."""
    found: dict[str, int] = {}
    answered = asyncio.Event()
    moved = waiting = reading = 0

    async def read() -> None:
        nonlocal moved
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
        target, port = stage.signed(path), stage.server.port
        writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        answered.set()
        if head.startswith(b"HTTP/1.1 302"):
            location = head.decode().partition("\r\nlocation: ")[2].partition("\r\n")[0]
            assert location == stage.pop.url + target
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", stage.pop.port)
            writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            moved += b"\r\nX-Cache: HIT" in head
        assert head.startswith(b"HTTP/1.1 200"), head
        digest = hashlib.sha256()
        while piece := await reader.read(256 * 1024):
            digest.update(piece)
        writer.close()
        found[digest.hexdigest()] = found.get(digest.hexdigest(), 0) + 1

    running = [asyncio.ensure_future(read()) for _ in range(clients)]
    while not all(each.done() for each in running):
        if answered.is_set():
            reading = max(reading, resident(stage.server))
        else:
            waiting = max(waiting, resident(stage.server))
        await asyncio.wait(running, timeout=1)
    await asyncio.gather(*running)
    return found, moved, waiting, reading


def test_memory_is_bounded_and_slow_readers_get_every_byte(small: Stage) -> None:
    others = held(small)
    objects = [small.put(900_000 + number) for number in range(7)]
    slow = []
    for path, body in objects[:3]:
        assert patiently(small, path, "bytes=0-0").status == 206
        connection = http.client.HTTPConnection("127.0.0.1", small.server.port, timeout=60)
        connection.request("GET", small.signed(path))
        slow.append((connection.getresponse(), body))
    for path, body in objects:
        assert patiently(small, path).body == body
        assert held(small) - others <= 4 * MIB
    for answer, body in slow:
        assert answer.read() == body


def test_large_object_is_served_in_parts_only(small: Stage) -> None:
    path, body = small.put(3 * MIB + 17)
    assert small.ask(small.signed(path)).status == 503
    assert small.ask(small.signed(path), method="HEAD").headers["content-length"] == str(len(body))
    at, pieces = 0, []
    while at < len(body):
        reply = patiently(small, path, f"bytes={at}-")
        assert reply.status == 206
        pieces.append(reply.body)
        at += len(reply.body)
    assert b"".join(pieces) == body
    end = patiently(small, path, "bytes=-20")
    assert end.body == body[-20:]


def test_large_object_is_served_whole_where_there_is_no_pop(small: Stage) -> None:
    path, body = small.put(2 * MIB + 17)  # over a quarter of HOT_BYTES
    others = held(small)
    assert patiently(small, path, "bytes=0-0").body == body[:1]
    for _ in range(10):
        if (reply := small.ask(small.signed(path))).status != 503:
            break
        time.sleep(1)  # others are leaving
    assert (reply.status, reply.body == body) == (200, True)
    assert reply.headers["content-length"] == str(len(body))
    assert held(small) - others <= 4 * MIB


def test_large_object_is_left_to_the_pop(stage: Stage) -> None:
    path, _ = stage.put(17 * MIB)  # over a quarter of HOT_BYTES
    reply = stage.ask(stage.signed(path), Range="bytes=0-")
    assert (reply.status, reply.headers["location"]) == (302, stage.pop.url + stage.signed(path))


def test_what_a_killed_process_left_is_deleted(stage: Stage) -> None:
    folder = Path(stage.extra["HOT_DIR"]) / "spotify-lite-hot"
    with rig.running(stage.var.parent / "killed", extra=stage.extra | {"EDGES": ""}) as server:
        path, body = stage.put(MIB)
        assert stage.ask(stage.signed(path), port=server.port).body == body
        before = set(folder.glob("*/"))
        server.kill()
    with rig.running(stage.var.parent / "killed", extra=stage.extra | {"EDGES": ""}, migrate=False) as server:
        assert stage.ask(stage.signed(path), port=server.port).body == body
        now = set(folder.glob("*/"))
        assert len(now) == len(before), "one has gone, and one has come"
        assert len(now - before) == 1
    assert set(folder.glob("*/")) == now & before, "in an orderly end nothing is left"


def test_folder_that_others_may_write_is_not_used(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "open" / "spotify-lite-hot").mkdir(parents=True)
    (tmp_path / "open" / "spotify-lite-hot").chmod(0o777)
    extra = stage.extra | {"HOT_DIR": str(tmp_path / "open")}
    with rig.running(stage.var.parent / "open", extra=extra) as server:
        path, _ = stage.put(1000)
        reply = stage.ask(stage.signed(path), port=server.port)
        assert (reply.status, reply.headers["location"]) == (302, stage.pop.url + stage.signed(path))
        assert "HOT_DIR cannot be used" in server.log.read_text()
