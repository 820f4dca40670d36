"""The broker of the embedded mode: kombu's messages in folders, each of which appears whole.

kombu writes a message under its final name; a worker that looks in between reads nothing, and ends.
"""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """A channel whose messages get their names once they are written."""

    def _put(self, queue: str, message: Any, **_: Any) -> None:  # type: ignore[override]  # as kombu calls it
        """Write `message` into the queue's folder; raise OSError where it cannot be kept."""
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"  # in the order of their times
        draft = Path(self.data_folder_out) / f"{name}.draft"
        draft.write_text(dumps(message))
        draft.rename(draft.with_name(name))


class Transport(filesystem.Transport):
    """kombu's, with our channel."""

    Channel = Channel
