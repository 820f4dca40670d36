"""Objects of a real storage through the web node: cold ones from its memory, warm ones at a POP."""

import hashlib
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from playback import signing
from playback.tests.cold import MIB, Stage
from playback.tests.test_media import PUT_IN_PLACE
from spotify_lite.tests.rig import server as rig

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("cold")]


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


def test_object_that_is_nowhere_is_not_found(stage: Stage) -> None:
    assert stage.ask(stage.signed(f"/media/ff/{'f' * 64}.mp3")).status == 404


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


@pytest.fixture(scope="module")
def sending(standing_stage: Stage) -> Iterator[rig.Server]:
    """Return a second node on the same state, which serves nothing cold."""
    stage = standing_stage
    with rig.running(stage.var, extra=stage.extra | {"COLD": "edge"}, migrate=False) as server:
        yield server


def test_file_in_place_is_played_beside_a_storage(stage: Stage, sending: rig.Server, tmp_path: Path) -> None:
    body = stage.chance.randbytes(70_000)
    (tmp_path / "x.flac").write_bytes(body)
    key = hashlib.sha256(body).hexdigest()
    told = stage.server.manage("shell", "-c", PUT_IN_PLACE.format(files=[("x.flac", key)], root=str(tmp_path)))
    track = f"/api/v1/tracks/{told.stdout.split('track ')[1].split()[0]}"
    path = f"/media/{key[:2]}/{key}.flac"
    assert urls(stage, track) == [stage.server.url + stage.signed(path)]
    for _ in range(2):
        assert stage.ask(stage.signed(path), Range="bytes=5-9").body == body[5:10]
    assert stage.ask(stage.signed(path), port=sending.port).body == body


def test_where_edges_take_cold_objects_the_node_sends_everyone_there(stage: Stage, sending: rig.Server) -> None:
    path, body = stage.put(MIB + 11)
    moved = stage.ask(stage.signed(path), port=sending.port)
    assert (moved.status, moved.headers["location"]) == (302, stage.pop.url + stage.signed(path))
    assert stage.ask(stage.signed(path), port=stage.pop.port).body == body
