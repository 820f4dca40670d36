"""One server of the rig as a process of its own group: started with its output in a file, stopped for certain."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

START_SECONDS = 60.0  # a loaded machine with two cores
STOP_SECONDS = 10.0


@contextmanager
def running(
    command: Sequence[Any],
    folder: Path,
    name: str,
    *,
    environment: Mapping[str, str] | None = None,
    user: str = "",
    place: Path | None = None,
    ends_on: int = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start the command with `folder/name.log` as its output, and end it afterwards.

    It runs in `place`, by default the folder. `user` is who it runs as where this is root: some servers refuse to be.
    """
    folder.mkdir(parents=True, exist_ok=True)
    account: dict[str, Any] = {}
    if user and os.getuid() == 0:
        account = {"user": user, "group": user, "extra_groups": []}
        shutil.chown(folder, user, user)
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=place or folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **account,
        )
    try:
        yield process
    finally:
        end(process, ends_on)


def end(process: subprocess.Popen[bytes], ends_on: int = signal.SIGTERM) -> None:
    """Ask a process to end, then make it and what is left of its group."""
    if process.poll() is None:
        process.send_signal(ends_on)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its group at once, as a crash would."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def children(pid: int) -> list[int]:
    """Return a process's children; none where it is gone."""
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def kill_orphan(pid: int) -> None:
    """Kill a process whose parent is gone, and wait until it is gone too."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        while True:
            time.sleep(0.01)
            os.kill(pid, 0)


def wait(
    until: Callable[[], object], process: subprocess.Popen[bytes], log: Path, *, seconds: float = START_SECONDS
) -> None:
    """Wait until something is true; fail with the process's output when it ends before, or takes too long."""
    end_of_patience = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end_of_patience:
        if until():
            return
        time.sleep(0.05)
    raise AssertionError(f"{log.stem} is not ready:\n{log.read_text(errors='replace')[-4000:]}")
