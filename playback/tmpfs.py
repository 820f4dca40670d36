"""Own this process's folder in HOT_DIR: claimed under a lock, so that those of dead processes can be told apart."""

import fcntl
import os
import shutil
import stat
import time
from multiprocessing.util import Finalize
from pathlib import Path

LOOK = 1.0  # seconds for which a count of lingering files stands
BLOCK = 512  # bytes of st_blocks

_locks: list[int] = []  # open for as long as the process lives: the kernel lets go of them with it
_lingering: dict[Path, tuple[float, int]] = {}


def claim(folder: Path) -> Path:
    """Return a new private folder in this one; raise OSError where that cannot be.

    tmpfs is memory: what a killed process left there would be kept until the machine restarts.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid() or seen.st_mode & 0o022:
        raise PermissionError(f"{folder} must be a folder that nobody else can write")
    gate = os.open(folder / "gate", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(gate, fcntl.LOCK_EX)  # or a neighbour would delete what is claimed but not locked yet
        for other in folder.iterdir():
            if other.is_dir() and _is_dead(other):
                shutil.rmtree(other, ignore_errors=True)
        own = folder / f"{os.getpid()}-{time.time_ns()}"
        own.mkdir(mode=0o700)
        lock = os.open(own / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        _locks.append(lock)
        Finalize(None, shutil.rmtree, args=(own,), kwargs={"ignore_errors": True}, exitpriority=0)  # in workers too
    finally:
        os.close(gate)
    return own


def capacity(folder: Path) -> int:
    """Return how many bytes may be kept in this folder: three quarters of its file system. Raise OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    disk = os.statvfs(folder)
    return disk.f_blocks * disk.f_frsize * 3 // 4


def lingering(folder: Path) -> int:
    """Return the bytes of deleted files of the folder that the server still sends: slow clients hold them in memory."""
    when, held = _lingering.get(folder, (0.0, 0))
    if time.monotonic() - when < LOOK:
        return held
    held = 0
    prefix, files = f"{folder}/", set()
    for entry in os.scandir("/proc/self/fd") if Path("/proc/self/fd").is_dir() else ():
        try:
            target = os.readlink(entry.path)  # noqa: PTH115 - thousands
            if target.startswith(prefix) and target.endswith(" (deleted)"):
                seen = os.stat(entry.path)  # noqa: PTH116
                if seen.st_ino not in files:
                    files.add(seen.st_ino)
                    held += seen.st_blocks * BLOCK
        except OSError:
            continue
    _lingering[folder] = (time.monotonic(), held)
    return held


def _is_dead(folder: Path) -> bool:
    """Say whether nobody holds the folder's lock."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True
