"""The doctor's looks at where media are kept, at what works on them, and at the index that finds them."""

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import imageio_ffmpeg
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from catalog import origins, s3, walls
from catalog.models import Lane, SearchBuild, SearchChange, Work
from catalog.search import postgres_filling, rebuilding, state, tables
from spotify_lite.doctor import MISSING, OK, WARNING, Finding, side_by_side
from spotify_lite.places import Origin

CONFIG = s3.CLIENT.merge(Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=5))
PROBE = b"A probe of `manage.py doctor`. It may be deleted.\n"
WAITING = timedelta(minutes=10)  # work that is due for so long has nobody who does it
UNINDEXED = 1.0  # seconds, in which a worker that lives takes the first note of those that wait
NO_RULES = {"NoSuchCORSConfiguration", "NotImplemented"}


def findings() -> Iterator[Finding]:
    """Look at the storages, the tools and the queue of work."""
    if settings.ORIGINS:
        looks = {f"origin {one.region}": lambda origin=one: list(look_at(origin)) for one in settings.ORIGINS}
        yield from side_by_side(looks)
    yield media_folder()
    yield ffmpeg()
    yield sandbox()
    yield waiting_work()
    yield search_index()
    yield Finding("packaging", OK, f"{settings.PACKAGING}, AAC at {', '.join(map(str, settings.LADDER))} kbit/s")


def look_at(origin: Origin) -> Iterator[Finding]:
    """Look whether an origin can hold media: by its buckets, and by an object in each that is deleted again."""
    subject = f"origin {origin.region}"
    try:
        if lacking := origins.lacking(origin, CONFIG):
            words = f"has no bucket {' and no bucket '.join(lacking)}: run `manage.py make_buckets`"
            yield Finding(subject, MISSING, words)
            return
        trouble = [found for bucket in origins.buckets(origin) for found in _probe(origin, bucket)]
    except OSError as error:
        yield Finding(subject, MISSING, f"{error}")
        return
    yield from trouble or [
        Finding(subject, OK, f"{origin.endpoint} takes, keeps once and gives objects in both buckets")
    ]
    if origin == settings.ORIGINS[0]:
        yield from _uploads(origin)


def _probe(origin: Origin, bucket: str) -> Iterator[Finding]:
    subject, client = f"origin {origin.region}", s3.client(origin, CONFIG)
    address = {"Bucket": bucket, "Key": f"doctor/{secrets.token_hex(8)}"}
    with s3.answers(f"{bucket} takes no objects"):
        client.put_object(**address, Body=PROBE, IfNoneMatch="*")
    try:
        with s3.answers(f"{bucket} does not give objects back"):
            if client.get_object(**address)["Body"].read() != PROBE:
                yield Finding(subject, MISSING, f"{bucket} gives back other bytes than it took")
        if not _keeps_once(client, address):
            yield Finding(subject, WARNING, f"{bucket} lets objects be written over: it ignores `If-None-Match: *`")
        if _is_public(origin, address):
            yield Finding(subject, WARNING, f"{bucket} lets everybody read: its objects are for signed addresses only")
    finally:
        with s3.answers(f"{bucket} does not delete objects"):
            client.delete_object(**address)


def _keeps_once(client: Any, address: dict[str, str]) -> bool:
    with s3.answers(f"{address['Bucket']} takes no objects"):
        try:
            client.put_object(**address, Body=PROBE, IfNoneMatch="*")
        except ClientError as error:
            if s3.code_of(error) in s3.THERE:
                return True
            raise
    return False


def _is_public(origin: Origin, address: dict[str, str]) -> bool:
    url = f"{origin.endpoint}/{address['Bucket']}/{address['Key']}"
    try:
        answer = urllib3.request("GET", url, retries=False, timeout=urllib3.Timeout(connect=2, read=5))
    except urllib3.exceptions.HTTPError:
        return False
    return bool(answer.status == 200)


def _uploads(origin: Origin) -> Iterator[Finding]:
    """Look whether the bucket of masters takes files from pages of the desk; where it is of one origin, none asks."""
    if not settings.PUBLIC_URL or settings.UPLOAD_ENDPOINT == settings.PUBLIC_URL:
        yield Finding("uploads", OK, "go straight to the storage, by the address of the pages")
        return
    try:
        rules = s3.client(origin, CONFIG).get_bucket_cors(Bucket=origin.masters)["CORSRules"]
    except ClientError as error:
        if s3.code_of(error) not in NO_RULES:
            yield Finding("uploads", WARNING, f"the rules of {origin.masters} for browsers cannot be read")
            return
        rules = []
    allowed = [rule for rule in rules if {settings.PUBLIC_URL, "*"} & set(rule["AllowedOrigins"])]
    if any("POST" in rule["AllowedMethods"] for rule in allowed):
        yield Finding("uploads", OK, f"go straight to {settings.UPLOAD_ENDPOINT}")
    else:
        words = f"{origin.masters} takes none from {settings.PUBLIC_URL} yet (CORS); the first upload asks it to"
        yield Finding("uploads", WARNING, words)


def media_folder() -> Finding:
    folder = settings.MEDIA_DIR
    if settings.ORIGINS:  # it is made when it is needed
        folder = next(place for place in (folder, *folder.parents) if place.is_dir())
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return Finding("media", MISSING, f"{folder} is not a folder that can be written")
    free = shutil.disk_usage(folder).free / 1e9
    use = ", for files that are being worked on" if settings.ORIGINS else ""
    return Finding("media", OK if free > 1 else WARNING, f"{folder}, {free:.0f} GB free{use}")


def ffmpeg() -> Finding:
    try:
        return Finding("ffmpeg", OK, f"version {imageio_ffmpeg.get_ffmpeg_version()}")
    except RuntimeError:
        return Finding("ffmpeg", WARNING, "not found: nothing can be converted, encoded or measured")


def sandbox() -> Finding:
    """Try bubblewrap: that it is installed does not say that this kernel lets it work."""
    if walls.work():
        return Finding("sandbox", OK, "bubblewrap works")
    if not shutil.which("bwrap"):
        return Finding("sandbox", WARNING, "bubblewrap is not installed: files are read under resource limits only")
    words = "bubblewrap may not make namespaces here (a container needs deploy/web/seccomp.json): resource limits only"
    return Finding("sandbox", WARNING, words)


def waiting_work() -> Finding:
    """Tell how much work waits, and whether anybody does it."""
    now = timezone.now()
    try:
        due = Work.objects.due(at=now)
        oldest = due.order_by("ready_at").values_list("ready_at", flat=True).first()
        number, failed = due.count(), Work.objects.filter(state=Work.State.FAILED).count()
    except DatabaseError as error:
        return Finding("work", MISSING, f"could not be read: {error}")
    told = f"{number} wait, {failed} failed for good"
    if oldest and now - oldest > WAITING:
        return Finding(
            "work", WARNING, f"{told}; the oldest is due for {(now - oldest) // timedelta(minutes=1)} minutes"
        )
    return Finding("work", OK, told)


def search_index() -> Finding:
    """Tell what the search index holds, and whether it is of this code and keeps up with the catalog."""
    try:
        standing, build = state.read(), SearchBuild.objects.filter(id=1).first()
        with connection.cursor() as cursor:
            counts = {kind: tables.count(cursor, tables.LIVE, kind) for kind in tables.KINDS}
            lacking = list(_tiers_lacking(cursor, counts)) if connection.vendor == "postgresql" else []
        waits, stuck = _notes()
    except DatabaseError as error:
        return Finding("search", MISSING, f"the index could not be read: {error}")
    told = ", ".join(f"{count} {kind}s" for kind, count in counts.items())
    told = f"{told}; layout {standing.layout}, generation {standing.generation}, {waits} changes wait"
    if build:
        step = f"{build.kind}s" if build.step == rebuilding.DOCUMENTS else f"what follows {build.step}"
        told += f"; another is being built since {build.started_at:%Y-%m-%d %H:%M} UTC, at {step}"
    if standing.layout == state.NEVER_BUILT:
        told += "; it was never built: a worker does it, or `manage.py search_rebuild`"
    elif standing.layout > state.LAYOUT:
        told += (
            f"; newer code built it, and this has layout {state.LAYOUT}: after going back, `manage.py search_rebuild`"
        )
    elif standing.layout != state.LAYOUT:
        told += f"; this code has layout {state.LAYOUT}: a worker builds it anew, or `manage.py search_rebuild`"
    elif stuck:
        told += "; nobody takes them: does a worker run?"
    elif lacking:
        told += f"; without {', '.join(lacking)}: does the clock (beat) run, which has them made at night?"
    else:
        return Finding("search", OK, told)
    return Finding("search", WARNING, told)


def _notes() -> tuple[int, bool]:
    """Return how many changes the indexer has still to take, and whether it takes none."""
    notes = SearchChange.objects.exclude(lane=Lane.COVERED).order_by("lane", "id").values_list("id", flat=True)
    number, first = notes.count(), notes.first()
    if first is None:
        return number, False
    time.sleep(UNINDEXED)
    return number, notes.first() == first


def _tiers_lacking(cursor: CursorWrapper, counts: dict[str, int]) -> Iterator[str]:
    """Yield the indexes of the most popular documents that PostgreSQL should have by now."""
    cursor.execute("SELECT kind, tier FROM search_tier")
    there = set(cursor.fetchall())
    for kind, count in counts.items():
        for tier, sizes in postgres_filling.TIERS.items():
            if count > min(sizes) and (kind, tier) not in there:
                yield f"the {tier} of {kind}s"
