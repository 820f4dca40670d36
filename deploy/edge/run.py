"""Start nginx as an edge, and stay beside it: health, fresh keys, clean logs, an orderly end.

    EDGE_ORIGINS=https://s3.example.org/music EDGE_MEDIA_KEYS_FILE=/run/secrets/keys ... python3 run.py

HUP reads the settings' files again and reloads nginx, which drops no transfer. TERM and INT say `draining` for
EDGE_NOTICE seconds, so that no listener is sent here any more, and then let transfers end for EDGE_DRAIN seconds.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from types import FrameType
from typing import IO

import configuration
import files
from sidecar import Sidecar

TICK = 1.0  # seconds between two measurements
RESOLVED_FOR = 3600.0  # seconds; nginx looks a name up when it loads its files, and storages move
QUERY = re.compile(r"\?[^\s\"]*")


class Edge:
    """nginx and what is beside it."""

    def __init__(self, settings: configuration.Settings) -> None:
        self.settings = settings
        self.sidecar = Sidecar(settings.cache, settings.run, settings.floor)
        self._asked: list[int] = []  # signals, in the order in which they came
        self._woken = threading.Event()
        self._loaded = time.monotonic()
        self._ends: float | None = None  # when nginx is told to end, once that was asked for

    def run(self) -> int:
        """Run until nginx ends; return its exit code."""
        path = files.write(self.settings)
        for left in self.settings.run.glob("*.sock"):
            left.unlink()  # by a crash; nginx would not start
        self.sidecar.measure(alive=True)
        binary = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "nginx"
        nginx = subprocess.Popen([binary, "-c", str(path), "-e", "stderr"], stderr=subprocess.PIPE, text=True)
        threading.Thread(target=_pass_on, args=(nginx.stderr,), daemon=True).start()
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note)
        while nginx.poll() is None:
            self._woken.wait(TICK)
            self._woken.clear()
            while self._asked:
                self._obey(nginx, self._asked.pop(0))
            if self._ends is not None:
                self._end(nginx)
            elif self.settings.by_name and time.monotonic() - self._loaded > RESOLVED_FOR:
                self._reload(nginx)
            self.sidecar.measure(alive=nginx.poll() is None)
        return nginx.returncode

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._asked.append(number)
        self._woken.set()

    def _obey(self, nginx: "subprocess.Popen[str]", number: int) -> None:
        if number == signal.SIGHUP:
            self._reload(nginx)
            return
        self.sidecar.draining = True
        self._ends = self._ends or time.monotonic() + self.settings.notice

    def _end(self, nginx: "subprocess.Popen[str]") -> None:
        """Tell nginx to end when the notice is over, and make it when it took too long."""
        over = time.monotonic() - (self._ends or 0)
        if over >= self.settings.drain:
            nginx.send_signal(signal.SIGTERM)
        elif over >= 0:
            nginx.send_signal(signal.SIGQUIT)

    def _reload(self, nginx: "subprocess.Popen[str]") -> None:
        self._loaded = time.monotonic()
        try:
            files.write(configuration.read(os.environ))
        except configuration.Wrong as wrong:
            _say(f"not reloaded: {wrong}")  # the edge goes on with what it has
            return
        nginx.send_signal(signal.SIGHUP)


def _pass_on(lines: "IO[str] | None") -> None:
    """Print what nginx says, without the query strings of the requests that it quotes."""
    for line in lines or ():
        _say(QUERY.sub("?...", line.rstrip()))


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def main() -> int:
    try:
        settings = configuration.read(os.environ)
    except configuration.Wrong as wrong:
        _say(str(wrong))
        return 2
    return Edge(settings).run()


if __name__ == "__main__":
    sys.exit(main())
