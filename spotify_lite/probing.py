"""Ask whether something is there, without ever waiting long for it: the answer of a few seconds ago will do."""

import logging
import threading
import time
from collections.abc import Callable

from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

FRESH = 3.0  # seconds that an answer is good for, where asking costs something
PATIENCE = 1.0  # seconds that who asks waits for a new one
STALE = 10.0  # seconds after which no answer means no


class Probe:
    """A question to something that may be away; its function may hang, as looking up a host's name does.

    One thread asks at a time, and whoever wants to know meanwhile gets the last answer.
    """

    def __init__(self, function: str, *, fresh: float = FRESH) -> None:
        """Take the dotted path of a function that returns whether it is there, and how long an answer is good for."""
        self._path = function
        self._fresh = fresh
        self._lock = threading.Lock()
        self._asking: threading.Thread | None = None
        self._there = False
        self._at = float("-inf")  # time.monotonic() of the last answer

    def ask(self) -> bool:
        """Return whether it is there, as far as is known."""
        if time.monotonic() - self._at > self._fresh:
            self._begin().join(PATIENCE)
        return self._there and time.monotonic() - self._at < STALE

    def _begin(self) -> threading.Thread:
        with self._lock:
            if self._asking is None or not self._asking.is_alive():
                self._asking = threading.Thread(target=self._find_out, name="probe", daemon=True)
                self._asking.start()
            return self._asking

    def _find_out(self) -> None:
        try:
            function: Callable[[], bool] = import_string(self._path)
            there = function()
        except Exception:
            logger.exception("%s cannot be asked", self._path)
            there = False
        self._there, self._at = there, time.monotonic()
