"""Take objects of the home storage that others have named: looked at, fetched once, and copied into "masters" there.

What is looked at is pinned by its ETag: an object that changes meanwhile is refused, and never taken for what was read.
"""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from catalog import media, stores
from catalog.stores import Bucketed


class NoStorage(Exception):
    """This node keeps its media in folders."""


@dataclass(frozen=True)
class Found:
    """An object as it was found."""

    bucket: str
    key: str
    size: int  # bytes
    etag: str
    changed_at: datetime


def home() -> Bucketed:
    """Return the storage of masters; raise NoStorage where it is no bucket."""
    storage = stores.store("masters")
    if not isinstance(storage, Bucketed):
        raise NoStorage
    return storage


def look(bucket: str, key: str) -> Found | None:
    """Return the object, or None where there is none; raise OSError where the storage does not say."""
    storage = home()
    try:
        with storage.answers(f"{key} cannot be looked at"):
            head = storage.client.head_object(Bucket=bucket, Key=key)
    except FileNotFoundError:
        return None
    return Found(bucket, key, head["ContentLength"], head["ETag"], head["LastModified"])


def under(bucket: str, prefix: str) -> Iterator[Found]:
    """Yield the objects whose keys begin so; raise OSError where they cannot be listed."""
    storage = home()
    pages = iter(storage.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix))
    while True:
        with storage.answers(f"{bucket}/{prefix} cannot be listed"):
            page = next(pages, None)
        if page is None:
            return
        for one in page.get("Contents", ()):
            yield Found(bucket, one["Key"], one["Size"], one["ETag"], one["LastModified"])


def fetch(found: Found, path: Path) -> str:
    """Stream the object to a file, and return the sha256 of its bytes.

    Raise stores.Unreachable where the storage does not answer, and OSError where it does not give this object.
    """
    for attempt in range(1, stores.ATTEMPTS + 1):
        try:
            return _fetch(found, path)
        except stores.Unreachable:
            if attempt == stores.ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def take(found: Found, sha256: str, extension: str) -> media.Stored:
    """Copy the object into "masters" under its hash, at the storage itself, and compare; raise OSError if it fails."""
    storage, stored = home(), media.Stored(sha256, media.object_name(sha256, extension), found.size)
    if storage.renew(stored.name, size=stored.size, sha256=sha256):
        return stored
    with storage.answers(f"{found.key} was not copied"):
        storage.client.copy_object(
            Bucket=storage.bucket_name,
            Key=storage.key(stored.name),
            CopySource={"Bucket": found.bucket, "Key": found.key},
            CopySourceIfMatch=found.etag,
            ChecksumAlgorithm="SHA256",  # for storages that keep one
        )
    if not storage.holds(stored.name, size=stored.size, sha256=sha256):
        raise OSError(f"{found.key} was not copied whole")
    return stored


def drop(found: Found) -> None:
    """Delete the object, if it is there."""
    storage = home()
    with storage.answers(f"{found.key} was not deleted"):
        storage.client.delete_object(Bucket=found.bucket, Key=found.key)


def _fetch(found: Found, path: Path) -> str:
    digest, storage = hashlib.sha256(), home()
    with storage.answers("could not be fetched"), path.open("wb") as file:
        body = storage.client.get_object(Bucket=found.bucket, Key=found.key, IfMatch=found.etag)["Body"]
        with closing(body):
            for piece in body.iter_chunks(media.CHUNK):  # raises where the body ends before its length
                digest.update(piece)
                file.write(piece)
    return digest.hexdigest()
