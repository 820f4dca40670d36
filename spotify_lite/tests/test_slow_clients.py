"""Slow clients hold no thread: while many read or write slowly, everybody else is answered on the same port."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from playback import signing
from spotify_lite.tests.rig import server as rig

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("slow")]

LISTENERS = 60
SONG = bytes(4 * 1024 * 1024)
KEY = "ab" * 32


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rig.Server]:
    var = tmp_path_factory.mktemp("slow")
    song = var / "media" / "media" / KEY[:2] / f"{KEY}.mp3"
    song.parent.mkdir(parents=True)
    song.write_bytes(SONG)
    with rig.running(var) as started:
        yield started


def test_sixty_slow_listeners_hold_up_nobody(server: rig.Server) -> None:
    """Each reads 10 KB/s of a 4 MB song for three seconds; pages and media answer all along."""
    keys = json.loads((server.var / "keys.json").read_text())
    kid = keys["media_signing_kid"]
    path = f"/media/{KEY[:2]}/{KEY}.mp3"
    target = signing.sign(path, signing.exp_for(time.time()), kid, keys["media_signing_keys"][kid])
    done = Event()
    streams = [slow_stream(server, target) for _ in range(LISTENERS)]
    reader = Thread(target=read_slowly, args=(streams, done))
    reader.start()
    try:
        waits = [seconds_of(server, each) for _ in range(30) for each in ("/healthz", "/readyz", target)]
    finally:
        done.set()
        reader.join()
        for stream in streams:
            stream.close()
    print(f"slowest of {len(waits)} answers beside {LISTENERS} slow listeners: {max(waits) * 1000:.0f} ms")
    assert max(waits) < 2.0


def test_slow_uploads_hold_up_nobody(server: rig.Server) -> None:
    """More unfinished uploads than there are threads."""
    streams = []
    for _ in range(24):
        stream = socket.create_connection(("127.0.0.1", server.port))
        stream.sendall(b"POST /api/v1/me/progress HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\nslow")
        streams.append(stream)
    try:
        assert max(seconds_of(server, "/healthz") for _ in range(20)) < 2.0
    finally:
        for stream in streams:
            stream.close()


def slow_stream(server: rig.Server, target: str) -> socket.socket:
    stream = socket.socket()
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)  # bytes; so that the server does wait
    stream.connect(("127.0.0.1", server.port))
    stream.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    return stream


def read_slowly(streams: list[socket.socket], done: Event) -> None:
    while not done.wait(0.1):
        for stream in streams:
            assert stream.recv(1024)


def seconds_of(server: rig.Server, target: str) -> float:
    """Return how long a whole answer took, at least 30 ms after the one before."""
    time.sleep(0.03)
    start = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", target)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200
    return time.monotonic() - start
