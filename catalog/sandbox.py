"""Run readers of untrusted files in children that can do nothing else: many small reads behind `catalog.walls`.

The children of a `Pool` live long and get each file as an open descriptor.
"""

import os
import select
import socket
import stat
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from catalog import walls

WINDOW = 192  # files that a child has been given and has not answered: it reads on while its parent writes rows
PATIENCE = 10.0  # seconds without an answer until a child counts as hung
STARTS_WITHIN = 30.0  # seconds until a child counts as one that cannot: it loads libraries, beside whatever runs
LARGEST_ANSWER = 256 * 1024  # bytes
HEADER = struct.Struct(">I")  # length of the JSON that follows, in bytes


class Unreadable(Exception):
    """The file is not what the reader can read; the message says why, as the end of "FILE ..."."""


@dataclass(frozen=True)
class Job:
    """A file to read, and what the reader is told about it."""

    path: str  # absolute
    about: dict[str, Any] = field(default_factory=dict)  # JSON; keyword arguments of the reader
    tag: Any = None  # the caller's own; stays on this side
    refused: str = ""  # in words: there is no file to read


@dataclass(frozen=True)
class Answer:
    """What came of a job: a value or a reason."""

    job: Job
    value: Any = None  # JSON, as the reader returned it: made from untrusted bytes
    reason: str = ""  # in words, when there is no value
    size: int = 0  # bytes, of the file that was opened
    mtime_ns: int = 0


class Pool:
    """Children that serve one reader: a function `(file, **about) -> JSON` of a module that imports no Django.

    `function` is "module:name". `size` children are started at the first use; one that dies or hangs costs the file
    that it was reading, and is replaced. Use as a context manager, from one thread.
    """

    def __init__(
        self,
        function: str,
        *,
        size: int = 2,
        memory: int = walls.MEMORY,
        patience: float = PATIENCE,
        window: int = WINDOW,
    ) -> None:
        self._children = [_Child(function, memory, window) for _ in range(size)]
        self._patience = patience

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *exception: object) -> None:
        for child in self._children:
            child.stop()

    def map(self, jobs: Iterable[Job]) -> Iterator[Answer]:
        """Yield an answer for each job, as they come; of one child they come in order.

        The caller may take its time between two answers: the children work on through their windows.
        """
        coming = iter(jobs)
        while True:
            for child in self._children:
                yield from child.give(coming)
            busy = [child for child in self._children if child.pending]
            if not busy:
                return
            asked_at = time.monotonic()
            ready, _, _ = select.select(busy, [], [], self._patience / 4)
            waited = time.monotonic() - asked_at
            for child in busy:
                if child in ready:
                    child.silent = 0.0
                    yield from child.answers()
                else:
                    child.silent += waited  # only while we listened: the caller's own time is not the child's
                    patience = self._patience if child.loaded else max(self._patience, STARTS_WITHIN)
                    if child.silent >= patience:
                        yield from child.replace(f"took longer than {self._patience:.0f} s to read")


class _Child:
    """One reading process and the jobs it has not answered, oldest first: the oldest is the one it is at."""

    def __init__(self, function: str, memory: int, window: int) -> None:
        self._function, self._memory, self._window = function, memory, window
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._received = bytearray()
        self.loaded = False
        self._again: list[Job] = []  # unanswered when the child before died
        self.pending: deque[tuple[Job, os.stat_result]] = deque()
        self.silent = 0.0  # seconds

    def fileno(self) -> int:
        return self._open_line().fileno()

    def give(self, coming: Iterator[Job]) -> Iterator[Answer]:
        """Hand out jobs until the window is full; yield those whose file cannot even be opened."""
        while len(self.pending) < self._window:
            job = self._again.pop(0) if self._again else next(coming, None)
            if job is None:
                return
            if job.refused:
                yield Answer(job, reason=job.refused)
                continue
            try:
                descriptor = os.open(job.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            except OSError as error:
                yield Answer(job, reason=f"could not be opened: {(error.strerror or 'unknown error').lower()}")
                continue
            try:
                seen = os.fstat(descriptor)
                if not stat.S_ISREG(seen.st_mode):
                    yield Answer(job, reason="is not a file")
                    continue
                if not seen.st_mode & 0o444:  # root may, but whoever closed it to everybody meant so
                    yield Answer(job, reason="could not be opened: permission denied")
                    continue
                self._send(job, seen, descriptor)
            except OSError:  # the line is down; the job is pending, so it is tried again
                yield from self.answers()
            finally:
                os.close(descriptor)

    def answers(self) -> Iterator[Answer]:
        """Take what has arrived without waiting; at the end of the line the oldest job is to blame."""
        try:
            piece = self._open_line().recv(1 << 20)
        except OSError:
            piece = b""
        if not self.loaded:  # it says so itself; jobs were sent to it before, so that readers start together
            if piece[:1] != b"+":
                raise RuntimeError(f"The sandboxed reader {self._function} does not start.")
            self.loaded, piece = True, piece[1:]
        elif not piece:
            yield from self.replace("made the reader fail")
            return
        self._received += piece
        while len(self._received) >= HEADER.size:
            (length,) = HEADER.unpack_from(self._received)
            if length > LARGEST_ANSWER:
                yield from self.replace("made the reader misbehave")
                return
            end = HEADER.size + length
            if len(self._received) < end:
                return
            try:
                value, reason = orjson.loads(self._received[HEADER.size : end])
                job, seen = self.pending.popleft()
            except (ValueError, TypeError, IndexError):
                yield from self.replace("made the reader misbehave")
                return
            del self._received[:end]
            yield Answer(job, value, str(reason), seen.st_size, seen.st_mtime_ns)

    def replace(self, reason: str) -> Iterator[Answer]:
        """Kill the child; yield its oldest job with the reason and keep the others for the next child."""
        if not self.loaded:
            raise RuntimeError(f"The sandboxed reader {self._function} does not start.")
        self.stop()
        if self.pending:
            job, seen = self.pending.popleft()
            yield Answer(job, None, reason, seen.st_size, seen.st_mtime_ns)
        self._again = [job for job, _ in self.pending] + self._again
        self.pending.clear()

    def stop(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()  # of bwrap, this ends its whole namespace
            self._process.wait()
        self._line, self._process, self.loaded, self.silent = None, None, False, 0.0
        self._received.clear()

    def _send(self, job: Job, seen: os.stat_result, descriptor: int) -> None:
        text = orjson.dumps(job.about)
        line = self._open_line()
        self.pending.append((job, seen))
        message = HEADER.pack(len(text)) + text
        sent = socket.send_fds(line, [message], [descriptor])
        if sent < len(message):
            line.sendall(message[sent:])

    def _open_line(self) -> socket.socket:
        if self._line is None:
            self._line, theirs = socket.socketpair()
            for end in (self._line, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)  # as much of it as the system grants
            self._line.settimeout(PATIENCE)
            python = [sys.executable, "-m", "catalog.sandboxed", self._function]
            argv = walls.command(python, cpu_s=24 * 3600, memory=self._memory, fsize=0)
            environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": walls.PRIVATE}
            with theirs:
                self._process = subprocess.Popen(
                    argv,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=environment,
                    cwd=walls.PROJECT,
                )
        return self._line
