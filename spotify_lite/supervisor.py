"""Run the processes of one installation: start them, restart the ones that die, stop them all on a signal.

What `make run` becomes (`manage.py serve`). In production the platform does this; see Procfile.
"""

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

STOP_SECONDS = 8.0  # to finish requests and tasks; then they are killed
FIRST_WAIT = 0.5  # seconds before the first restart; doubled by each that follows
LONGEST_WAIT = 30.0  # seconds
SETTLED = 60.0  # seconds of life after which a process's failures are forgotten
TICK = 0.1  # seconds
PR_SET_PDEATHSIG = 1  # of prctl(2)

logger = logging.getLogger(__name__)


class Stopped(Exception):
    """A signal asked everything to stop."""


@dataclass
class Child:
    """One process that is kept running."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes]
    started: float  # of the monotonic clock
    failures: int = 0
    restart_at: float | None = None  # of the monotonic clock, while it is down


@dataclass
class Supervisor:
    """Keeps children running until a signal comes; use as a context manager, in the main thread."""

    children: list[Child] = field(default_factory=list)
    _passing: list[subprocess.Popen[bytes]] = field(default_factory=list)  # run to their end, never restarted
    _asked: bool = False

    def __enter__(self) -> "Supervisor":
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C does not cut the clean end short
        stop([child.process for child in self.children] + self._passing)

    def keep(self, name: str, command: Sequence[str]) -> Child:
        """Start a process and keep it running."""
        child = Child(name, command, _spawn(command), time.monotonic())
        self.children.append(child)
        return child

    def run(self, command: Sequence[str]) -> int:
        """Run a process to its end and return its exit code, minding the children meanwhile; raise Stopped."""
        process = _spawn(command)
        self._passing.append(process)
        self.wait(lambda: process.poll() is not None)
        return process.wait()

    def wait(self, until: Callable[[], bool]) -> None:
        """Mind the children until the condition holds; raise Stopped when a signal comes first."""
        while not until():
            self._tick()

    def wait_for_signal(self) -> None:
        """Mind the children until a signal comes."""
        while not self._asked:
            self._mind()
            time.sleep(TICK)

    def _tick(self) -> None:
        if self._asked:
            raise Stopped
        self._mind()
        time.sleep(TICK)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked = True

    def _mind(self) -> None:
        """Restart what has died, each time after a longer wait."""
        now = time.monotonic()
        for child in self.children:
            if child.restart_at is None and child.process.poll() is not None:
                child.failures = 0 if now - child.started > SETTLED else child.failures
                wait = min(FIRST_WAIT * 2**child.failures, LONGEST_WAIT)
                child.failures += 1
                child.restart_at = now + wait
                logger.warning("%s ended (exit %s); again in %.1f s", child.name, child.process.returncode, wait)
            elif child.restart_at is not None and now >= child.restart_at:
                child.process = _spawn(child.command)
                child.started, child.restart_at = now, None


def stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask these processes and their children to end, and kill what has not after STOP_SECONDS."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    until = time.monotonic() + STOP_SECONDS
    while time.monotonic() < until and any(process.poll() is None for process in processes):
        time.sleep(0.02)
    for process in processes:
        try:
            os.killpg(process.pid, signal.SIGKILL)  # also a worker that outlived its parent
        except ProcessLookupError:
            continue
        process.wait()


def port_taken(host: str, port: int) -> str | None:
    """Return why the address cannot be listened on, None when it can."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error.strerror or str(error)
    return None


def _spawn(command: Sequence[str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches this process alone, which then stops the others in its own order.
    return subprocess.Popen(command, start_new_session=True, preexec_fn=_end_with_parent)  # noqa: PLW1509 - one thread


def _end_with_parent() -> None:
    """Ask Linux to end this child when the supervisor is killed, so that the next start finds the port free."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
