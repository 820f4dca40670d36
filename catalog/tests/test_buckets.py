"""Objects in S3, on a real server: written once, whole, and private."""

import hashlib
import io
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from catalog.buckets import Bucket
from spotify_lite.tests.rig import s3

BODY = b"sound" * 1000
SHA256 = hashlib.sha256(BODY).hexdigest()
NAME = f"{SHA256[:2]}/{SHA256}.mp4"

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("s3")]


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[s3.Storage]:
    with s3.storage(tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture
def bucket(storage: s3.Storage, settings: Any) -> Bucket:
    settings.S3_ACCESS_KEY, settings.S3_SECRET_KEY = storage.access_key, storage.secret_key
    for key in storage.names():
        storage.client().delete_object(Bucket=storage.bucket, Key=key)
    return Bucket(origin=storage.origin, location="media")


def put(bucket: Bucket, body: bytes = BODY, sha256: str = SHA256) -> None:
    bucket.put(NAME, io.BytesIO(body), size=len(body), sha256=sha256)


def test_object_is_kept_under_its_name(bucket: Bucket, storage: s3.Storage):
    put(bucket)
    assert storage.names() == [f"media/{NAME}"]
    assert bucket.holds(NAME, size=len(BODY))
    assert not bucket.holds(NAME, size=1)
    assert bucket.open(NAME).read() == BODY


def test_writing_it_again_does_not_touch_it(bucket: Bucket, storage: s3.Storage):
    put(bucket)
    before = storage.client().head_object(Bucket=storage.bucket, Key=f"media/{NAME}")["LastModified"]
    put(bucket)
    assert storage.client().head_object(Bucket=storage.bucket, Key=f"media/{NAME}")["LastModified"] == before


def test_bytes_that_are_not_what_they_should_be_are_not_kept(bucket: Bucket, storage: s3.Storage):
    with pytest.raises(OSError, match="was not kept"):
        put(bucket, b"noise" * 1000)
    assert storage.names() == []


def test_damaged_object_is_replaced(bucket: Bucket, storage: s3.Storage):
    storage.client().put_object(Bucket=storage.bucket, Key=f"media/{NAME}", Body=b"stump")
    put(bucket)
    assert bucket.open(NAME).read() == BODY


def test_nobody_reads_without_a_signature(bucket: Bucket, storage: s3.Storage):
    put(bucket)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{storage.endpoint}/{storage.bucket}/media/{NAME}")


def test_storage_that_is_away_is_an_error(bucket: Bucket, storage: s3.Storage):
    away = s3.Origin("away", "http://127.0.0.1:9", "music")
    with pytest.raises(OSError, match="was not kept"):
        put(Bucket(origin=away, location="media"))
