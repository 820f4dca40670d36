"""A temporary PostgreSQL cluster on a free port, without any durability."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from spotify_lite.tests.rig.server import free_port

PACKAGE = "postgresql"
START_SECONDS = 30.0
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
