"""`manage.py serve` as a process: the whole service on one machine, embedded."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from spotify_lite.tests.rig import server

READY_SECONDS = 90.0


class Run:
    """One run of the command, its output in a file."""

    def __init__(self, variables: dict[str, str], output: Path) -> None:
        self.output = output
        self.port = int(variables["PORT"])
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=server.ROOT,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    def wait_for(self, words: str, *, seconds: float = READY_SECONDS) -> str:
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            if words in self.output.read_text():
                return self.output.read_text()
            time.sleep(0.05)
        raise AssertionError(f"{words!r} never came:\n{self.output.read_text()}")

    def status(self, path: str) -> int | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def json(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return json.load(answer)

    def kill(self) -> None:
        """Kill it and everything below it at once, as a power cut would."""
        self._signal(signal.SIGKILL)
        self.process.wait()

    def freeze(self) -> None:
        """Stop it and everything below it where they are, until `thaw`."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        for pid in (self.process.pid, *self.children()):
            with suppress(ProcessLookupError):
                os.killpg(pid, number)

    def children(self) -> dict[int, str]:
        """Return the command lines of the processes that it started, by process id."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid:
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
        return found


@contextmanager
def started(var: Path, **extra: str) -> Iterator[Run]:
    var.mkdir(exist_ok=True)
    run = Run(server.environment(var, server.free_port(), extra), var / "output")
    try:
        yield run
    finally:
        server.stop(run.process)
