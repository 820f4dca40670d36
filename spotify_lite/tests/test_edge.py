"""An edge as listeners see it: the same answers as the web node's own media server, out of its cache."""

import time

import pytest

from playback import replies
from spotify_lite.tests import edges
from spotify_lite.tests.edges import PLAYER, ask

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("edge")]

COVER = f"/covers/cd/{'cd' * 32}"


def play(world: edges.World, song: edges.Song) -> None:
    """Listen to the whole, and wait until the cache has it: the last bytes reach the listener a moment before."""
    assert ask(world.pop.port, world.pop.signed(song.path)).body == song.body
    limit = time.monotonic() + 5
    while ask(world.pop.port, world.pop.signed(f"/edge/resident{song.path}")).status != 200:
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_signed_address_answers_the_whole_object(world: edges.World) -> None:
    song = world.song(2 * edges.SLICE + 77)
    reply = ask(world.pop.port, world.pop.signed(song.path))
    assert (reply.status, reply.body == song.body) == (200, True)
    expected = {
        "content-type": "audio/mp4",
        "content-length": str(len(song.body)),
        "etag": f'"{song.key}"',
        "accept-ranges": "bytes",
        "cache-control": "public, max-age=31536000, immutable",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "cross-origin",
        "vary": "Origin",
        "x-cache": "MISS",
    }
    assert {name: reply.headers.get(name) for name in expected} == expected
    others = set(reply.headers) - set(expected)
    assert others == {"server", "date", "connection"}, "nothing of what the storage says of itself"
    again = ask(world.pop.port, world.pop.signed(song.path, exp=9_999_999_999))
    assert (again.headers["x-cache"], again.body == song.body) == ("HIT", True), "the signature is in no cache key"
    assert world.gets(song) == [1, 1, 1]


def test_first_byte_of_a_cold_object_fetches_one_slice(world: edges.World) -> None:
    song = world.song(3 * edges.SLICE)
    reply = ask(world.pop.port, world.pop.signed(song.path), headers={"Range": "bytes=1500000-1500009"})
    assert (reply.status, reply.body) == (206, song.body[1_500_000:1_500_010])
    assert world.gets(song) == [0, 1, 0]


@pytest.mark.parametrize("extension", sorted(replies.MIMES))
def test_type_follows_from_the_name_as_on_the_web_node(world: edges.World, extension: str) -> None:
    song = world.song(100, extension=extension)
    reply = ask(world.pop.port, world.pop.signed(song.path), "HEAD")
    assert reply.headers["content-type"] == replies.MIMES[extension]


@pytest.mark.parametrize(
    ("range_", "status", "first", "last"),
    [
        ("bytes=0-0", 206, 0, 0),
        ("bytes=-1", 206, 300_006, 300_006),
        ("bytes=5-", 206, 5, 300_006),
        ("bytes=300000-999999", 206, 300_000, 300_006),
        ("bytes=9-3", 200, 0, 300_006),
        ("bytes=abc", 200, 0, 300_006),
        ("bytes=200000-x", 200, 0, 300_006),
        ("items=0-1", 200, 0, 300_006),
        ("bytes=0-0,5-6", 200, 0, 300_006),
        ("bytes=" + ",".join(["0-"] * 1000), 200, 0, 300_006),
        ("bytes=300007-", 416, 0, -1),
        ("bytes=99999999-", 416, 0, -1),
    ],
)  # fmt: skip
def test_ranges_are_exact(world: edges.World, range_: str, status: int, first: int, last: int) -> None:
    song = world.song()
    for temperature in ("cold", "warm"):
        reply = ask(world.pop.port, world.pop.signed(song.path), headers={"Range": range_})
        assert (temperature, reply.status) == (temperature, status)
        if status == 416:
            assert reply.headers["content-range"] == "bytes */300007"
            assert reply.headers["cache-control"] == "no-store"
            assert b"<html" not in reply.body
        else:
            assert reply.body == song.body[first : last + 1]


def test_conditions_are_kept(world: edges.World) -> None:
    song = world.song()
    target = world.pop.signed(song.path)
    etag = f'"{song.key}"'
    for _ in ("cold", "warm"):
        known = ask(world.pop.port, target, headers={"If-None-Match": etag})
        assert (known.status, known.body, known.headers["etag"]) == (304, b"", etag)
        same = ask(world.pop.port, target, headers={"Range": "bytes=1-2", "If-Range": etag})
        assert (same.status, same.body) == (206, song.body[1:3])
        other = ask(world.pop.port, target, headers={"Range": "bytes=1-2", "If-Range": '"other"'})
        assert (other.status, other.body == song.body) == (200, True)


def test_head_answers_the_headers_alone(world: edges.World) -> None:
    song = world.song()
    reply = ask(world.pop.port, world.pop.signed(song.path), "HEAD")
    assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b"", str(len(song.body)))


def test_preflight_needs_no_signature_and_grants_the_players_origin_alone(world: edges.World) -> None:
    path = world.song().path
    own = ask(world.pop.port, path, "OPTIONS", {"Origin": PLAYER})
    assert (own.status, own.headers["access-control-allow-origin"]) == (204, PLAYER)
    assert "Range" in own.headers["access-control-allow-headers"]
    for origin in ("null", "https://evil.example", f"{PLAYER}.evil.example", PLAYER.upper(), f"x{PLAYER}"):
        other = ask(world.pop.port, path, "OPTIONS", {"Origin": origin})
        assert not [name for name in other.headers if name.startswith("access-control")]


def test_players_origin_may_read_objects_and_refusals_and_no_other(world: edges.World) -> None:
    song = world.song()
    for target, status in ((world.pop.signed(song.path), 200), (song.path, 403)):
        own = ask(world.pop.port, target, headers={"Origin": PLAYER})
        assert (own.status, own.headers["access-control-allow-origin"]) == (status, PLAYER)
        assert own.headers["access-control-expose-headers"] == "Content-Range, Content-Length, Accept-Ranges"
        assert "access-control-allow-credentials" not in own.headers
        other = ask(world.pop.port, target, headers={"Origin": "https://evil.example"})
        assert (other.status, other.headers["vary"]) == (status, "Origin")
        assert "access-control-allow-origin" not in other.headers


def test_other_methods_are_refused(world: edges.World) -> None:
    song = world.song()
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        reply = ask(world.pop.port, world.pop.signed(song.path), method)
        assert (method, reply.status, reply.headers["allow"]) == (method, 405, "GET, HEAD, OPTIONS")
    assert world.gets(song) == [0]


def test_covers_come_in_four_sizes_without_a_signature(world: edges.World) -> None:
    for size in (64, 160, 320, 640, 500):
        world.put(f"{COVER}/{size}.webp", b"RIFF a picture %d" % size)
    for size in (64, 160, 320, 640):
        for cached in ("MISS", "HIT"):
            reply = ask(world.pop.port, f"{COVER}/{size}.webp")
            assert (reply.status, reply.body) == (200, b"RIFF a picture %d" % size)
            assert (reply.headers["content-type"], reply.headers["x-cache"]) == ("image/webp", cached)
            assert reply.headers["etag"] == f'"{"cd" * 32}-{size}"'
            assert "immutable" in reply.headers["cache-control"]
    others = (
        f"{COVER}/500.webp",
        f"{COVER}/320.png",
        f"{COVER}/",
        "/covers/",
        f"/covers/../covers/cd/{'cd' * 32}/320.webp",
    )
    for target in others:
        reply = ask(world.pop.port, target)
        assert (target, reply.status, reply.headers["cache-control"]) == (target, 404, "no-store")


def test_nothing_else_is_there(world: edges.World) -> None:
    absent = f"/media/ff/{'f' * 64}.mp4"
    for target in ("/", "/etc/passwd", "/masters/x", "/edge/", "/edge-slice/media/x", "/edge-drop/media/x", "/health"):
        reply = ask(world.pop.port, target)
        assert (target, reply.status, reply.headers["cache-control"]) == (target, 404, "no-store")
    for target in (absent, "/media/keys.js", f"/media/ab/{'f' * 64}.mp4"):
        reply = ask(world.pop.port, world.pop.signed(target))
        assert (target, reply.status, reply.headers["cache-control"]) == (target, 404, "no-store")
        assert reply.headers["content-type"] == "text/plain; charset=utf-8"


def test_what_is_here_whole_is_told_without_asking_the_origin(world: edges.World) -> None:
    song = world.song(2 * edges.SLICE + 5)
    resident = world.pop.signed(f"/edge/resident{song.path}")
    assert ask(world.pop.port, resident).status == 404
    ask(world.pop.port, world.pop.signed(song.path), headers={"Range": "bytes=0-9"})
    assert ask(world.pop.port, resident).status == 404, "one slice of three"
    play(world, song)
    world.origin.spoil(refuse=True)
    reply = ask(world.pop.port, resident)
    assert (reply.status, reply.body) == (200, b'{"resident":true,"size":2097157}\n')
    assert ask(world.pop.port, resident, "HEAD").status == 200
    assert world.gets(song) == [1, 1, 1]


def test_purged_object_is_fetched_again(world: edges.World) -> None:
    song = world.song(2 * edges.SLICE + 5)
    purge = world.pop.signed(f"/edge/purge{song.path}")
    play(world, song)
    reply = ask(world.pop.port, purge, "POST")
    assert (reply.status, reply.body) == (200, b'{"purged":3}\n')
    assert ask(world.pop.port, world.pop.signed(f"/edge/resident{song.path}")).status == 404
    play(world, song)
    assert world.gets(song) == [2, 2, 2]
    assert ask(world.pop.port, purge).status == 405, "a link that is followed purges nothing"
    assert ask(world.pop.port, purge, "POST").body == b'{"purged":3}\n'
    second = {"Range": "bytes=1100000-1100001"}
    ask(world.pop.port, world.pop.signed(song.path), headers=second)
    while ask(world.pop.port, world.pop.signed(song.path), headers=second).headers["x-cache"] != "HIT":
        time.sleep(0.05)  # the listener had its two bytes before the cache had the slice
    assert ask(world.pop.port, purge, "POST").body == b'{"purged":1}\n', "without the first slice, too"


def test_purge_and_residency_need_their_own_signature(world: edges.World) -> None:
    song = world.song()
    play(world, song)
    query = world.pop.signed(song.path).partition("?")[2]
    for verb, method in (("resident", "GET"), ("purge", "POST")):
        other = "purge" if verb == "resident" else "resident"
        path = f"/edge/{verb}{song.path}"
        foreign = world.pop.signed(f"/edge/{other}{song.path}").partition("?")[2]
        for target in (path, f"{path}?{query}", f"{path}?{foreign}"):
            assert (target, ask(world.pop.port, target, method).status) == (target, 403)
        assert ask(world.pop.port, world.pop.signed(path, exp=5), method).status == 410
    assert ask(world.pop.port, world.pop.signed(f"/edge/resident{song.path}")).status == 200, "nothing was purged"


def test_logs_hold_no_signature(world: edges.World) -> None:
    song = world.song()
    signed = world.pop.signed(song.path)
    ask(world.pop.port, signed)
    ask(world.pop.port, signed.replace("exp=", "exp=0"))
    world.origin.spoil(refuse=True)
    ask(world.pop.port, world.pop.signed(world.song().path))  # nginx quotes the request in its own log
    told = world.pop.log.read_text() + (world.pop.folder / "access.log").read_text()
    assert "sig=" not in told
    assert signed.rpartition("=")[2] not in told
    line = next(line for line in world.pop.requests if line["path"] == song.path)
    assert line["status"] == 200
    assert line["cache"] == "MISS"
    assert line["bytes"] == len(song.body)
    assert len(line["id"]) == 32


def test_health_tells_of_the_disk_and_of_a_wiped_cache(world: edges.World) -> None:
    with world.another("health") as pop:
        health = pop.health()
        assert health["status"] == "ok"
        assert health["free_bytes"] > 0
        assert 0 < health["free_share"] <= 1
        song = world.song()
        ask(pop.port, pop.signed(song.path))
        while ask(pop.port, pop.signed(song.path)).headers["x-cache"] != "HIT":
            time.sleep(0.02)
        pop.kill()
        pop.start()
        assert pop.health()["cache_id"] == health["cache_id"], "a crash forgets nothing"
        assert ask(pop.port, pop.signed(song.path)).headers["x-cache"] == "HIT"
        pop.kill()
        pop.wipe()
        pop.start()
        assert pop.health()["cache_id"] != health["cache_id"]
