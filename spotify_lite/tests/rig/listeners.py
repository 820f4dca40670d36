"""Listeners who write at a given rate, as players do: they resend until acknowledged, and keep a ledger of it.

    with listeners.listening(port, accounts, tracks, rate=200, seed=7) as people:
        people.wait(writes=500)
        ...                              # kill something, start it again
    assert not people.ledger.wrong
    report = people.ledger.compare(primary.rows)

Cheap on purpose, one thread without threads: what is measured is the service.
"""

import asyncio
import random
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import orjson

from spotify_lite.tests.rig.devices import Device, request_of
from spotify_lite.tests.rig.ledger import QUERIES, Account, Ledger, Position, Press, Queue, Report, Rows, Write, key_of
from spotify_lite.tests.rig.lines import PATIENCE, Line

BEHIND_MS = 12 * 3600 * 1000  # so old is the first event: `at` runs ahead of the clock that writes
HEALED = 90.0  # seconds in which all that waits is acknowledged, once nothing is wrong any more


class Listeners:
    """The people, in a thread of their own."""

    def __init__(
        self,
        port: int,
        accounts: Sequence[Account],
        tracks: Sequence[int],
        *,
        rate: float,
        seed: int,
        host: str = "127.0.0.1",
        trust: ssl.SSLContext | None = None,
        reads: Sequence[str] = (),
    ) -> None:
        self.ledger = Ledger()
        self._where = (port, host, trust)
        self._accounts, self._reads = accounts, reads
        self._chance = random.Random(seed)
        now_ms = time.time_ns() // 1_000_000
        self._devices = [  # two of each account, of which the second is some seconds behind
            Device(account, Line(port, host, trust, account.token), now_ms - BEHIND_MS - 5_000 * number,
                   random.Random(self._chance.random()), tracks)
            for account in accounts for number in range(2)
        ]  # fmt: skip
        self._period = len(self._devices) / rate
        self._loop = asyncio.new_event_loop()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="listeners", daemon=True)
        self.began = time.monotonic()
        self.seconds = 0.0  # of writing

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let nobody do anything more, and wait until all that was done is acknowledged."""
        self._stopping = True
        self._thread.join(HEALED + PATIENCE)
        assert not self._thread.is_alive()

    def wait(self, *, writes: int, seconds: float = 60.0) -> None:
        """Wait until so many more writes are acknowledged."""
        enough, until = self.ledger.written + writes, time.monotonic() + seconds
        while self.ledger.written < enough:
            assert time.monotonic() < until, f"{writes} writes were not acknowledged: {self.ledger.statuses()}"
            time.sleep(0.01)

    def book(self) -> Ledger:
        """Return the ledger as it is now."""
        return asyncio.run_coroutine_threadsafe(self._book(), self._loop).result()

    def compare(self, rows: Rows) -> Report:
        """Compare what is acknowledged now with the tables, while everybody goes on."""
        known = self.book()
        tables = {sql: rows(sql) for sql in QUERIES}
        return known.compare(tables.__getitem__, later=self.book())

    def read_back(self) -> Report:
        """Compare with what the API tells each listener; after `stop`."""
        report = Report()
        asyncio.run(self._read_back(report))
        return report

    async def _book(self) -> Ledger:
        return self.ledger.copy()

    def _run(self) -> None:
        self._loop.run_until_complete(self._all())
        self._loop.close()

    async def _all(self) -> None:
        tasks = [asyncio.ensure_future(self._listen(device)) for device in self._devices]
        readers = [asyncio.ensure_future(self._read(path)) for path in self._reads]
        readers += [asyncio.ensure_future(self._look(account)) for account in self._accounts[:3]]
        await asyncio.gather(*tasks)
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        for device in self._devices:
            device.line.close()
        await asyncio.sleep(0)  # for what was closed

    async def _listen(self, device: Device) -> None:
        due = time.monotonic() + self._chance.random() * self._period
        healed = 0.0
        while not (self._stopping and not device.outbox):
            now = time.monotonic()
            if self._stopping:
                healed = healed or now + HEALED
                if now > healed:
                    self.ledger.wrong.append(f"{len(device.outbox)} writes of {device.account.id} were never taken")
                    return
            while due <= now and not self._stopping:
                device.act()
                due += self._period
            if device.outbox:
                await self._send(device)
            else:
                await asyncio.sleep(max(0.001, due - now))
        self.seconds = max(self.seconds, time.monotonic() - self.began)

    async def _send(self, device: Device) -> None:
        """Send what waits; take it off the outbox where it is acknowledged, else wait as the answer says."""
        batch = device.batch()
        kind, method, path, body = request_of(batch)
        for write in batch:
            self.ledger.sent.add(device.account.id, write)
        began = time.monotonic()
        status, headers, answer = await device.line.ask(method, path, orjson.dumps(body))
        wait = headers.get("retry-after", "")
        self.ledger.note(kind, status, began=began, retry_after=bool(wait))
        if status in {200, 201}:
            self._check(device, batch, orjson.loads(answer))
            for write in batch:
                self.ledger.acknowledged.add(device.account.id, write)
                device.outbox.popleft()
            self.ledger.written += len(batch)
            device.known.extend(batch)
        elif 400 <= status < 500 and status not in {408, 429}:
            self.ledger.wrong.append(f"{kind}: {status} {answer[:300]!r}")
            device.outbox.popleft()
        else:
            await asyncio.sleep(float(wait or 0.2) * device.chance.uniform(1, 1.2))

    def _check(self, device: Device, batch: list[Write], answer: dict[str, object]) -> None:
        first = batch[0]
        if isinstance(first, Position) and answer["accepted"] != len(batch):
            self.ledger.wrong.append(f"progress: {answer}")
        elif isinstance(first, Queue) and key_of(answer) < first.key:
            self.ledger.wrong.append(f"playback: {first.key} was sent, and {key_of(answer)} stands")
        elif isinstance(first, Press) and answer["play_id"] != str(first.play_id):
            self.ledger.wrong.append(f"play: {first.play_id} became {answer['play_id']}")

    async def _read(self, path: str) -> None:
        line = Line(*self._where, self._accounts[0].token)
        while True:
            began = time.monotonic()
            status, headers, _ = await line.ask("GET", path)
            self.ledger.note(path, status, began=began, retry_after="retry-after" in headers)
            await asyncio.sleep(0.1)

    async def _look(self, account: Account) -> None:
        """Ask where one's queue stands, again and again: it never goes back behind what was acknowledged."""
        line = Line(*self._where, account.token)
        while True:
            known = self.ledger.acknowledged.queues.get(account.id)
            before, began = max(known) if known else None, time.monotonic()
            status, headers, answer = await line.ask("GET", "/api/v1/me/playback")
            self.ledger.note("look", status, began=began, retry_after="retry-after" in headers)
            if status == 200 and before and key_of(orjson.loads(answer)) < before:
                self.ledger.wrong.append(f"look of {account.id}: {before} was acknowledged, then {answer[:200]!r}")
            await asyncio.sleep(0.1)

    async def _read_back(self, report: Report) -> None:
        for account in self._accounts:
            line = Line(*self._where, account.token)
            status, _, answer = await line.ask("GET", "/api/v1/me/playback")
            assert status == 200, answer
            self.ledger.read_playback(account, orjson.loads(answer), report)
            status, _, answer = await line.ask("GET", "/api/v1/me/continue?limit=100")
            assert status == 200, answer
            self.ledger.read_continued(account, orjson.loads(answer)["results"], report)
            line.close()


@contextmanager
def listening(port: int, accounts: Sequence[Account], tracks: Sequence[int], **more: object) -> Iterator[Listeners]:
    """Let people listen for the while, and wait at the end until all that they did is acknowledged."""
    people = Listeners(port, accounts, tracks, **more)  # type: ignore[arg-type]
    people.start()
    try:
        yield people
    finally:
        people.stop()
