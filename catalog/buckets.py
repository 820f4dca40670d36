"""Keep objects in S3: written once, whole and checked, through django-storages and boto3."""

import base64
from typing import IO, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from storages.backends.s3 import S3Storage

from spotify_lite.places import Origin

# Standard mode: up to 4 attempts, waits drawn at random below a bound that doubles.
CLIENT = Config(
    retries={"mode": "standard", "total_max_attempts": 4},
    connect_timeout=3,  # seconds
    read_timeout=20,  # seconds between bytes
    s3={"addressing_style": "path"},  # any endpoint, without a DNS name a bucket
)
THERE = {"PreconditionFailed", "412"}
GONE = {"NoSuchKey", "NotFound", "404"}


class Bucket(S3Storage):
    """One prefix of an origin's bucket. What is kept is private: who may read it, a signed address says."""

    def __init__(self, *, origin: Origin, location: str, **options: Any) -> None:
        """Take the origin and the prefix; "masters" lie in a bucket of their own, which no edge can read."""
        super().__init__(
            endpoint_url=origin.endpoint,
            bucket_name=origin.masters if location == "masters" else origin.bucket,
            region_name=origin.signing_region,
            access_key=settings.S3_ACCESS_KEY or None,
            secret_key=settings.S3_SECRET_KEY or None,
            location=location,
            client_config=CLIENT,
            querystring_auth=True,
            file_overwrite=True,
            **options,
        )

    @property
    def client(self) -> Any:
        """Return boto3's client of this thread."""
        return self.connection.meta.client

    def key(self, name: str) -> str:
        """Return the object's key in the bucket."""
        return f"{self.location.strip('/')}/{name}"

    def put(self, name: str, file: IO[bytes], *, size: int, sha256: str) -> None:
        """Write what `file` holds from its beginning, once, and compare; raise OSError where it cannot be kept.

        The storage compares the checksum before it acknowledges; who comes second finds the same bytes there.
        """
        if self._write(name, file, size=size, sha256=sha256, IfNoneMatch="*") or self.holds(name, size=size):
            return
        self._write(name, file, size=size, sha256=sha256)  # what is there is damaged, or a cover cut anew

    def holds(self, name: str, *, size: int) -> bool:
        """Say whether the object is there, whole; raise OSError where the storage does not answer."""
        try:
            head = self.client.head_object(Bucket=self.bucket_name, Key=self.key(name))
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return False
            raise OSError(f"{name} cannot be looked at: {error}") from error
        except BotoCoreError as error:
            raise OSError(f"{name} cannot be looked at: {error}") from error
        return bool(head["ContentLength"] == size)

    def _write(self, name: str, file: IO[bytes], *, size: int, sha256: str, **condition: str) -> bool:
        """Send the bytes; return False where an object is there and the condition forbids to replace it."""
        file.seek(0)
        try:
            self.client.put_object(
                Bucket=self.bucket_name,
                Key=self.key(name),
                Body=file,
                ContentLength=size,
                ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
                **condition,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in THERE:
                return False
            raise OSError(f"{name} was not kept: {error}") from error
        except BotoCoreError as error:
            raise OSError(f"{name} was not kept: {error}") from error
        if not self.holds(name, size=size):
            raise OSError(f"{name} was not kept whole")
        return True
