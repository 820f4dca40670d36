"""Read the catalog as documents in processes beside the one that writes them: reading costs more than writing."""

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from catalog.search import entries, tables
from catalog.search.documents import Document
from catalog.search.entries import BATCH, Batch, Source
from spotify_lite import apart

MOST = 3  # readers: more would wait for the writer
WORTH = 4 * BATCH  # rows; below, a process takes longer to start than to read them


@contextmanager
def source(rows: int) -> Iterator[Source]:
    """Read so many rows here, or in as many processes as the machine has to spare."""
    if rows < WORTH or not apart.possible():
        yield entries.after
        return
    count = min(MOST, max(1, (os.cpu_count() or 1) - 1))
    readers = [apart.start("catalog.search.readers.answer") for _ in range(count)]
    try:
        yield _Ahead(readers)
    finally:
        for reader in readers:
            reader.close()  # which ends it


@dataclass
class _Ahead:
    """A source whose readers are always one batch ahead, each."""

    readers: list[Connection]
    _kind: str = ""
    _place: int = -1  # the sid after which there is nothing asked for yet
    _asked: deque[tuple[Connection, int, int]] = field(default_factory=deque)  # reader, rows, last sid; in order

    def __call__(self, kind: str, sid: int) -> Batch:
        if kind != self._kind:
            self._kind, self._place = kind, sid
            for reader in self.readers:
                self._ask(reader)
        if not self._asked:
            return Batch([], 0, sid)
        reader, rows, last = self._asked.popleft()
        found = [Document(*values) for values in reader.recv()]
        self._ask(reader)
        return Batch(found, rows, last)

    def _ask(self, reader: Connection) -> None:
        rows, last = entries.places(self._kind, self._place)
        if rows:
            reader.send((self._kind, rows))
            self._asked.append((reader, len(rows), last))
            self._place = last


def answer(asks: Connection) -> None:
    """Answer asks until whoever asks is gone."""
    while True:
        try:
            kind, row_ids = asks.recv()
            asks.send(list(map(tables.values_of, entries.of_ids(kind, row_ids))))
        except (EOFError, ConnectionError):
            return
