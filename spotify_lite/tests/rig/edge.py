"""A POP: nginx with the very files of deploy/edge, on a free port, with a cache of its own.

with edge.pop(folder, origins=[storage], keys={"a": "..."}) as pop:
    pop.url, pop.get(path), pop.cache, pop.reload(), pop.kill()
"""

import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playback import signing
from spotify_lite.places import Edge
from spotify_lite.tests import rig
from spotify_lite.tests.rig.s3 import Storage
from spotify_lite.tests.rig.server import ROOT, free_port

MODULES = Path("/usr/lib/nginx/modules")
START_SECONDS = 30.0  # a loaded machine with two cores
STOP_SECONDS = 10.0


@dataclass
class Pop:
    """A running edge."""

    name: str
    region: str
    port: int
    folder: Path
    environment: dict[str, str]
    keys: dict[str, str]  # by key id; the first one signs
    cache: Path
    disk_size: str = ""  # of a disk of its own, in memory, that the cache is on
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def url(self) -> str:
        scheme = "https" if self.environment.get("EDGE_CERTIFICATE") else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

    @property
    def disk(self) -> Path:
        """Return the folder of its own disk, as this process reaches it."""
        assert self.process is not None
        return Path(f"/proc/{self.process.pid}/root{self.folder / 'disk'}")

    @property
    def edge(self) -> Edge:
        """Return it as the settings name it."""
        return Edge(self.name, self.region, self.url)

    @property
    def setting(self) -> str:
        """Return its part of EDGES."""
        return f"{self.name}:{self.region}:{self.url}"

    @property
    def log(self) -> Path:
        """What it printed on standard error: nginx's own log."""
        return self.folder / "error.log"

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Return the access log."""
        return [json.loads(line) for line in (self.folder / "access.log").read_text().splitlines()]

    @property
    def nginx(self) -> int:
        """Return the process id of nginx's master."""
        return int((self.folder / "run" / "nginx.pid").read_text())

    def signed(self, path: str, *, exp: int | None = None, kid: str | None = None) -> str:
        """Return the path with its signature."""
        kid = kid or next(iter(self.keys))
        return signing.sign(path, exp or signing.exp_for(time.time()), kid, self.keys[kid])

    def health(self) -> dict[str, Any]:
        own = ssl._create_unverified_context()  # noqa: S323 - its certificate is the test's own
        with urllib.request.urlopen(f"{self.url}/edge/health", timeout=5, context=own) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found

    def start(self) -> None:
        """Start on its folder, and wait until it is well."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*self._mounted(), sys.executable, str(ROOT / "deploy" / "edge" / "run.py")],
                cwd=self.folder,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                self.health()
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
            else:
                return
        raise AssertionError(f"The edge does not start:\n{self.log.read_text()[-4000:]}")

    def _mounted(self) -> list[str]:
        """Return the command before the command: a namespace with a file system of that size."""
        if not self.disk_size:
            return []
        (self.folder / "disk").mkdir(exist_ok=True)
        user = [] if os.geteuid() == 0 else ["--map-root-user"]
        mount = f'mount -t tmpfs -o size={self.disk_size} tmpfs {self.folder / "disk"} && exec "$@"'
        command = ["unshare", "--mount", *user, "sh", "-c", mount, "sh"]
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
            rig.lack("the right to mount a file system in a namespace of its own (unshare --mount)")
        return command

    def reload(self, **keys: str) -> None:
        """Read the files again, with these media keys where any are given; running transfers go on."""
        if keys:
            self.keys = keys
            self._write_keys()
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """End it in order, and make it end where it does not."""
        if self.process is not None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
            self.kill()

    def kill(self) -> None:
        """Kill nginx and what is beside it at once, as a crash would; `start` brings it back with its cache."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def wipe(self) -> None:
        """Empty the cache, as a new disk would be; only while it is stopped or killed is nothing left in memory."""
        for part in self.cache.iterdir():
            shutil.rmtree(part) if part.is_dir() else part.unlink()

    def _write_keys(self) -> None:
        text = "\n".join(f"{kid}:{key}" for kid, key in self.keys.items())
        draft = self.folder / "keys.new"
        draft.write_text(text)
        draft.replace(self.folder / "keys")


@contextmanager
def pop(
    folder: Path,
    *,
    origins: Sequence[Storage | str],
    keys: Mapping[str, str],
    name: str = "one",
    region: str = "local",
    access: tuple[str, str] | None = None,
    disk: str = "",
    extra: Mapping[str, str] | None = None,
) -> Iterator[Pop]:
    """Start an edge, and stop it at the end.

    `origins` are running storages or `http://host:port/bucket` (as through a fault proxy), nearest first; `access` is
    access key and secret, the first storage's by default; with `disk`, a size such as `16m`, the cache
    is on a file system of its own. `extra` are further settings of deploy/edge/README.md.
    """
    rig.need("nginx", package="nginx")
    for module, package in (("js", "libnginx-mod-http-js"), ("cache_purge", "libnginx-mod-http-cache-purge")):
        if not (MODULES / f"ngx_http_{module}_module.so").exists():
            rig.lack(f"the Debian package {package}")
    if access is None:
        storage = next(one for one in origins if isinstance(one, Storage))
        access = (storage.access_key, storage.secret_key)
    folder.mkdir(parents=True, exist_ok=True)
    running = Pop(name, region, free_port(), folder, {}, dict(keys), folder / ("disk/cache" if disk else "cache"), disk)
    running._write_keys()
    running.environment = {
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "EDGE_LISTEN": f"127.0.0.1:{running.port}",
        "EDGE_ORIGINS": ",".join(
            f"{one.endpoint}/{one.bucket}" if isinstance(one, Storage) else one for one in origins
        ),
        "EDGE_ACCESS_KEY": access[0],
        "EDGE_SECRET_KEY": access[1],
        "EDGE_MEDIA_KEYS_FILE": str(folder / "keys"),
        "EDGE_CACHE": str(running.cache),
        "EDGE_CACHE_SIZE": "1g",
        "EDGE_MIN_FREE": "1m",
        "EDGE_FLOOR": "1m",
        "EDGE_RUN": str(folder / "run"),
        "EDGE_ACCESS_LOG": str(folder / "access.log"),
        "EDGE_WORKERS": "1",
        "EDGE_CONNECTIONS_OF_ADDRESS": "0",
        "EDGE_NOTICE": "0",
        "EDGE_DRAIN": "1",
        **(extra or {}),
    }
    running.start()
    try:
        yield running
    finally:
        running.stop()
