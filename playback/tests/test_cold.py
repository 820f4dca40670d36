"""Objects of a real storage through the web node: cold ones from its memory, warm ones at a POP; and what fails."""

import asyncio
import hashlib
import http.client
import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from playback import signing
from playback.media import FEW
from playback.silence import PASSED_OVER
from playback.tests.test_media import PUT_IN_PLACE, resident
from spotify_lite.tests.rig import edge, faults, s3
from spotify_lite.tests.rig import server as rig

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("cold")]

MIB = 1 << 20
KEYS = {"a": "0123456789abcdef0123456789abcdef"}


@dataclass
class Reply:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes


@dataclass
class Stage:
    """A storage behind a fault proxy, a POP before it, and a web node."""

    storage: s3.Storage
    origin: faults.Proxy
    pop: edge.Pop
    var: Path
    extra: dict[str, str]
    server: rig.Server = field(init=False)
    chance: random.Random = field(default_factory=lambda: random.Random(5))

    def put(self, size: int) -> tuple[str, bytes]:
        """Store an object; return its path and bytes."""
        body = self.chance.randbytes(size)
        key = hashlib.sha256(body).hexdigest()
        path = f"/media/{key[:2]}/{key}.mp3"
        self.storage.client().put_object(Bucket=self.storage.bucket, Key=path[1:], Body=body)
        return path, body

    def signed(self, path: str, *, exp: int | None = None) -> str:
        return signing.sign(path, exp or signing.exp_for(time.time()), "a", KEYS["a"])

    def ask(self, target: str, *, method: str = "GET", port: int = 0, **headers: str) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.server.port, timeout=60)
        try:
            connection.request(
                method, target, headers={name.replace("_", "-"): value for name, value in headers.items()}
            )
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def origin_gets(self, path: str) -> list[int]:
        """Return how often each range of an object was asked of the origin."""
        return [count for (asked, _), count in self.origin.gets.items() if asked.endswith(path)]

    def wait_until_warm(self, path: str) -> Reply:
        """Ask until the node sends listeners to the POP."""
        until = time.monotonic() + 10
        while (reply := self.ask(self.signed(path), method="HEAD")).status != 302:
            assert time.monotonic() < until, reply
            time.sleep(0.05)
        return reply


@contextmanager
def staged(base: Path) -> Iterator[Stage]:
    """Start all three in a folder."""
    with s3.storage(base / "s3") as storage, faults.proxy(storage.port) as origin:
        bucket = f"{origin.url}/{storage.bucket}"
        access = (storage.access_key, storage.secret_key)
        with edge.pop(base / "pop", origins=[bucket], keys=KEYS, access=access) as pop:
            extra = {
                **storage.environment,
                "ORIGINS": f"local:{bucket}",
                "EDGES": pop.setting,
                "MEDIA_SIGNING_KEYS": f"a:{KEYS['a']}",
                "HOT_DIR": str(base / "hot"),
                "HOT_BYTES": str(64 * MIB),
                "PLAYER_ORIGINS": "https://player.example",
            }
            stage = Stage(storage, origin, pop, base / "var", extra)
            with rig.running(stage.var, extra=extra) as stage.server:
                yield stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("cold")) as running:
        yield running


@pytest.fixture(autouse=True)
def healed(stage: Stage) -> Iterator[None]:
    stage.origin.heal()
    stage.origin.forget()
    yield
    stage.origin.heal()


def test_cold_object_is_served_here_and_warms_the_pop(stage: Stage) -> None:
    path, body = stage.put(5 * MIB + 7)
    exp = signing.exp_for(time.time()) + 900
    first = stage.ask(stage.signed(path, exp=exp))
    assert (first.status, first.body == body) == (200, True)
    assert first.headers["content-type"] == "audio/mpeg"
    assert stage.origin_gets(path) == [1] * 6

    moved = stage.wait_until_warm(path)
    assert moved.headers["cache-control"] == "no-store"
    moved = stage.ask(stage.signed(path, exp=exp), Origin="https://player.example", Range="bytes=0-0")
    assert moved.headers["location"] == stage.pop.url + stage.signed(path, exp=exp)
    assert moved.headers["access-control-allow-origin"] == "https://player.example"
    there = stage.ask(stage.signed(path, exp=exp), port=stage.pop.port)
    assert (there.status, there.body == body, there.headers["x-cache"]) == (200, True, "HIT")
    assert stage.origin_gets(path) == [1] * 6


def test_ranges_are_exact(stage: Stage) -> None:
    path, body = stage.put(3 * MIB + 12345)
    size = len(body)
    for header, expected in (
        (f"bytes={2 * MIB - 3}-{2 * MIB + 3}", body[2 * MIB - 3 : 2 * MIB + 4]),
        ("bytes=0-0", body[:1]),
        ("bytes=-100", body[-100:]),
        (f"bytes={MIB}-{size + 5}", body[MIB:]),
    ):
        reply = stage.ask(stage.signed(path), Range=header)
        if reply.status == 302:  # it has become warm meanwhile
            reply = stage.ask(stage.signed(path), Range=header, port=stage.pop.port)
        assert (header, reply.status, reply.body == expected) == (header, 206, True)
        assert reply.headers["content-range"].endswith(f"/{size}")


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


def test_object_that_is_nowhere_is_not_found(stage: Stage) -> None:
    assert stage.ask(stage.signed(f"/media/ff/{'f' * 64}.mp3")).status == 404


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


def test_open_ended_range_ends_where_the_filled_part_does(stage: Stage) -> None:
    path, body = stage.put(3 * MIB)
    stage.origin.spoil(rate=1_000_000)  # a second a slice
    reply = stage.ask(stage.signed(path), Range="bytes=10-")
    assert reply.status == 206
    assert 0 < len(reply.body) < 3 * MIB - 10
    assert reply.body == body[10 : 10 + len(reply.body)]
    assert reply.headers["content-range"] == f"bytes 10-{9 + len(reply.body)}/{3 * MIB}"
    stage.origin.heal()
    pieces, at = [reply.body], 10 + len(reply.body)
    while at < 3 * MIB:
        reply = stage.ask(stage.signed(path), Range=f"bytes={at}-")
        if reply.status == 302:
            reply = stage.ask(stage.signed(path), Range=f"bytes={at}-", port=stage.pop.port)
        pieces.append(reply.body)
        at += len(reply.body)
    assert b"".join(pieces) == body[10:]


def test_cover_of_the_origins_is_served_here(stage: Stage) -> None:
    key = hashlib.sha256(b"picture").hexdigest()
    path = f"/covers/{key[:2]}/{key}/320.webp"
    stage.storage.client().put_object(Bucket=stage.storage.bucket, Key=path[1:], Body=b"RIFF a picture")
    reply = stage.ask(path)
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, b"RIFF a picture", "image/webp")
    assert reply.headers["etag"] == f'"{key}-320"'
    assert stage.ask(path.replace("320", "640")).status == 404
    assert stage.ask(path, port=stage.pop.port).headers["x-cache"] == "HIT"


@pytest.fixture(scope="module")
def small(stage: Stage) -> Iterator[Stage]:
    """Return a node with room for 4 MiB and no POP, on the same storage."""
    extra = stage.extra | {"HOT_BYTES": str(4 * MIB), "EDGES": ""}
    small = Stage(stage.storage, stage.origin, stage.pop, stage.var.parent / "small", extra)
    small.chance = random.Random(6)
    with rig.running(small.var, extra=extra) as small.server:
        yield small


def held(stage: Stage) -> int:
    """Return the bytes that all processes keep in HOT_DIR."""
    files = (Path(stage.extra["HOT_DIR"]) / "spotify-lite-hot").glob("*/*")
    return sum(file.stat().st_blocks * 512 for file in files if file.exists())


def patiently(stage: Stage, path: str, range_: str = "bytes=0-99999999") -> Reply:
    """Ask again as long as the node says that it is full."""
    for _ in range(10):
        if (reply := stage.ask(stage.signed(path), Range=range_)).status != 503:
            break
        time.sleep(1)
    return reply


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


STORED = """
from catalog import derived
from catalog.models import Master, Rendition, Track
from django.utils import timezone
now = timezone.now()
track = Track.objects.create(title="Stored", created_at=now)
master = Master.objects.create(track=track, fingerprint={key!r}, container="mp3", codec="mp3", size={size})
Rendition.objects.create(track=track, master=master, name="source", key={key!r}, extension="mp3", mime="audio/mpeg",
    bitrate=128, size={size}, created_at=now)
derived.refresh_cards([track.id])
derived.bump_version()
print("track", track.id)
"""


def listed(stage: Stage, path: str, size: int) -> str:
    """Make a track of a stored object; return its address in the API."""
    key = path.rpartition("/")[2].partition(".")[0]
    told = stage.server.manage("shell", "-c", STORED.format(key=key, size=size)).stdout
    return f"/api/v1/tracks/{told.split('track ')[1].split()[0]}"


def test_json_and_the_stable_address_follow_the_object_to_the_pop(stage: Stage) -> None:
    path, body = stage.put(MIB + 9)
    track = listed(stage, path, len(body))
    here, there = stage.server.url + stage.signed(path), stage.pop.url + stage.signed(path)
    assert urls(stage, track) == [here, there]
    assert stage.ask(f"{track}/audio").headers["location"] == here
    assert stage.ask(stage.signed(path)).body == body
    stage.wait_until_warm(path)
    assert urls(stage, track) == [there, here]
    assert stage.ask(f"{track}/audio").headers["location"] == there

    sent = stage.ask(f"{track}/audio", Prefer="bytes", Range="bytes=1-10")
    assert (sent.status, sent.body) == (206, body[1:11])
    assert stage.ask(f"{track}/audio", Prefer="bytes").body == body, "and no redirect, though it is warm"


def urls(stage: Stage, track: str) -> list[str]:
    told = json.loads(stage.ask(f"{track}?{random.random()}").body)
    return [told["audio_url"], *told["audio"]["fallback_urls"]]


def test_file_in_place_is_played_beside_a_storage(stage: Stage, tmp_path: Path) -> None:
    body = stage.chance.randbytes(70_000)
    (tmp_path / "x.flac").write_bytes(body)
    key = hashlib.sha256(body).hexdigest()
    told = stage.server.manage("shell", "-c", PUT_IN_PLACE.format(files=[("x.flac", key)], root=str(tmp_path)))
    track = f"/api/v1/tracks/{told.stdout.split('track ')[1].split()[0]}"
    path = f"/media/{key[:2]}/{key}.flac"
    assert urls(stage, track) == [stage.server.url + stage.signed(path)]
    for _ in range(2):
        assert stage.ask(stage.signed(path), Range="bytes=5-9").body == body[5:10]
    with rig.running(stage.var, extra=stage.extra | {"COLD": "edge"}, migrate=False) as server:
        assert stage.ask(stage.signed(path), port=server.port).body == body


def test_where_edges_take_cold_objects_the_node_sends_everyone_there(stage: Stage) -> None:
    path, body = stage.put(MIB + 11)
    with rig.running(stage.var, extra=stage.extra | {"COLD": "edge"}, migrate=False) as server:
        moved = stage.ask(stage.signed(path), port=server.port)
        assert (moved.status, moved.headers["location"]) == (302, stage.pop.url + stage.signed(path))
    assert stage.ask(stage.signed(path), port=stage.pop.port).body == body
