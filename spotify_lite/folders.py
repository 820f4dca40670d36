"""The broker of the embedded mode: kombu's messages in folders, each of which appears whole.

kombu writes a message under its final name; a worker that looks in between reads nothing, and ends. And it lists the
folder for each message: with many thousands there, a worker would read fewer than sweeps add.
"""

import os
import time
import uuid
from collections import defaultdict
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

FRESH = 0.05  # seconds in which the folder is not listed again; workers look ten times a second


class Channel(filesystem.Channel):
    """A channel whose messages get their names once they are written, and which lists them once for all of them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._listed: dict[str, list[str]] = defaultdict(list)  # by queue: names that were there, the oldest last
        self._listed_at = 0.0  # time.monotonic()

    def _put(self, queue: str, message: Any, **_: Any) -> None:  # type: ignore[override]  # as kombu calls it
        """Write `message` into the queue's folder; raise OSError where it cannot be kept."""
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"  # in the order of their times
        draft = Path(self.data_folder_out) / f"{name}.draft"
        draft.write_text(dumps(message))
        draft.rename(draft.with_name(name))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """Take the oldest message of the queue; raise Empty where there was none a moment ago."""
        if not self._listed[queue] and time.monotonic() - self._listed_at > FRESH:
            self._list()
        while names := self._listed[queue]:
            file = Path(self.data_folder_in) / names.pop()
            try:
                message = file.read_bytes()
                file.unlink()
            except FileNotFoundError:
                continue  # another worker was first
            return loads(message)
        raise Empty

    def _list(self) -> None:
        """Look what is there, for all queues at once: most are empty, and asked for as often as the others."""
        self._listed.clear()
        for name in sorted(os.listdir(self.data_folder_in), reverse=True):  # noqa: PTH208 - many thousands of names
            self._listed[name.partition(".")[2].removesuffix(".msg")].append(name)
        self._listed_at = time.monotonic()


class Transport(filesystem.Transport):
    """kombu's, with our channel."""

    Channel = Channel
