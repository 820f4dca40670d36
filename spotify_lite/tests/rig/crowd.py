"""A crowd that reports positions without rest, and a ledger of what it was told: cheap enough for thousands a second.

    with crowd.reporting(port, accounts, tracks, members=1_200) as people:
        ...
    assert people.other == {} and people.lost(port) == []

Each member is a connection of its own with one song of one listener, and reports one position after the other;
refused or cut off, it goes on with the next, at once or as `rate` allows. So the last one that was accepted must be
readable afterwards, or a later one that was sent.
"""

import asyncio
import http.client
import json
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice, product
from typing import cast
from uuid import UUID

import uvloop

from spotify_lite.tests.rig.ledger import Account, ms_of, time_of

REPORTS = 18  # of a play: one each 10 s of a song
STEP_MS = 350  # of a position; the songs of `rig.audience` are 2 s long, so that the fourth report counts the play
APART_MS = 10_000  # between two reports of a member, by its clock
BEHIND_MS = 24 * 3600 * 1000  # so old is the first report
TICK = 0.01  # seconds between two turns of a crowd that keeps a rate
ANSWERED = 20.0  # seconds in which all that was sent is answered
AGAIN = 0.2  # seconds until a connection that broke is opened again


class Member(asyncio.Protocol):
    """A player with one song."""

    def __init__(self, crowd: "Crowd", account: Account, track_id: int, number: int) -> None:
        self.account, self.track_id = account, track_id
        self.accepted: tuple[int, int] | None = None  # (at, position) of the last one that was
        self.sent: dict[int, int] = {}  # at -> position of all that may be there: the last accepted, and later ones
        self._crowd, self._number = crowd, number
        self._reports = 0
        self._at_ms = crowd.begins_ms + number
        self._answer = b""
        self._transport: asyncio.Transport | None = None
        self.waiting = False  # for an answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._answer, self.waiting = b"", False
        self._crowd.idle.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self.waiting:
            self._crowd.broken += 1
            self.waiting = False
        self._crowd.open_later(self)

    def report(self) -> bool:
        """Send the next position; say whether there is a line to send it on."""
        if self._transport is None or self.waiting:
            return False
        play, step = divmod(self._reports, REPORTS)
        self._reports, self._at_ms = self._reports + 1, self._at_ms + APART_MS
        position_ms = min(2_000, 1 + step * STEP_MS)
        self.sent[self._at_ms] = position_ms
        play_id = UUID(int=self._number << 64 | play)
        event = (
            f'{{"events":[{{"play_id":"{play_id}","seq":{step},"track_id":{self.track_id},'
            f'"position_ms":{position_ms},"state":"playing","at":"{time_of(self._at_ms)}"}}]}}'
        )
        head = f"POST /api/v1/me/progress HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Token {self.account.token}\r\n"
        length = f"Content-Type: application/json\r\nContent-Length: {len(event)}\r\n\r\n"
        self._transport.write((head + length + event).encode())
        self.waiting = True
        return True

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end:
            return
        head = head.lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        status = int(head[9:12])
        self._answer, self.waiting = b"", False
        self._note(status, body, told_when=b"\r\nretry-after:" in head)
        self._crowd.idle.append(self)
        if not self._crowd.rate:
            self._crowd.turn()

    def _note(self, status: int, body: bytes, *, told_when: bool) -> None:
        if status == 200 and b'"accepted":1' in body:
            self._crowd.accepted += 1
            self.accepted = (self._at_ms, self.sent[self._at_ms])
            self.sent = {self._at_ms: self.sent[self._at_ms]}
        elif status in {429, 503} and told_when:
            self._crowd.refused += 1
        else:
            self._crowd.other[f"{status} {body[:200]!r}"] += 1

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Crowd:
    """Its members, in a thread of their own."""

    def __init__(
        self, port: int, accounts: Sequence[Account], tracks: Sequence[int], *, members: int, rate: float = 0.0
    ) -> None:
        self.rate = rate  # positions a second; 0: each reports as soon as it has an answer
        self.begins_ms = time.time_ns() // 1_000_000 - BEHIND_MS
        self.idle: deque[Member] = deque()
        self.accepted = self.refused = self.broken = 0
        self.late = 0  # positions that the rate asked for while all members waited for answers
        self.other: Counter[str] = Counter()  # answers that no overload excuses
        self._port = port
        pairs = islice(product(tracks, accounts), members)
        self._members = [Member(self, account, track, number) for number, (track, account) in enumerate(pairs)]
        assert len(self._members) == members, "a member is a song of a listener"
        self._loop = uvloop.new_event_loop()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="crowd", daemon=True)
        self.seconds = 0.0

    @property
    def offered(self) -> int:
        """Return how many positions were answered or cut off."""
        return self.accepted + self.refused + self.broken + sum(self.other.values())

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop reporting, and wait a while for answers that are still to come."""
        self._stopping = True
        self._thread.join(60)
        assert not self._thread.is_alive()

    def open_later(self, member: Member) -> None:
        if not self._stopping:
            self._loop.call_later(AGAIN, lambda: self._loop.create_task(self._open(member)))

    def turn(self) -> None:
        """Let one who has nothing to wait for report."""
        while self.idle and not self._stopping:
            if self.idle.popleft().report():
                return

    def lost(self, port: int) -> list[str]:
        """Return what each listener's `me/continue` does not show of what was accepted."""
        shown: dict[tuple[str, int], tuple[int, int]] = {}
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for token in {member.account.token for member in self._members}:
            connection.request("GET", "/api/v1/me/continue?limit=100", headers={"Authorization": f"Token {token}"})
            answer = connection.getresponse()
            body = json.loads(answer.read())
            assert answer.status == 200, body
            for one in body["results"]:
                shown[token, one["track"]["id"]] = ms_of(one["updated_at"]), one["position_ms"]
        connection.close()
        faults = []
        for member in self._members:
            at, position = shown.get((member.account.token, member.track_id), (0, 0))
            if member.accepted and (at < member.accepted[0] or member.sent.get(at) != position):
                faults.append(f"{member.accepted} was accepted, {(at, position)} is shown")
        return faults

    @property
    def remembered(self) -> int:
        """Return how many members have a position that was accepted."""
        return sum(member.accepted is not None for member in self._members)

    def _run(self) -> None:
        self._loop.run_until_complete(self._report())
        self._loop.close()

    async def _report(self) -> None:
        for member in self._members:
            self._loop.create_task(self._open(member))
        began, done = time.monotonic(), 0
        while not self._stopping:
            await asyncio.sleep(TICK)
            due = int((time.monotonic() - began) * self.rate) - done if self.rate else len(self.idle)
            done += due
            for _ in range(due):
                if not self.idle:
                    self.late += 1
                self.turn()
        self.seconds = time.monotonic() - began
        until = time.monotonic() + ANSWERED
        while time.monotonic() < until and any(member.waiting for member in self._members):
            await asyncio.sleep(TICK)  # what was answered meanwhile counts
        for member in self._members:
            member.close()
        await asyncio.sleep(0.1)

    async def _open(self, member: Member) -> None:
        try:
            await self._loop.create_connection(lambda: member, "127.0.0.1", self._port)
        except OSError:
            self.open_later(member)


@contextmanager
def reporting(
    port: int, accounts: Sequence[Account], tracks: Sequence[int], *, members: int, rate: float = 0.0
) -> Iterator[Crowd]:
    """Let the crowd report for the while."""
    people = Crowd(port, accounts, tracks, members=members, rate=rate)
    people.start()
    try:
        yield people
    finally:
        people.stop()
