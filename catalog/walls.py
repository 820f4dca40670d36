"""Wall in one run of a program that reads what strangers made, such as ffmpeg.

It sees no network, no home, no secrets and no file but what it is given; memory, CPU and file sizes are limited.
bubblewrap (`bwrap`) makes the walls where it works, else only the limits hold.
"""

import functools
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

MEMORY = 1_500_000_000  # bytes of address space: ffmpeg and Pillow need a third of it for the largest input we take
OPEN_FILES = 512  # a pool's child holds a whole window of them
PROJECT = Path(__file__).resolve().parent.parent
PRIVATE = "/tmp"  # noqa: S108 - inside the walls it is empty and nobody else's
# The limits hold with and without bwrap; what a system does not know (-v on macOS) is left out. Blocks are 512 bytes.
# At the soft limit of CPU the program dies of SIGXCPU, which tells it from one that somebody killed.
LIMITS = (
    "ulimit -c 0; ulimit -n {files}; ulimit -S -t {cpu}; ulimit -H -t {cpu_at_last}; ulimit -f {blocks}; "
    'ulimit -v {kib} 2>/dev/null; exec "$@"'
)


def command(
    argv: Sequence[str],
    *,
    readable: Sequence[str | Path] = (),
    writable: str | Path | None = None,
    cpu_s: int = 60,
    memory: int = MEMORY,
    fsize: int = 1 << 30,
) -> list[str]:
    """Return the argument list that runs `argv` walled in, for one `subprocess` run.

    `readable` files and folders, and the folder `writable`, keep their paths inside, as do this Python and the code of
    `catalog`; /tmp is empty and private. Run it with `cwd=PROJECT`, so that `python -m` finds the code. `cpu_s` is
    seconds of CPU, `memory` bytes of address space, `fsize` bytes of the largest file that may be written. The caller
    brings the wall-clock limit, and kills what it started.
    """
    limits = LIMITS.format(files=OPEN_FILES, cpu=cpu_s, cpu_at_last=cpu_s + 5, blocks=fsize // 512, kib=memory // 1024)
    limited = ["/bin/sh", "-c", limits, "sh", *argv]
    if not work():
        return limited
    seen = [option for path in readable for option in ("--ro-bind", str(path), str(path))]
    written = ["--bind", str(writable), str(writable)] if writable else []
    return [*_walls(), *seen, *written, "--", *limited]


@functools.cache
def work() -> bool:
    """Return whether bwrap is there and may make namespaces; containers and some kernels forbid it."""
    if not shutil.which("bwrap"):
        return False
    trial = subprocess.run([*_walls(), "--", "/bin/sh", "-c", "exit 0"], capture_output=True, check=False, timeout=20)
    return trial.returncode == 0


def _walls() -> list[str]:
    options = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    options += ["--setenv", "PATH", "/usr/bin:/bin", "--setenv", "LANG", "C.UTF-8", "--setenv", "HOME", PRIVATE]
    options += ["--dev", "/dev", "--tmpfs", PRIVATE]
    for path in ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache"):
        options += ["--ro-bind-try", path, path]
    for path in dict.fromkeys((sys.base_prefix, sys.prefix, str(PROJECT / "catalog"))):
        options += ["--ro-bind", path, path]
    return [*options, "--chdir", str(PROJECT)]  # for `python -m catalog...`
