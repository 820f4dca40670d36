"""The same web node with a transaction for each request: what `benchmarks.progress` compares the group commit with."""

from collections.abc import Sequence
from typing import Any

from spotify_lite.rsgi import app  # sets Django up, which the next import needs

from playback import listening  # isort: skip

__all__ = ["app"]


class Each:
    """Stores every write by itself, in the thread of its request."""

    def submit(self, write: listening.Listening, *, rows: int) -> Any:
        stored: Sequence[Any] = listening.store([write])
        return stored[0]


listening.presses = listening.positions = Each()  # type: ignore[assignment]
