"""Remember which places took a question and said nothing, so that only the first who ask wait for them. Pure.

One question cannot tell an origin that needs eight seconds from one that is dead; what others have waited for can. A
place that let somebody wait in vain is passed over, but for one in a while who tries whether it speaks again.
"""

import threading
from collections.abc import Callable, Hashable

PASSED_OVER = 10.0  # seconds until somebody tries again


class Silence:
    """The places that are silent, for the threads of a process."""

    def __init__(self, *, patience: float, clock: Callable[[], float]) -> None:
        """Take how many seconds who tries may wait, and a clock of seconds that only goes forward."""
        self._patience = patience
        self._clock = clock
        self._until: dict[Hashable, float] = {}  # when the next may try
        self._changing = threading.Lock()

    def passes_over(self, place: Hashable) -> bool:
        """Say whether not to ask the place; who is told to ask is alone in that for as long as an answer may take."""
        if place not in self._until:
            return False
        with self._changing:
            now = self._clock()
            if now < self._until.get(place, 0.0):
                return True
            if place in self._until:
                self._until[place] = now + self._patience
            return False

    def note(self, place: Hashable) -> None:
        """Take that the place let somebody wait in vain."""
        with self._changing:
            self._until[place] = self._clock() + PASSED_OVER

    def end(self, place: Hashable) -> None:
        """Take that the place answers."""
        if place in self._until:
            with self._changing:
                self._until.pop(place, None)
