"""The media server, as clients of the real server see it."""

import hashlib
import http.client
import json
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from catalog import paths
from playback import signing
from spotify_lite.tests.rig import server as rig

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("media")]

PLAYER = "https://player.example"
SONG = random.Random(1).randbytes(300_007)
KEY = hashlib.sha256(SONG).hexdigest()
PATH = f"/media/{KEY[:2]}/{KEY}.mp3"
COVER = b"RIFF a picture"
COVER_KEY = hashlib.sha256(COVER).hexdigest()

PUT_IN_PLACE = """
from catalog import derived, paths
from catalog.models import Library, LibraryFile, Master, Rendition, Track
from django.utils import timezone
import os
for name, key in {files!r}:
    library, _ = Library.objects.get_or_create(root={root!r})
    seen = os.stat(paths.absolute({root!r}, name))
    track = Track.objects.create(title=name.encode(errors="replace").decode(), created_at=timezone.now())
    master = Master.objects.create(track=track, fingerprint=key, container="flac", codec="flac", size=seen.st_size)
    file = LibraryFile.objects.create(library=library, path=name, size=seen.st_size, mtime_ns=seen.st_mtime_ns)
    Rendition.objects.create(track=track, master=master, name="source", key=key, extension="flac", mime="audio/flac",
        size=seen.st_size, file=file, created_at=timezone.now())
    derived.refresh_cards([track.id])
    print("track", track.id)
"""
RENAME = """
from catalog.models import LibraryFile
LibraryFile.objects.filter(path={old!r}).update(path={new!r})
"""


@dataclass
class Reply:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes


class Client:
    """One keep-alive connection that sends targets as they are."""

    def __init__(self, server: rig.Server) -> None:
        self.server = server
        keys = json.loads((server.var / "keys.json").read_text())
        self.kid = keys["media_signing_kid"]
        self.key = keys["media_signing_keys"][self.kid]
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)

    def ask(self, target: str, method: str = "GET", headers: dict[str, str] | None = None) -> Reply:
        self.connection.request(method, target, headers=headers or {})
        answer = self.connection.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())

    def signed(self, path: str = PATH, *, exp: int | None = None) -> str:
        return signing.sign(path, exp or signing.exp_for(time.time()), self.kid, self.key)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rig.Server]:
    var = tmp_path_factory.mktemp("media")
    for path, content in (
        (var / "media" / "media" / KEY[:2] / f"{KEY}.mp3", SONG),
        (var / "media" / "covers" / COVER_KEY[:2] / COVER_KEY / "320.webp", COVER),
    ):
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    with rig.running(var, extra={"PLAYER_ORIGINS": PLAYER}) as started:
        yield started


@pytest.fixture
def client(server: rig.Server) -> Client:
    return Client(server)


def put_in_place(server: rig.Server, folder: Path, *names: str) -> list[str]:
    """Give each file of the folder a rendition in place; return the keys."""
    keys = [hashlib.sha256(os.fsencode(folder / name)).hexdigest() for name in names]
    server.manage("shell", "-c", PUT_IN_PLACE.format(files=list(zip(names, keys, strict=True)), root=str(folder)))
    return keys


def test_signed_url_answers_the_whole_file(client: Client) -> None:
    reply = client.ask(client.signed())
    assert reply.status == 200
    assert reply.body == SONG
    expected = {
        "content-type": "audio/mpeg",
        "content-length": str(len(SONG)),
        "etag": f'"{KEY}"',
        "accept-ranges": "bytes",
        "cache-control": "public, max-age=31536000, immutable",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "vary": "Origin",
    }
    assert {name: reply.headers.get(name) for name in expected} == expected
    assert "set-cookie" not in reply.headers
    assert "access-control-allow-origin" not in reply.headers


def test_head_answers_the_same_headers_without_the_bytes(client: Client) -> None:
    whole, head = client.ask(client.signed()), client.ask(client.signed(), "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers | {"date": ""} == whole.headers | {"date": ""}


def test_two_thousand_ranges_are_slices_of_the_file(client: Client) -> None:
    """Valid and malformed ranges, held against the file itself."""
    chance = random.Random(20260101)
    size, target, different = len(SONG), client.signed(), 0
    for _ in range(2000):
        first, last = chance.randrange(size + 5000), chance.randrange(size + 5000)
        header, expected = chance.choice(
            [
                (f"bytes={first}-{last}", SONG[first : last + 1] if first <= last else None),
                (f"bytes={first}-", SONG[first:]),
                (f"bytes={first}-{first + last % 2000}", SONG[first : first + last % 2000 + 1]),
                (f"bytes=-{last}", SONG[-last:] if last else b""),
                (f"bytes={first}-{last},{first}-{last}", None),
                (f"items={first}-{last}", None),
                (f"bytes={first}", None),
                (f"bytes={first}-{last}x", None),
                (chance.choice(["", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=--1"]), None),
            ]
        )
        reply = client.ask(target, headers={"Range": header})
        if expected is None:
            right = (reply.status, reply.body) == (200, SONG)
        elif not expected:
            right = (reply.status, reply.headers["content-range"]) == (416, f"bytes */{size}")
        else:
            start = size - len(expected) if header.startswith("bytes=-") else first
            span = f"bytes {start}-{start + len(expected) - 1}/{size}"
            right = (reply.status, reply.body, reply.headers["content-range"]) == (206, expected, span)
        different += not right
    assert different == 0


def test_two_range_headers_answer_the_whole_file(client: Client) -> None:
    client.connection.putrequest("GET", client.signed())
    client.connection.putheader("Range", "bytes=0-0")
    client.connection.putheader("Range", "bytes=5-9")
    client.connection.endheaders()
    answer = client.connection.getresponse()
    assert (answer.status, answer.read()) == (200, SONG)


def test_if_range_continues_only_the_same_bytes(client: Client) -> None:
    same = client.ask(client.signed(), headers={"Range": "bytes=100-199", "If-Range": f'"{KEY}"'})
    assert (same.status, same.body) == (206, SONG[100:200])
    other = client.ask(client.signed(), headers={"Range": "bytes=100-199", "If-Range": '"other"'})
    assert (other.status, other.body) == (200, SONG)


def test_unchanged_file_is_not_sent_again(client: Client) -> None:
    reply = client.ask(client.signed(), headers={"If-None-Match": f'"{KEY}"'})
    assert (reply.status, reply.body) == (304, b"")
    assert reply.headers["etag"] == f'"{KEY}"'


def test_every_other_spelling_of_a_signed_path_is_refused(client: Client) -> None:
    path, _, query = client.signed().partition("?")
    for target in (
        f"{path}?{query}&x=1",
        f"{path}?{'&'.join(reversed(query.split('&')))}",
        f"{path}?{query.upper()}",
        f"{path}?{query}&{query}",
        f"{path.replace('/media/', '/media//')}?{query}",
        f"{path.replace('.mp3', '%252Emp3')}?{query}",
        f"/media/%2e%2e{path}?{query}",
        f"/media/../{path}?{query}",
        f"{path};a=b?{query}",
        path.upper().replace("/MEDIA/", "/media/") + f"?{query}",
        path,
        f"{path}?",
    ):
        reply = client.ask(target)
        assert (target, reply.status, reply.headers["cache-control"]) == (target, 403, "no-store")


def test_expired_url_is_gone(client: Client) -> None:
    reply = client.ask(client.signed(exp=int(time.time())))
    assert (reply.status, reply.headers["cache-control"]) == (410, "no-store")


def test_signed_path_without_a_file_is_not_found(client: Client) -> None:
    for path in (f"/media/ff/{'f' * 64}.mp3", "/media/keys.json", "/media/../keys.json", f"/media/ab/{'f' * 64}.mp3"):
        reply = client.ask(client.signed(path))
        assert (path, reply.status, reply.headers["cache-control"]) == (path, 404, "no-store")


def test_other_methods_are_refused(client: Client) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        reply = client.ask(client.signed(), method)
        assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_players_origin_may_read_and_no_other(client: Client) -> None:
    own = client.ask(client.signed(), headers={"Origin": PLAYER, "Range": "bytes=0-0"})
    assert own.headers["access-control-allow-origin"] == PLAYER
    assert own.headers["access-control-expose-headers"] == "Content-Range, Content-Length, Accept-Ranges"
    assert "access-control-allow-credentials" not in own.headers
    for origin in ("null", "https://evil.example", f"{PLAYER}.evil.example", PLAYER.upper()):
        other = client.ask(client.signed(), headers={"Origin": origin})
        assert "access-control-allow-origin" not in other.headers
        assert other.headers["vary"] == "Origin"
    refused = client.ask(PATH, headers={"Origin": PLAYER})
    assert refused.headers["access-control-allow-origin"] == PLAYER  # so that the player can see that it is a 403


def test_preflight_needs_no_signature(client: Client) -> None:
    asked = {"Origin": PLAYER, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "range"}
    reply = client.ask(PATH, "OPTIONS", asked)
    assert reply.status == 204
    assert reply.headers["access-control-allow-origin"] == PLAYER
    assert "Range" in reply.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in client.ask(PATH, "OPTIONS").headers


def test_cover_is_immutable_and_other_sizes_are_not_there(client: Client) -> None:
    folder = f"/covers/{COVER_KEY[:2]}/{COVER_KEY}"
    reply = client.ask(f"{folder}/320.webp")
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, COVER, "image/webp")
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    for target in (
        f"{folder}/64.webp",
        f"{folder}/500.webp",
        f"{folder}/320.png",
        f"{folder}/",
        "/covers/../keys.json",
    ):
        assert client.ask(target).status == 404


def test_file_in_place_is_played_and_a_changed_one_is_gone(client: Client, tmp_path: Path) -> None:
    song = tmp_path / "a b%20c ü 青.flac"
    song.write_bytes(SONG)
    (key,) = put_in_place(client.server, tmp_path, song.name)
    target = client.signed(f"/media/{key[:2]}/{key}.flac")
    reply = client.ask(target, headers={"Range": "bytes=7-1006"})
    assert (reply.status, reply.body, reply.headers["content-type"]) == (206, SONG[7:1007], "audio/flac")
    assert client.ask(client.signed(f"/media/{key[:2]}/{key}.mp3")).status == 404

    song.rename(tmp_path / "renamed.flac")
    client.server.manage("shell", "-c", RENAME.format(old=song.name, new="renamed.flac"))
    assert client.ask(target).status == 200

    os.utime(tmp_path / "renamed.flac", ns=(1, 1))
    gone = client.ask(target)
    assert (gone.status, gone.headers["cache-control"]) == (410, "no-store")
    count = "from catalog.models import Work; print('rescans', Work.objects.filter(kind='rescan').count())"
    assert "rescans 1" in client.server.manage("shell", "-c", count).stdout


def test_stable_address_redirects_or_sends_the_bytes(client: Client, tmp_path: Path) -> None:
    (tmp_path / "x.flac").write_bytes(SONG)
    code = PUT_IN_PLACE.format(files=[("x.flac", "ef" * 32)], root=str(tmp_path))
    track_id = client.server.manage("shell", "-c", code).stdout.split("track ")[1].split()[0]
    stable = f"/api/v1/tracks/{track_id}/audio"
    moved = client.ask(stable)
    assert (moved.status, moved.headers["cache-control"]) == (302, "no-store")
    assert client.ask(moved.headers["location"].removeprefix(client.server.url)).body == SONG
    sent = client.ask(stable, headers={"Prefer": "bytes", "Range": "bytes=1-10"})
    assert (sent.status, sent.body, sent.headers["cache-control"]) == (206, SONG[1:11], "no-store")
    assert sent.headers["content-type"] == "audio/flac"
    assert "x-media-path" not in sent.headers
    head = client.ask(stable, "HEAD", {"Prefer": "bytes"})
    assert (head.status, head.headers["content-length"], head.body) == (200, str(len(SONG)), b"")


def test_file_whose_name_is_not_utf8_is_played(client: Client, tmp_path: Path) -> None:
    """The server takes paths as text only; such a name is no text."""
    (tmp_path / "caf\udce9.flac").write_bytes(SONG)  # the byte E9
    (key,) = put_in_place(client.server, tmp_path, paths.to_text("caf\udce9.flac"))
    reply = client.ask(client.signed(f"/media/{key[:2]}/{key}.flac"), headers={"Range": "bytes=0-99"})
    assert (reply.status, reply.body) == (206, SONG[:100])


def test_removed_file_is_gone(client: Client, tmp_path: Path) -> None:
    (tmp_path / "x.flac").write_bytes(SONG)
    (key,) = put_in_place(client.server, tmp_path, "x.flac")
    (tmp_path / "x.flac").unlink()
    assert client.ask(client.signed(f"/media/{key[:2]}/{key}.flac")).status == 410


def test_memory_stays_flat_while_fifty_clients_stream(client: Client) -> None:
    """Fifty clients that read slowly hold no copy of the file in the server."""
    clients = [Client(client.server) for _ in range(50)]
    client.ask(client.signed())
    before = resident(client.server)
    for each in clients:
        each.connection.request("GET", each.signed())
    answers = [each.connection.getresponse() for each in clients]
    for answer in answers:
        answer.read(1000)
    during = resident(client.server)
    assert all(len(answer.read()) == len(SONG) - 1000 for answer in answers)
    print(f"resident: {before / 2**20:.0f} MB before, {during / 2**20:.0f} MB while 50 clients stream")
    assert during - before < 25 * 2**20


def resident(server: rig.Server) -> int:
    """Return the resident bytes of the server's processes."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == server.process.pid:  # its process group
            total += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    return total
