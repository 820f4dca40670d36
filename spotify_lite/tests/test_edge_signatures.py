"""Signed addresses: an edge judges each as the web node does, and as `playback.signing` says."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from storages.backends.s3 import _cloud_front_signer_from_pem

from playback import signing
from playback.signing import Verdict
from spotify_lite.tests import edges
from spotify_lite.tests.edges import PLAYER, Song, ask
from spotify_lite.tests.rig import edge, wire
from spotify_lite.tests.rig import server as rig

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("edge")]

FLIPS = 1000
DISTRIBUTION = "https://d111111abcdef8.cloudfront.net"
KEY_PAIR = "K2JCJMDEHXQW5F"


@pytest.fixture(scope="module")
def both(standing_world: edges.World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Song, list[Any]]]:
    """Return an object, and the two who serve it: an edge and a web node with the same keys."""
    song = standing_world.song()
    var = tmp_path_factory.mktemp("web")
    file = var / "media" / song.path.removeprefix("/")
    file.parent.mkdir(parents=True)
    file.write_bytes(song.body)
    keys = ",".join(f"{kid}:{key}" for kid, key in standing_world.pop.keys.items())
    with rig.running(var, extra={"MEDIA_SIGNING_KEYS": keys, "PLAYER_ORIGINS": PLAYER}) as web:
        yield song, [standing_world.pop, web]


def judged(server: Any, target: bytes) -> int:
    """Return the status of a request for exactly these bytes; 0 where no answer came with one.

    A line end within makes it a request of HTTP/0.9, whose answers are bodies.
    """
    answer = wire.send(server, b"GET " + target + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    if not answer.raw.startswith(b"HTTP/1."):
        assert answer.raw in {b"", b"The address is not signed, or was altered.\n", b"There is no such object.\n"}
        return 0
    return answer.status


def test_both_judge_as_the_signer_does(world: edges.World, both: tuple[Song, list[Any]]) -> None:
    song, servers = both
    keys, now = world.pop.keys, time.time()
    path, exp = song.path, signing.exp_for(now)
    url = signing.sign(path, exp, "a", keys["a"])
    query = url.partition("?")[2]
    at, kid, sig = query.split("&")
    absent = f"/media/ff/{'f' * 64}.mp4"
    odd = [f"//media/{path[7:]}", path.replace("/media/", "/media//"), "/media/%2e%2e/" + path[7:], path.upper()]
    targets = [
        url,
        signing.sign(path, exp, "b", keys["b"]),
        signing.sign(path, 999_999_999_999, "a", keys["a"]),
        signing.sign(path, int(now) - 1, "a", keys["a"]),
        signing.sign(path, 0, "b", keys["b"]),
        signing.sign(absent, exp, "a", keys["a"]),
        f"{path}?exp=00{exp}&{kid}&sig={signing.signature(path, f'00{exp}', 'a', keys['a'])}",
        path,
        f"{path}?",
        f"{path}?{query}&x=1",
        f"{path}?x=1&{query}",
        f"{path}?{query}&{at}",
        f"{path}?{query}&{query}",
        f"{path}?{query}&",
        f"{path}?&{query}",
        f"{path}?{kid}&{at}&{sig}",
        f"{path}?{at}&{kid}",
        f"{path}?{at}&{sig}",
        f"{path}?{at}&{kid}&{sig[:4]}{sig[4:].upper()}",
        f"{path}?{at}&{kid}&{sig}%20",
        f"{path}?{at}&{kid}&{sig}0",
        f"{path}?{at}&{kid}&{sig[:-1]}",
        f"{path}?{at}&{kid};{sig}",
        f"{path}?{at};{kid};{sig}",
        f"{path}?{at}&kid=b&{sig}",
        f"{path}?{at}&kid=A&{sig}",
        f"{path}?{at}&kid=z&{sig}",
        f"{path}?{at}&kid=&{sig}",
        f"{path}?{at}&kid=constructor&{sig}",
        f"{path}?{at}&kid=__proto__&{sig}",
        f"{path}?exp={exp + 900}&{kid}&{sig}",
        f"{path}?exp=0{exp}&{kid}&{sig}",
        f"{path}?exp=9999999999999&{kid}&{sig}",
        f"{path}?exp=-1&{kid}&{sig}",
        f"{path}?exp=%31{str(exp)[1:]}&{kid}&{sig}",
        f"{path.upper()}?{query}",
        f"{path};x?{query}",
        f"{path}/?{query}",
        f"{path}%00?{query}",
        f"{absent}?{query}",
        *(f"{one}?{query}" for one in odd),
        path.replace("/media/", "/media/../media/") + f"?{query}",
        path.replace("/", "%2F", 2).replace("%2Fmedia%2F", "/media%2F") + f"?{query}",
    ]
    statuses = {Verdict.VALID: {200}, Verdict.BAD: {400, 403, 404}, Verdict.EXPIRED: {410}}
    for target in targets:
        verdict = signing.verify(*target.partition("?")[::2], keys, now)
        expected = {404} if target.startswith(absent) and verdict is Verdict.VALID else statuses[verdict]
        for server in servers:
            if "%" in target.partition("?")[0] and server is not world.pop:
                continue  # the web node's server gives it a decoded path alone; it keeps nothing by the path
            status = judged(server, target.encode())
            assert status in expected, f"{type(server).__name__} says {status} of {target}, which is {verdict}"
            if target.startswith(f"{path}?") and verdict is Verdict.BAD:
                assert (target, status) == (target, 403)


def test_no_flipped_bit_is_accepted(world: edges.World, both: tuple[Song, list[Any]]) -> None:
    song, servers = both
    url, chance = world.pop.signed(song.path).encode(), random.Random(7)
    for server in servers:
        seen: Counter[int] = Counter()
        for _ in range(FLIPS):
            place = chance.randrange(len(url))
            flipped = url[:place] + bytes([url[place] ^ 1 << chance.randrange(8)]) + url[place + 1 :]
            seen[judged(server, flipped)] += 1
        print(f"{type(server).__name__}: {dict(seen)}")
        assert not {status for status in seen if status not in {0, 400, 403, 404}}
        assert seen[403] > FLIPS * 0.7, "most of them are well-formed requests"
    assert judged(servers[0], url) == 200


def test_new_keys_lose_no_listener(world: edges.World) -> None:
    """The new key comes to the edge, then to the signer; the old one goes last. Somebody asks all along."""
    song, old, new = world.song(edges.SLICE + 9), "o" * 40, "n" * 40
    with world.another("rotated", keys={"old": old}) as pop:
        ask(pop.port, pop.signed(song.path))
        exp = signing.exp_for(time.time())
        targets = {"old": signing.sign(song.path, exp, "old", old), "new": signing.sign(song.path, exp, "new", new)}
        signer, statuses, ended = ["old"], Counter[int](), Event()

        def listen() -> None:
            while not ended.is_set():
                statuses[ask(pop.port, targets[signer[0]]).status] += 1

        listeners = [Thread(target=listen) for _ in range(3)]
        for listener in listeners:
            listener.start()
        assert ask(pop.port, targets["new"]).status == 403
        pop.reload(old=old, new=new)
        until(lambda: all(ask(pop.port, targets["new"]).status == 200 for _ in range(50)))  # by every worker
        assert ask(pop.port, targets["old"]).status == 200
        signer[0] = "new"
        time.sleep(0.3)  # requests that were signed with the old one have gone out
        pop.reload(new=new)
        until(lambda: ask(pop.port, targets["old"]).status == 403)
        ended.set()
        for listener in listeners:
            listener.join()
    assert set(statuses) == {200}, statuses


def test_keys_that_cannot_be_read_change_nothing(world: edges.World) -> None:
    song = world.song()
    with world.another("careful") as pop:
        (pop.folder / "keys").write_text("a:short")
        pop.reload()
        until(lambda: "not reloaded: EDGE_MEDIA_KEYS" in pop.log.read_text())
        assert ask(pop.port, pop.signed(song.path)).status == 200


def test_edge_without_keys_does_not_start(world: edges.World) -> None:
    with pytest.raises(AssertionError, match="EDGE_MEDIA_KEYS must hold"), world.another("open", keys={}):
        pass


@pytest.fixture(scope="module")
def cloudfront(standing_world: edges.World) -> Iterator[tuple[edge.Pop, Any]]:
    """Return an edge that verifies as CloudFront does, and the signer that django-storages makes."""
    pair = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = pair.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = pair.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    folder: Path = standing_world.folder / "distribution"
    folder.mkdir()
    (folder / "public.pem").write_bytes(public)
    extra = {
        "EDGE_SIGNER": "cloudfront",
        "EDGE_CLOUDFRONT_KEYS": f"{KEY_PAIR}:{folder / 'public.pem'}",
        "EDGE_URL": DISTRIBUTION,
        "PLAYER_ORIGINS": PLAYER,
    }
    with standing_world.another("distribution", extra=extra) as pop:
        yield pop, _cloud_front_signer_from_pem(KEY_PAIR, private)


def target_of(url: str) -> str:
    return url.removeprefix(DISTRIBUTION)


def test_cloudfronts_addresses_open_their_object(world: edges.World, cloudfront: tuple[edge.Pop, Any]) -> None:
    pop, signer = cloudfront
    song, other = world.song(edges.SLICE + 5), world.song()
    soon, gone = datetime.fromtimestamp(time.time() + 900, UTC), datetime.fromtimestamp(time.time() - 1, UTC)
    url = DISTRIBUTION + song.path
    canned = target_of(signer.generate_presigned_url(url, date_less_than=soon))
    for cached in ("MISS", "HIT"):
        reply = ask(pop.port, canned, headers={"Origin": PLAYER})
        assert (reply.status, reply.body == song.body, reply.headers["x-cache"]) == (200, True, cached)
        assert reply.headers["access-control-allow-origin"] == PLAYER
    policy = signer.build_policy(f"{DISTRIBUTION}/media/*", soon)
    custom = target_of(signer.generate_presigned_url(url, policy=policy))
    assert ask(pop.port, custom, headers={"Range": "bytes=1-2"}).body == song.body[1:3]
    assert ask(pop.port, custom.replace(song.path, other.path)).status == 200, "what the policy's star says"
    assert ask(pop.port, song.path, "OPTIONS", {"Origin": PLAYER}).status == 204
    late = target_of(signer.generate_presigned_url(url, date_less_than=gone))
    narrow = target_of(signer.generate_presigned_url(url, policy=signer.build_policy(f"{DISTRIBUTION}/covers/*", soon)))
    elsewhere = target_of(signer.generate_presigned_url(f"https://other.example{song.path}", date_less_than=soon))
    for target in (
        song.path,
        late,  # expired is 403 there
        narrow,
        elsewhere,
        canned.replace(song.path, other.path),
        canned.replace("Expires=1", "Expires=2"),
        canned.replace(KEY_PAIR, "K2JCJMDEHXQW5G"),
        canned.replace(KEY_PAIR, "constructor"),
        canned + "&x=1",
        target_of(signer.generate_presigned_url(url, policy="{")),
        pop.signed(song.path),  # our own signature is worth nothing there
    ):
        reply = ask(pop.port, target)
        assert (target, reply.status, reply.headers["cache-control"]) == (target, 403, "no-store")


def test_no_flipped_bit_is_accepted_by_the_distribution(world: edges.World, cloudfront: tuple[edge.Pop, Any]) -> None:
    pop, signer = cloudfront
    url = DISTRIBUTION + world.song().path
    soon = datetime.fromtimestamp(time.time() + 900, UTC)
    for policy in (None, signer.build_policy(url, soon)):
        given = {"policy": policy} if policy else {"date_less_than": soon}
        target, chance = target_of(signer.generate_presigned_url(url, **given)).encode(), random.Random(7)
        assert judged(pop, target) == 200
        seen: Counter[int] = Counter()
        for _ in range(FLIPS // 4):
            place = chance.randrange(len(target))
            flipped = target[:place] + bytes([target[place] ^ 1 << chance.randrange(8)]) + target[place + 1 :]
            seen[judged(pop, flipped)] += 1
        assert not {status for status in seen if status not in {0, 400, 403, 404}}, seen


def until(condition: Any, seconds: float = 10.0) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it does not come true"
        time.sleep(0.02)
