"""The worker with its clock beside one web server, as `manage.py serve` keeps them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from spotify_lite.tests.rig import processes
from spotify_lite.tests.rig.server import ROOT, Server

COMMAND = (sys.executable, "-m", "celery", "-q", "-A", "spotify_lite", "worker", "-B", "--pool", "threads", "-c", "2")
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO")


@contextmanager
def running(node: Server) -> Iterator[subprocess.Popen[bytes]]:
    """Run the worker on this server's state, from when it takes work on: its start is not what a test times."""
    log = node.var / "worker.log"
    said = log.stat().st_size if log.exists() else 0
    with processes.running((*COMMAND, *QUIET), node.var, "worker", environment=node.environment, place=ROOT) as process:
        processes.wait(lambda: b" ready." in log.read_bytes()[said:], process, log)
        yield process
