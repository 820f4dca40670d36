"""Let long commands be stopped: the first SIGTERM or SIGINT ends them after the piece at hand."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
