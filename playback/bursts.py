"""Bound how often each of many callers may do something: a burst, then so many a second. In memory, and pure."""

import threading
from collections import OrderedDict

REMEMBERED = 10_000  # callers: about 2 MB; whoever was away longest has their burst again by then


class Bursts:
    """A bucket of tokens for each caller: it holds a burst, and fills at a steady rate."""

    def __init__(self, *, burst: float, rate: float) -> None:
        """Take tokens, and tokens a second."""
        self._burst = burst
        self._rate = rate
        self._callers: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when there were so many
        self._changing = threading.Lock()

    def wait(self, caller: str, tokens: float, *, now: float) -> float:
        """Take tokens and return 0, or take none and return in how many seconds there will be as many.

        `now` is of a clock that never goes back.
        """
        with self._changing:
            held, since = self._callers.pop(caller, (self._burst, now))
            held = min(self._burst, held + (now - since) * self._rate)
            lacking = min(tokens, self._burst) - held
            self._callers[caller] = (held if lacking > 0 else held - tokens, now)
            if len(self._callers) > REMEMBERED:
                self._callers.popitem(last=False)
        return max(0.0, lacking / self._rate)
