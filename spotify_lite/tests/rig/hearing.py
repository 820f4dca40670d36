"""Listeners who take a song's bytes: some jump about in it, one plays it through no faster than it sounds."""

import hashlib
import http.client
import random
import socket
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

import orjson

HOST = "127.0.0.1"
SIZE = 4_000_000  # bytes: more than the lines between hold
SOUND = hashlib.shake_128(b"song").digest(SIZE)
PACE = 1_500_000  # bytes a second
# Gives the first song of the rig's audience its bytes, in the installation where it runs.
MAKE = f"""
import hashlib
from pathlib import Path
from django.conf import settings
from catalog import derived
from catalog.models import Rendition
one = Rendition.objects.order_by("track_id").first()
path = Path(settings.MEDIA_DIR, "media", one.key[:2], f"{{one.key}}.{{one.extension}}")
path.parent.mkdir(parents=True, exist_ok=True)
path.write_bytes(hashlib.shake_128(b"song").digest({SIZE}))
Rendition.objects.filter(id=one.id).update(size={SIZE})
derived.refresh_cards([one.track_id])
"""


def address(port: int, track: int, token: str) -> str:
    """Return the signed address, without a host, that the track's JSON tells."""
    line = http.client.HTTPConnection(HOST, port, timeout=20)
    line.request("GET", f"/api/v1/tracks/{track}", headers={"Authorization": f"Token {token}"})
    parts = urlsplit(orjson.loads(line.getresponse().read())["audio_url"])
    line.close()
    return f"{parts.path}?{parts.query}"


class Transfer:
    """The whole song over a line of its own, taken with little room to read ahead."""

    def __init__(self, port: int, target: str) -> None:
        self._stream = socket.socket()
        self._stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        self._stream.settimeout(20)
        self._stream.connect((HOST, port))
        self._stream.sendall(f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        self._received = b""

    def read(self, size: int = SIZE * 2, *, pace: float = 1e12) -> bytes:
        """Read on until so many bytes have come, or the end; return all that came of the song."""
        while len(self._received) < size and (piece := self._stream.recv(65_536)):
            self._received += piece
            time.sleep(len(piece) / pace)
        return self._received.partition(b"\r\n\r\n")[2]

    def close(self) -> None:
        self._stream.close()


class Ears:
    """Those who hear, in threads; use as a context manager."""

    def __init__(self, port: int, target: str, *, seed: int) -> None:
        self.seen: Counter[str] = Counter()  # statuses, and what went wrong
        self._port, self._target, self._ended = port, target, threading.Event()
        jumping = [threading.Thread(target=self._jump, args=(random.Random(seed + number),)) for number in range(2)]
        self._threads = [*jumping, threading.Thread(target=self._hear)]

    def __enter__(self) -> "Ears":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _jump(self, chance: random.Random) -> None:
        """Ask for ranges on one line, as somebody who cannot decide."""
        line = http.client.HTTPConnection(HOST, self._port, timeout=20)
        while not self._ended.wait(0.05):
            first = chance.randrange(SIZE - 100_000)
            end = first + chance.randrange(1, 100_000)
            try:
                line.request("GET", self._target, headers={"Range": f"bytes={first}-{end - 1}"})
                answer = line.getresponse()
                right = answer.read() == SOUND[first:end]
                self.seen[f"{answer.status}{'' if right else ', other bytes'}"] += 1
            except (OSError, http.client.HTTPException) as error:
                self.seen[repr(error)] += 1
                line.close()

    def _hear(self) -> None:
        while not self._ended.is_set():
            try:
                transfer = Transfer(self._port, self._target)
                heard = transfer.read(pace=PACE)
                transfer.close()
                self.seen["heard through" if heard == SOUND else f"broken off after {len(heard)} bytes"] += 1
            except OSError as error:
                self.seen[repr(error)] += 1
