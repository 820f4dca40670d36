"""The real web server on a free port, with a VAR_DIR of its own."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 60.0  # a loaded machine with two cores
STOP_SECONDS = 10.0
PORTS = range(27_000, 32_700)
APP = "spotify_lite.rsgi:app"
DATABASE = "spotify_lite.sqlite3"  # in VAR_DIR, where DATABASE_URL names no other


@dataclass
class Server:
    """A running web server."""

    port: int
    var: Path  # its VAR_DIR
    environment: dict[str, str]  # for `manage` and other processes on the same state
    process: subprocess.Popen[bytes]
    log: Path  # what it printed

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a management command on this server's state."""
        return manage(self.environment, *arguments, check=check)

    def kill(self) -> None:
        """Kill the server and its children at once, as a crash would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def free_port() -> int:
    """Return a port that nobody listens on, below those that the kernel gives to outgoing connections.

    Drawn at random: two processes of tests that look at the same time should not find the same one.
    """
    while not is_free(port := PORTS.start + secrets.randbelow(len(PORTS))):
        pass
    return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what somebody has left a minute ago will do
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def environment(var: Path, port: int, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment of the embedded mode with its own state, and nothing of this process's settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "VAR_DIR": str(var), "HOST": "127.0.0.1", "PORT": str(port), **(extra or {})}


def manage(variables: Mapping[str, str], *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=dict(variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if check and done.returncode:
        raise AssertionError(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
    return done


def make_tables(variables: Mapping[str, str]) -> None:
    """Make all tables; an SQLite database that is not there yet begins as a copy of one that was migrated."""
    file = Path(variables["VAR_DIR"]) / DATABASE
    if variables.get("DATABASE_URL") or file.exists():
        manage(variables, "migrate", "--verbosity=0")
    else:
        file.write_bytes(_tables())


@cache
def _tables() -> bytes:
    """Return an SQLite database as the migrations leave it: they cost three seconds of a processor, a copy nothing."""
    with tempfile.TemporaryDirectory(prefix="spotify-lite-tables-") as folder:
        manage(environment(Path(folder), 1), "migrate", "--verbosity=0")
        return (Path(folder) / DATABASE).read_bytes()


@contextmanager
def running(
    var: Path,
    *,
    port: int | None = None,
    migrate: bool = True,
    extra: Mapping[str, str] | None = None,
    probe: str = "/healthz",
    app: str = APP,
) -> Iterator[Server]:
    """Start the web server on `var`, wait until `probe` answers 200, and stop it by its process id at the end."""
    port = port or free_port()
    variables = environment(var, port, extra)
    var.mkdir(parents=True, exist_ok=True)
    (var / "media").mkdir(exist_ok=True)
    if migrate:
        make_tables(variables)
    with start(variables, port, var, app=app) as server:
        wait_for(server, probe)
        yield server


@contextmanager
def start(variables: dict[str, str], port: int, var: Path, *, app: str = APP) -> Iterator[Server]:
    """Start granian with the front, without waiting for it."""
    log = var / "web.log"
    command = [sys.executable, "-m", "granian", "--interface", "rsgi", app, "--no-ws", "--runtime-mode", "st"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--http", "1", "--loop", "uvloop"]
    command += ["--backlog", "4096", "--backpressure", "4096", "--http1-buffer-size", "65536"]  # as in production
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=variables, stdout=output, stderr=output, start_new_session=True
        )
    server = Server(port, var, variables, process, log)
    try:
        yield server
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> int:
    """Ask a process group to end, then make it; return the exit code."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # what is left of its children
    return process.wait()


def wait_for(server: Server, path: str, *, seconds: float = START_SECONDS) -> None:
    """Wait until the path answers 200; fail with the server's output when it does not."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and server.process.poll() is None:
        try:
            with urllib.request.urlopen(server.url + path, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.05)
    raise AssertionError(f"{path} never answered 200:\n{server.log.read_text()[-4000:]}")
