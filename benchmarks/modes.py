"""The web node as `benchmarks.progress` compares it, by WRITES, with its statements and transactions counted.

`group` is the node as it is; `each` has a transaction for each request; `empty` parses, knows who asks and answers, and
writes nothing. COUNTS names a file that holds two numbers of 8 bytes, which the benchmark reads while this runs.
"""

import mmap
import os
import struct
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from spotify_lite.rsgi import app  # sets Django up, which the next imports need

from django.db.backends.signals import connection_created  # isort: skip
from playback import listening  # isort: skip

__all__ = ["app"]

LAYOUT = struct.Struct("=QQ")  # statements without BEGIN and COMMIT; transactions that store positions
_counts = [0, 0]
_lock = threading.Lock()
with Path(os.environ["COUNTS"]).open("r+b") as _file:
    _shared = mmap.mmap(_file.fileno(), LAYOUT.size)
_store = listening.store


def _count(statements: int, transactions: int) -> None:
    with _lock:
        _counts[0] += statements
        _counts[1] += transactions
        _shared[:] = LAYOUT.pack(*_counts)


def _watched(execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
    if not sql.startswith(("BEGIN", "COMMIT", "PRAGMA")):
        _count(1, 0)
    return execute(sql, parameters, many, context)


def _watch(*, connection: Any, **_: Any) -> None:
    connection.execute_wrappers.append(_watched)


def _counted(batch: Sequence[listening.Listening]) -> Any:
    _count(0, 1)
    return _store(batch)


class Each:
    """Stores every write by itself, in the thread of its request."""

    def submit(self, write: listening.Listening, *, rows: int) -> Any:
        return _counted([write])[0]


def _nothing(who: Any, raw_events: list[Any], **_: Any) -> listening.Report:
    return listening.Report(len(raw_events), [])


connection_created.connect(_watch)
match os.environ["WRITES"]:
    case "each":
        listening.positions = Each()  # type: ignore[assignment]
    case "empty":
        listening.report = _nothing
    case _:
        listening.positions._store = _counted
