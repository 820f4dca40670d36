"""Redis on a free port, by the files of deploy/: the cache that may forget, or the broker that may not."""

import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from spotify_lite.tests.rig import need, processes
from spotify_lite.tests.rig.server import ROOT, free_port

DEPLOY = ROOT / "deploy" / "redis"


@dataclass
class Store:
    """A running Redis."""

    port: int
    password: str
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def client(self) -> Redis:
        return Redis.from_url(self.url, socket_connect_timeout=2, socket_timeout=5)

    def answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except RedisError:
            return False


@contextmanager
def store(folder: Path, kind: str, *, port: int = 0, password: str = "") -> Iterator[Store]:
    """Start what `kind` (cache, broker) is in production; the same folder and port bring the same one back."""
    need("redis-server", package="redis-server")
    port, password = port or free_port(), password or secrets.token_hex(16)
    command = [DEPLOY / "run.sh", DEPLOY / f"{kind}.conf", "--port", port, "--bind", "127.0.0.1", "--dir", folder]
    with processes.running(
        command, folder, kind, environment={"REDIS_PASSWORD": password}, ends_on=signal.SIGTERM
    ) as process:
        found = Store(port, password, process)
        processes.wait(found.answers, process, folder / f"{kind}.log")
        yield found
