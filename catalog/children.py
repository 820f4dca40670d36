"""Run one child process to its end, which a time limit or the end of the worker may bring about early."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from catalog import walls, work

LOOKED_AT = 0.2  # seconds between two looks at the limit and at whether we are to stop
NICE = ["nice", "-n", "10"]  # listeners go first

_stopping = threading.Event()


@dataclass(frozen=True)
class Ended:
    """How a child ended."""

    code: int  # of its exit; negative is the signal that killed it
    output: str
    errors: str


def run(argv: Sequence[str], *, limit_s: float) -> Ended:
    """Run `argv`, its process group included, for at most `limit_s` seconds of wall clock.

    Raise work.Failed at the limit, and work.Stopped once `stop_all` was called; the child is dead by then.
    """
    deadline = time.monotonic() + limit_s
    child = subprocess.Popen(
        [*NICE, *argv],
        cwd=walls.PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        while True:
            if _stopping.is_set():
                raise work.Stopped
            if time.monotonic() > deadline:
                raise work.Failed(f"It took longer than {limit_s:.0f} s.")
            try:
                output, errors = child.communicate(timeout=LOOKED_AT)
            except subprocess.TimeoutExpired:
                continue
            return Ended(child.returncode, output, errors)
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()


def stop_all() -> None:
    """Kill the children that run, and let no other begin: the process is about to end."""
    _stopping.set()
