"""Objects in S3, on a real server: written once, whole and private, whatever the line between does."""

import hashlib
import io
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from catalog import media, s3, stores
from catalog.buckets import Bucket
from catalog.tests.conftest import ON_S3
from spotify_lite.places import Origin
from spotify_lite.tests.rig import faults, server
from spotify_lite.tests.rig.s3 import Storage

BODY = b"sound" * 1000
SHA256 = hashlib.sha256(BODY).hexdigest()
NAME = f"{SHA256[:2]}/{SHA256}.mp4"
LARGE = 128 << 20  # bytes
LITTLE = 64 << 10  # kilobytes of memory that a process may grow by: buffers, and no object

# Keeps an object of zeros and fetches it again; prints by how many kilobytes the process grew meanwhile.
KEEP_AND_FETCH = """
import hashlib, pathlib, resource, sys
from catalog import media, stores
path, copy = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
small = path.with_suffix(".small"); small.write_bytes(b"small")
media.fetch(stores.store("masters"), media.put_master(small, "wav").name, copy)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
stored = media.put_master(path, "wav")
media.fetch(stores.store("masters"), stored.name, copy)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, stored.size, copy.stat().st_size)
"""

pytestmark = ON_S3


@pytest.fixture
def storage(empty_s3: Storage, settings: Any) -> Storage:
    settings.S3_ACCESS_KEY, settings.S3_SECRET_KEY = empty_s3.access_key, empty_s3.secret_key
    return empty_s3


@pytest.fixture
def bucket(storage: Storage) -> Bucket:
    return Bucket(origin=storage.origin, location="media")


@pytest.fixture
def line(storage: Storage) -> Iterator[faults.Proxy]:
    with faults.proxy(storage.port) as proxy:
        yield proxy


@pytest.fixture
def behind(line: faults.Proxy, storage: Storage) -> Bucket:
    """Return the same bucket at the other end of the line."""
    return Bucket(origin=Origin("local", line.url, storage.bucket), location="media")


def put(bucket: Bucket, body: bytes = BODY, sha256: str = SHA256) -> bool:
    return bucket.put(NAME, io.BytesIO(body), size=len(body), sha256=sha256)


def head(storage: Storage) -> Any:
    return storage.client().head_object(Bucket=storage.bucket, Key=f"media/{NAME}", ChecksumMode="ENABLED")


def test_object_is_kept_under_its_name(bucket: Bucket, storage: Storage):
    assert put(bucket)
    assert storage.names() == [f"media/{NAME}"]
    assert bucket.holds(NAME, size=len(BODY))
    assert not bucket.holds(NAME, size=1)
    assert bucket.open(NAME).read() == BODY
    assert (head(storage)["ContentType"], "immutable" in head(storage)["CacheControl"]) == ("audio/mp4", True)


def test_writing_it_again_does_not_touch_it(bucket: Bucket, storage: Storage):
    put(bucket)
    before = head(storage)["LastModified"]
    assert not put(bucket)
    assert head(storage)["LastModified"] == before


def test_what_is_old_and_written_again_becomes_young_and_stays_the_same(
    bucket: Bucket, storage: Storage, monkeypatch, db
):
    put(bucket)
    before = head(storage)
    monkeypatch.setattr(stores, "YOUNG", timedelta(seconds=-5))
    threading.Event().wait(1.1)  # times of objects are in seconds
    assert not put(bucket)
    after = head(storage)
    assert after["LastModified"] > before["LastModified"]
    for field in ("ETag", "ChecksumSHA256", "ContentLength", "ContentType", "CacheControl"):
        assert after[field] == before[field], field


def test_bytes_that_are_not_what_they_should_be_are_not_kept(bucket: Bucket, storage: Storage):
    with pytest.raises(OSError, match="was not kept"):
        put(bucket, b"noise" * 1000)
    assert storage.names() == []


@pytest.mark.parametrize("damaged", [b"stump", b"noise" * 1000])
def test_damaged_object_is_replaced(damaged: bytes, bucket: Bucket, storage: Storage):
    sha256 = hashlib.sha256(damaged).hexdigest()
    bucket.put(NAME, io.BytesIO(damaged), size=len(damaged), sha256=sha256)
    assert put(bucket)
    assert bucket.open(NAME).read() == BODY


def test_of_many_writers_at_once_one_writes(bucket: Bucket, storage: Storage):
    wrote: list[bool] = []
    threads = [threading.Thread(target=lambda: wrote.append(put(bucket))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(wrote) == [False] * 11 + [True]
    assert bucket.open(NAME).read() == BODY


def test_nobody_reads_without_a_signature(bucket: Bucket, storage: Storage):
    put(bucket)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{storage.endpoint}/{storage.bucket}/media/{NAME}")


def test_storage_that_is_away_is_an_error_that_tells_no_secret(bucket: Bucket, storage: Storage):
    away = Bucket(origin=Origin("away", "http://127.0.0.1:9", "music"), location="media")
    with pytest.raises(stores.Unreachable, match="was not kept: the storage does not answer") as error:
        put(away)
    said = str(error.value)
    assert not any(secret in said for secret in (storage.access_key, storage.secret_key, "http", "Signature"))


def test_storage_that_refuses_our_keys_says_so_and_is_not_waited_for(bucket: Bucket, settings: Any):
    settings.S3_SECRET_KEY = "another"
    with pytest.raises(OSError, match=r"the storage refuses \(SignatureDoesNotMatch\)") as error:
        put(bucket)
    assert not isinstance(error.value, stores.Unreachable)
    assert "another" not in str(error.value)


def test_one_answer_in_twenty_is_a_503_and_nothing_is_lost_nor_stormed(behind: Bucket, line: faults.Proxy):
    line.spoil(errors=0.05)
    bodies = [b"%d" % number * 100 for number in range(60)]
    for body in bodies:
        sha256 = hashlib.sha256(body).hexdigest()
        behind.put(f"{sha256[:2]}/{sha256}.mp4", io.BytesIO(body), size=len(body), sha256=sha256)
    asked = sum(line.requests.values())
    line.heal()
    assert sum(1 for _ in behind.under("")) == len(bodies)
    assert 2 * len(bodies) < asked <= 1.1 * 2 * len(bodies)  # a PUT and a HEAD each


def test_body_that_breaks_off_is_taken_up_where_it_broke(behind: Bucket, bucket: Bucket, line: faults.Proxy):
    body = os.urandom(2_500_000)
    sha256 = hashlib.sha256(body).hexdigest()
    bucket.put("aa/long.mp4", io.BytesIO(body), size=len(body), sha256=sha256)
    line.spoil(cut_after=1_000_000)
    whole = io.BytesIO()
    assert behind.fetch("aa/long.mp4", whole) == sha256
    assert whole.getvalue() == body
    line.spoil(cut_after=10)
    with pytest.raises(stores.Unreachable, match="did not come whole"):
        behind.fetch("aa/long.mp4", io.BytesIO())


def test_bytes_that_changed_on_the_way_are_found(behind: Bucket, bucket: Bucket, line: faults.Proxy, tmp_path):
    put(bucket)
    line.spoil(corrupt=True)
    with pytest.raises(OSError, match="is damaged"):
        media.fetch(behind, NAME, tmp_path / "copy")
    line.heal()
    assert media.fetch(behind, NAME, tmp_path / "copy") == SHA256


def test_what_is_not_there_is_said_to_be(bucket: Bucket):
    with pytest.raises(FileNotFoundError):
        bucket.fetch(NAME, io.BytesIO())
    assert bucket.look(NAME) is None
    assert not bucket.renew(NAME, size=1)
    bucket.delete(NAME)


def test_large_master_costs_no_memory(storage: Storage, tmp_path):
    master = tmp_path / "master.wav"
    with master.open("wb") as file:
        file.truncate(LARGE)
    variables = server.environment(tmp_path / "var", 1, storage.environment)
    run = f"import sys; sys.argv[1:] = {[str(master), str(tmp_path / 'copy')]!r}\n{KEEP_AND_FETCH}"
    code = f"import django; django.setup()\n{run}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=variables | {"DJANGO_SETTINGS_MODULE": "spotify_lite.settings"},
        cwd=server.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    grown, kept, fetched = map(int, done.stdout.split())
    print(f"a master of {LARGE >> 20} MB: {grown} kB")
    assert (kept, fetched) == (LARGE, LARGE)
    assert grown < LITTLE


def test_storage_is_reachable_where_it_has_the_bucket(storage: Storage):
    assert s3.is_reachable(storage.origin)
    assert not s3.is_reachable(Origin("none", storage.endpoint, "nowhere"))
    assert not s3.is_reachable(Origin("away", "http://127.0.0.1:9", storage.bucket))
