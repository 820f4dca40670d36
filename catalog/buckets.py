"""Keep objects in S3: written once, whole and checked, through django-storages and boto3."""

import base64
import hashlib
import random
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import IO, Any

from botocore.exceptions import ClientError
from django.conf import settings
from django.utils import timezone
from storages.backends.s3 import S3Storage

from catalog import leftovers, s3, stores
from spotify_lite.places import Origin

CHUNK = 1 << 20  # bytes read at once
TYPES = {"mp4": "audio/mp4", "mp3": "audio/mpeg", "ogg": "audio/ogg", "webp": "image/webp"}  # edges pass them on
ANSWERED = 600  # seconds that browsers remember what the bucket allows
FOR_EVER = "public, max-age=31536000, immutable"


class Bucket(S3Storage):
    """One prefix of an origin's bucket; see `stores.Bucketed`. Private: who may read, a signed address says."""

    def __init__(self, *, origin: Origin, location: str, **options: Any) -> None:
        """Take the origin and the prefix; "masters" lie in a bucket of their own, which no edge can read."""
        self.origin = origin
        super().__init__(
            endpoint_url=origin.endpoint,
            bucket_name=origin.masters if location == "masters" else origin.bucket,
            region_name=origin.signing_region,
            access_key=settings.S3_ACCESS_KEY or None,
            secret_key=settings.S3_SECRET_KEY or None,
            location=location,
            client_config=s3.CLIENT,
            querystring_auth=True,
            file_overwrite=True,
            **options,
        )

    @property
    def client(self) -> Any:
        return s3.client(self.origin)

    def key(self, name: str) -> str:
        return f"{self.location.strip('/')}/{name}"

    def answers(self, what: str) -> AbstractContextManager[None]:
        return s3.answers(what)

    def link(self, name: str, *, lives: timedelta) -> str:
        seconds = int(lives.total_seconds())
        client = s3.client(self.origin, s3.SIGNED)
        return str(client.generate_presigned_url("get_object", Params=self._address(name), ExpiresIn=seconds))

    def form(self, key: str, *, size: int, lives: timedelta) -> dict[str, str]:
        form = s3.client(self.origin, s3.SIGNED).generate_presigned_post(
            self.bucket_name,
            key,
            Conditions=[["content-length-range", 1, size]],
            ExpiresIn=int(lives.total_seconds()),
        )
        fields: dict[str, str] = form["fields"]
        return fields

    def let_in(self, site: str) -> None:
        # A rule for this site, unless there is one; the operator's own rules stay. A curator waits, and a thread of the
        # web node with them, so it is tried once and briefly.
        client = s3.client(self.origin, s3.QUICK)
        with s3.answers(f"{self.bucket_name} does not take files from {site}"):
            try:
                rules = client.get_bucket_cors(Bucket=self.bucket_name)["CORSRules"]
            except ClientError as error:
                if s3.code_of(error) != "NoSuchCORSConfiguration":
                    raise
                rules = []
            if not any({site, "*"} & {*rule["AllowedOrigins"]} and "POST" in rule["AllowedMethods"] for rule in rules):
                rule = {"AllowedOrigins": [site], "AllowedMethods": ["POST"], "AllowedHeaders": ["*"]}
                rules = [*rules, {**rule, "MaxAgeSeconds": ANSWERED}]
                client.put_bucket_cors(Bucket=self.bucket_name, CORSConfiguration={"CORSRules": rules})

    def put(self, name: str, file: IO[bytes], *, size: int, sha256: str) -> bool:
        # The storage compares the checksum before it acknowledges; who comes second finds the same bytes there.
        if self._write(name, file, size=size, sha256=sha256, IfNoneMatch="*"):
            return True
        if self.renew(name, size=size, sha256=sha256):
            return False
        return self._write(name, file, size=size, sha256=sha256)  # what is there is damaged, or a cover cut anew

    def holds(self, name: str, *, size: int, sha256: str = "") -> bool:
        head = self._head(name)
        return head is not None and _is_whole(head, size, sha256)

    def renew(self, name: str, *, size: int, sha256: str = "") -> bool:
        head = self._head(name)
        if head is None or not _is_whole(head, size, sha256):
            return False
        if head["LastModified"] > timezone.now() - stores.YOUNG:
            return True
        with leftovers.turn(), s3.answers(f"{name} was not renewed"):
            try:
                self.client.copy_object(
                    **self._address(name),
                    **self._headers(name),
                    CopySource=self._address(name),
                    MetadataDirective="REPLACE",  # without it a copy onto itself is refused
                )
            except ClientError as error:
                if s3.code_of(error) in s3.GONE:
                    return False  # a sweep was faster
                raise
        return True

    def look(self, name: str) -> stores.Kept | None:
        head = self._head(name)
        return stores.Kept(name, head["ContentLength"], head["LastModified"]) if head else None

    def fetch(self, name: str, file: IO[bytes]) -> str:
        # A connection that breaks in the middle is taken up where it broke, if the object is still the same.
        head = self._head(name)
        if head is None:
            raise FileNotFoundError(f"{name} is not in the storage")
        digest, done, size = hashlib.sha256(), 0, head["ContentLength"]
        for attempt in range(1, stores.ATTEMPTS + 1):
            try:
                with s3.answers(f"{name} did not come whole"):
                    for piece in self._pieces(name, done, size, head["ETag"]):
                        digest.update(piece)
                        file.write(piece)
                        done += len(piece)
            except stores.Unreachable:
                if attempt == stores.ATTEMPTS:
                    raise
                time.sleep(random.uniform(0, 0.2 * 2**attempt))
            else:
                break
        if done != size:
            raise OSError(f"{name} did not come whole: {done} of {size} bytes")
        return digest.hexdigest()

    def under(self, prefix: str) -> Iterator[stores.Kept]:
        pages = iter(
            self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket_name, Prefix=self.key(prefix))
        )
        while True:
            with s3.answers(f"{prefix} cannot be listed"):
                page = next(pages, None)
            if page is None:
                return
            for one in page.get("Contents", ()):
                yield stores.Kept(one["Key"].removeprefix(self.key("")), one["Size"], one["LastModified"])

    def delete(self, name: str) -> None:
        with s3.answers(f"{name} was not deleted"):
            self.client.delete_object(**self._address(name))

    def _address(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self.key(name)}

    def _headers(self, name: str) -> dict[str, str]:
        """Return what a CDN passes on to listeners as the storage has it."""
        mime = TYPES.get(name.rpartition(".")[2])
        return {"ContentType": mime, "CacheControl": FOR_EVER} if mime and self.location != "masters" else {}

    def _head(self, name: str) -> dict[str, Any] | None:
        try:
            with s3.answers(f"{name} cannot be looked at"):
                head: dict[str, Any] = self.client.head_object(**self._address(name), ChecksumMode="ENABLED")
        except FileNotFoundError:
            return None
        return head

    def _pieces(self, name: str, begin: int, size: int, etag: str) -> Iterator[bytes]:
        if begin < size:
            body = self.client.get_object(**self._address(name), Range=f"bytes={begin}-", IfMatch=etag)["Body"]
            try:
                yield from body.iter_chunks(CHUNK)  # raises where the body ends before its length
            finally:
                body.close()

    def _write(self, name: str, file: IO[bytes], *, size: int, sha256: str, **condition: str) -> bool:
        """Send the bytes; return False where an object is there and the condition forbids to replace it."""
        file.seek(0)
        with s3.answers(f"{name} was not kept"):
            try:
                self.client.put_object(
                    **self._address(name),
                    **self._headers(name),
                    Body=file,
                    ContentLength=size,
                    ChecksumSHA256=_checksum(sha256),
                    **condition,
                )
            except ClientError as error:
                if s3.code_of(error) in s3.THERE:
                    return False
                raise
        if not self.holds(name, size=size, sha256=sha256):
            raise OSError(f"{name} was not kept whole")
        return True


def _checksum(sha256: str) -> str:
    return base64.b64encode(bytes.fromhex(sha256)).decode()


def _is_whole(head: dict[str, Any], size: int, sha256: str) -> bool:
    """Compare with what the storage says; one that keeps no checksums, or those of parts, says only the length."""
    kept = head.get("ChecksumSHA256", "")
    unlike = sha256 and kept and "-" not in kept and kept != _checksum(sha256)
    return bool(head["ContentLength"] == size and not unlike)
