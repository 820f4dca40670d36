"""The broker of production: kombu's Redis, with workers that go on after it was silent.

A worker has as many messages as it has threads, and takes no more until it has acknowledged one. kombu keeps the place
of a message whose acknowledgement was not answered, for as long as the connection holds: after two of them a worker of
two threads would wait for ever, beside a broker that is well again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kombu.transport import redis, virtual


class QoS(redis.QoS):
    """kombu's own, which gives the place of a message free whatever becomes of the word to Redis.

    Where that is lost the message comes again when its time is over, and finds its row done.
    """

    def ack(self, delivery_tag: str) -> None:
        with self._leaving(delivery_tag):
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        with self._leaving(delivery_tag):
            super().reject(delivery_tag, requeue=requeue)

    @contextmanager
    def _leaving(self, delivery_tag: str) -> Iterator[None]:
        try:
            yield
        except self.channel.connection_errors:  # type: ignore[attr-defined]  # as the connection has them
            virtual.QoS.ack(self, delivery_tag)
            raise


class Channel(redis.Channel):
    """kombu's, with our account of messages."""

    QoS: Any = QoS


class Transport(redis.Transport):
    """kombu's, with our channel."""

    Channel: Any = Channel
