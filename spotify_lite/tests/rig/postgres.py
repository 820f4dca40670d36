"""A temporary PostgreSQL cluster on a free port, without any durability; or production's primary and replica."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from spotify_lite.tests.rig import lack, processes
from spotify_lite.tests.rig.server import ROOT, free_port

PACKAGE = "postgresql"
DEPLOY = ROOT / "deploy" / "postgres"
START_SECONDS = 30.0
BACKENDS = """
SELECT pid FROM pg_stat_activity
WHERE usename = 'spotify_lite' AND backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY pid
"""
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB", "max_connections=60")


def programs() -> Path | None:
    """Return the folder of the newest installed server's programs, None where there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[4]))
    if folders:
        return folders[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def cluster(*settings: str) -> Iterator[str]:
    """Start a cluster and yield the URL of its empty database; `settings` as `name=value` for postgresql.conf."""
    folder = programs()
    if folder is None:
        raise RuntimeError(f"PostgreSQL is not installed (Debian package {PACKAGE})")
    account: dict[str, Any] = {}
    if os.getuid() == 0:  # the server refuses to run as root
        account = {"user": "postgres", "group": "postgres", "extra_groups": []}
    place = Path(tempfile.mkdtemp(prefix="spotify-lite-pg-"))
    if account:
        shutil.chown(place, account["user"], account["group"])
    data, port = place / "data", free_port()
    try:
        subprocess.run(
            [folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
            check=True,
            capture_output=True,
            cwd=place,
            **account,
        )
        options = [word for setting in (*FAST, *settings) for word in ("-c", setting)]
        command = [folder / "postgres", "-D", data, "-p", str(port), "-k", place, "-h", "127.0.0.1", *options]
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=place, **account)
        try:
            url = f"postgres://postgres@127.0.0.1:{port}/postgres"
            _wait(url, process, place / "log")
            yield url
        finally:
            process.send_signal(signal.SIGINT)  # a fast shutdown: it does not wait for clients
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(place, ignore_errors=True)


@dataclass
class Server:
    """A running primary or replica of production's configuration."""

    port: int
    password: str  # of the service's role
    process: subprocess.Popen[bytes]
    log: Path
    _run: Callable[[], AbstractContextManager[subprocess.Popen[bytes]]] = field(repr=False)
    _held: ExitStack = field(repr=False)  # what ends with this process
    _orphans: list[int] = field(default_factory=list, repr=False)  # children of a postmaster that was killed

    @property
    def url(self) -> str:
        return f"postgres://spotify_lite:{self.password}@127.0.0.1:{self.port}/spotify_lite"

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query by the service's role."""
        with psycopg.connect(self.url, connect_timeout=2) as connection:
            return connection.execute(sql).fetchall()

    def answers(self) -> bool:
        try:
            return bool(self.rows("SELECT 1"))
        except psycopg.OperationalError:
            return False

    def backends(self) -> list[int]:
        """Return the processes that serve the service's connections, but for the one that asks."""
        return [pid for (pid,) in self.rows(BACKENDS)]

    def kill_backend(self, pid: int) -> None:
        """Kill one of them: PostgreSQL ends all the others, since memory that they share may be spoiled."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """Kill the postmaster alone; its children find out by themselves."""
        self._orphans = processes.children(self.process.pid)
        self.process.kill()
        self.process.wait()

    def start(self) -> None:
        """Start it again where it was, and wait for it; as in a container, nothing of the old one is left then."""
        for pid in self._orphans:
            processes.kill_orphan(pid)
        self._held.close()
        self.process = self._held.enter_context(self._run())
        processes.wait(self.answers, self.process, self.log)


@contextmanager
def pair(passwords: Mapping[str, str] | None = None) -> Iterator[tuple[Server, Server]]:
    """Start a primary and the replica that follows it, by the files of deploy/; skip where it is not installed.

    Only what a test can do without is left out: waiting for the disk. `passwords` are those of deploy/env.example.
    """
    tools = programs()
    if tools is None:
        lack(f"the Debian package {PACKAGE}")
    place = Path(tempfile.mkdtemp(prefix="spotify-lite-pg-"))
    place.chmod(0o755)  # the server's own user passes here, and may not pass to the sources
    try:
        shutil.copytree(DEPLOY, place / "deploy")
        with (
            _primary(Path(str(tools)), place, passwords or {}) as (primary, variables),
            _replica(place, primary, variables) as replica,
        ):
            yield primary, replica
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _primary(tools: Path, place: Path, given: Mapping[str, str]) -> Iterator[tuple[Server, dict[str, str]]]:
    """Do what the image of PostgreSQL does in an empty folder: make a cluster, start it, run our script once."""
    names = [f"{role}_PASSWORD" for role in ("POSTGRES", "DATABASE", "REPLICATION")]
    passwords = {name: given.get(name) or secrets.token_hex(16) for name in names}
    variables = passwords | {"PATH": f"{tools}:{os.environ['PATH']}", "PGPASSWORD": passwords["POSTGRES_PASSWORD"]}
    folder = place / "primary"
    password = place / "password"
    password.write_text(passwords["POSTGRES_PASSWORD"])
    password.chmod(0o644)
    making = ["initdb", "-D", folder / "data", "-U", "postgres", "--pwfile", password, "-E", "UTF8", "-N"]
    making += ["--locale=C.UTF-8", "--auth=scram-sha-256"]
    with processes.running(making, folder, "initdb", environment=variables, user="postgres") as process:
        assert process.wait(processes.START_SECONDS) == 0, (folder / "initdb.log").read_text()
    port = free_port()  # only now: others look for ports too
    with _server(["postgres"], folder, port, variables, passwords["DATABASE_PASSWORD"]) as server:
        local = variables | {"PGHOST": str(folder), "PGPORT": str(port)}
        log = folder / "postgres.log"
        ready = ["pg_isready", "-q", "-h", str(folder), "-p", str(port)]
        processes.wait(lambda: subprocess.run(ready, env=local, check=False).returncode == 0, server.process, log)
        done = subprocess.run([place / "deploy" / "primary.sh"], env=local, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        yield server, variables


@contextmanager
def _replica(place: Path, primary: Server, variables: dict[str, str]) -> Iterator[Server]:
    folder = place / "replica"
    asked = variables | {"PRIMARY_HOST": "127.0.0.1", "PRIMARY_PORT": str(primary.port)}
    script = [place / "deploy" / "replica.sh"]
    with _server(script, folder, free_port(), asked, primary.password) as server:
        processes.wait(server.answers, server.process, server.log)
        yield server


@contextmanager
def _server(command: list[Any], folder: Path, port: int, variables: dict[str, str], password: str) -> Iterator[Server]:
    """Run a server by production's files, small and in a hurry."""
    files = [f"config_file={folder.parent}/deploy/postgresql.conf", f"hba_file={folder.parent}/deploy/pg_hba.conf"]
    here = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"]
    small = ["fsync=off", "full_page_writes=off", "shared_buffers=64MB"]
    options = [word for setting in (*files, *here, *small) for word in ("-c", setting)]

    def run() -> AbstractContextManager[subprocess.Popen[bytes]]:
        return processes.running(
            [*command, *options],
            folder,
            "postgres",
            environment=variables | {"PGDATA": str(folder / "data")},
            user="postgres",
            ends_on=signal.SIGINT,
        )

    with ExitStack() as held:
        yield Server(port, password, held.enter_context(run()), folder / "postgres.log", run, held)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
