"""What long commands have in common: a bar, and an end after the piece at hand where SIGTERM or SIGINT asks for it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def when_told() -> Iterator[Callable[[], bool]]:
    """Give a function that says whether to stop."""
    told: list[int] = []
    before = {one: signal.signal(one, lambda number, _: told.append(number)) for one in SIGNALS}
    try:
        yield lambda: bool(told)
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def show(bar: "tqdm[Any]") -> Callable[[int, int], None]:
    """Return the function that is told how much is done, and how much there is in all."""

    def told(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return told


def why(error: OSError) -> str:
    """Return what could not be read or written, and why, without the number of the error."""
    return f"{error.filename}: {error.strerror}" if error.filename and error.strerror else error.strerror or str(error)
