"""The broker of the embedded mode: kombu's messages in folders, each of which appears whole.

kombu writes a message under its final name; a worker that looks in between reads nothing, and ends. And it lists the
folder for each message: with many thousands there, a worker would read fewer than sweeps add.
"""

import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    """A channel whose messages get their names once they are written, and which lists them once for all of them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._listed: dict[str, list[str]] = {}  # by queue: names that were there, the oldest last

    def _put(self, queue: str, message: Any, **_: Any) -> None:  # type: ignore[override]  # as kombu calls it
        """Write `message` into the queue's folder; raise OSError where it cannot be kept."""
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"  # in the order of their times
        draft = Path(self.data_folder_out) / f"{name}.draft"
        draft.write_text(dumps(message))
        draft.rename(draft.with_name(name))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """Take the oldest message; raise Empty where there is none."""
        names = self._listed.get(queue) or self._list(queue)
        self._listed[queue] = names
        while names:
            file = Path(self.data_folder_in) / names.pop()
            try:
                message = file.read_bytes()
                file.unlink()
            except FileNotFoundError:
                continue  # another worker was first
            return loads(message)
        raise Empty

    def _list(self, queue: str) -> list[str]:
        names = os.listdir(self.data_folder_in)  # noqa: PTH208 - no objects for many thousands of names
        return sorted((name for name in names if name.partition(".")[2] == f"{queue}.msg"), reverse=True)


class Transport(filesystem.Transport):
    """kombu's, with our channel."""

    Channel = Channel
