"""The way to the cache that all processes share: Redis may be away or slow, and nobody waits for it twice.

It only spares time: whoever asks has another way to the answer, and django-redis turns every error here into a miss.
So there is no retry, and after a failure a circuit breaker, one a process, answers in its stead for a while.
"""

import logging
import threading
import time
from typing import Any

from django.conf import settings
from django.core.cache import caches
from redis import Redis
from redis.connection import Connection, ConnectionPool
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import MaxConnectionsError, RedisError
from redis.exceptions import TimeoutError as NoAnswer

logger = logging.getLogger(__name__)

REST = 2.0  # seconds without it after a failure: at most one request of so many waits for it


class Resting(NoConnection):
    """It failed a moment ago, and is not asked now."""


class Breaker:
    """Says who may ask: after a failure nobody for a while, then one; if that is answered everybody, else again nobody.

    No lock is held while somebody asks, so that threads never wait for one another.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rests_until = 0.0  # time.monotonic(); 0 while all is well
        self.failures = 0  # ever

    @property
    def is_open(self) -> bool:
        return self._rests_until > 0

    def admit(self) -> bool:
        """Say whether the caller may ask."""
        if not self._rests_until:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._rests_until:
                return False
            self._rests_until = now + REST  # the caller finds out for all who come meanwhile
            return True

    def fail(self, error: Exception) -> None:
        with self._lock:
            if not self._rests_until:  # its text may name who the password belongs to
                logger.warning("the shared cache is away (%s): on without it", type(error).__name__)
            self._rests_until = time.monotonic() + REST
            self.failures += 1

    def succeed(self, *, failures: int) -> None:
        """Take that it answered who asked after so many failures: an answer from before the last one says nothing."""
        with self._lock:
            if not self._rests_until or failures != self.failures:
                return
            self._rests_until = 0.0
        logger.warning("the shared cache is back")


class Pool(ConnectionPool):
    """Redis-py's own, which never waits for a free connection, behind the breaker of this process.

    django-redis means to keep one pool a process, but threads that come first at once have one each.
    """

    breaker = Breaker()

    def get_connection(self, *args: Any, **options: Any) -> Connection:
        if not self.breaker.admit():
            raise Resting
        return super().get_connection(*args, **options)


class Client(Redis):
    """Redis-py's own, which tells the pool's breaker how each command went."""

    connection_pool: Pool

    def execute_command(self, *args: Any, **options: Any) -> Any:
        breaker = self.connection_pool.breaker
        failures = breaker.failures
        try:
            answer = super().execute_command(*args, **options)
        except (Resting, MaxConnectionsError):
            raise
        except (NoConnection, NoAnswer) as error:
            breaker.fail(error)
            raise
        if breaker.is_open:  # the lock is for those alone who may close it
            breaker.succeed(failures=failures)
        return answer


def is_reachable() -> bool:
    """Return whether the shared cache answers; while the breaker rests nobody is asked, and it does not."""
    if not settings.REDIS_URL:
        return True
    client: Client = caches["default"].client.get_client()  # type: ignore[attr-defined]
    try:
        return bool(client.ping())
    except RedisError:
        return False
