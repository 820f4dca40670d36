"""Run one child process to its end, which a time limit or the end of the worker may bring about early."""

import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from catalog import walls, work

LOOKED_AT = 0.2  # seconds between two looks at the limit and at whether we are to stop
PIECE = 1 << 16  # bytes read at once: what a pipe holds
KEPT = 1 << 17  # bytes of each stream, half from its beginning and half from its end: a child may say no end of words
NICE = ["nice", "-n", "10"]  # listeners go first

_stopping = threading.Event()


@dataclass(frozen=True)
class Ended:
    """How a child ended."""

    code: int  # of its exit; negative is the signal that killed it
    output: str  # nothing where another took it
    errors: str


class _Words:
    """The beginning and the end of what a child says."""

    def __init__(self) -> None:
        self._first, self._last = bytearray(), bytearray()

    def add(self, piece: bytes) -> None:
        room = KEPT // 2 - len(self._first)
        self._first += piece[:room]
        self._last += piece[room:]
        del self._last[: -KEPT // 2]

    def text(self) -> str:
        return (self._first + self._last).decode(errors="replace")


def run(argv: Sequence[str], *, limit_s: float, take: Callable[[bytes], None] | None = None) -> Ended:
    """Run `argv`, its process group included, for at most `limit_s` seconds of wall clock.

    `take` is given what the child writes to its standard output, as it comes. Raise work.Failed at the limit,
    work.Stopped once `stop_all` was called, and whatever `take` raises; the child is dead by then.
    """
    deadline = time.monotonic() + limit_s
    output, errors = _Words(), _Words()

    def look() -> None:
        if _stopping.is_set():
            raise work.Stopped
        if time.monotonic() > deadline:
            raise work.Failed(f"It took longer than {limit_s:.0f} s.")

    with (
        subprocess.Popen(
            [*NICE, *argv],
            cwd=walls.PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        ) as child,
        selectors.DefaultSelector() as streams,
    ):
        try:
            streams.register(child.stdout, selectors.EVENT_READ, take or output.add)  # type: ignore[arg-type]
            streams.register(child.stderr, selectors.EVENT_READ, errors.add)  # type: ignore[arg-type]
            while streams.get_map():
                look()
                for stream, _ in streams.select(LOOKED_AT):
                    if piece := os.read(stream.fd, PIECE):
                        stream.data(piece)
                    else:
                        streams.unregister(stream.fileobj)
            while child.poll() is None:  # it has closed its streams
                look()
                with suppress(subprocess.TimeoutExpired):
                    child.wait(LOOKED_AT)
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
    return Ended(child.returncode, output.text(), errors.text())


def stop_all() -> None:
    """Kill the children that run, and let no other begin: the process is about to end."""
    _stopping.set()
