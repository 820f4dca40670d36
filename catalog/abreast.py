"""Do something slow for many, several at once, and answer in order: never more under way than was said."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

One = TypeVar("One")
Result = TypeVar("Result")


def each(
    many: Iterable[One], function: Callable[[One], Result], *, threads: int, ahead: int
) -> Generator[tuple[One, Result]]:
    """Yield each with what `function` returns for it; what it raises is raised when its turn comes.

    At most `ahead` are taken from `many` before the first of them is yielded. Who stops in the middle waits for what is
    under way, and the rest is not begun.
    """

    def alone(one: One) -> Result:
        try:
            return function(one)
        finally:
            connections.close_all()  # this thread's own, which nobody would close

    waiting: deque[tuple[One, Future[Result]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for one in many:
                waiting.append((one, pool.submit(alone, one)))
                if len(waiting) >= ahead:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()
