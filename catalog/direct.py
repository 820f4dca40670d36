"""Let browsers send files straight to the home storage: a signed form, a word that it is there, and a worker's look.

What a browser says counts for nothing but labels. The form names one key under `incoming/` in the bucket of masters;
the claim that comes with it says whose it is. The storage tells whether it is there, and a worker reads what it is.
"""

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core import signing
from django.utils import timezone

from accounts.models import User
from catalog import credits, media, objects, quota, s3, work  # noqa: A004
from catalog.buckets import Bucket
from catalog.models import Upload

logger = logging.getLogger(__name__)

INCOMING = "incoming/"
SALT = "catalog.direct"
FORM_LIVES = timedelta(minutes=10)  # until the storage has seen the head of the request: the body may take longer
CLAIM_LIVES = timedelta(hours=12)  # a gigabyte over a slow line; below LEFT, so that nobody claims what is swept
LEFT = timedelta(days=1)  # an object that nobody has claimed for so long is deleted
SIGNED = s3.CLIENT.merge(Config(signature_version="s3v4"))  # boto3 signs forms by the old way for some regions
ANSWERED = 600  # seconds that browsers remember what the bucket allows

_let: set[tuple[str, str]] = set()  # bucket and site, of which this process has seen to it
_asking = threading.Lock()


class Unclaimed(Exception):
    """Nothing is there that this curator was given a form for, or it did not arrive whole."""


@dataclass(frozen=True)
class Claim:
    """What one form was given for."""

    incoming: uuid.UUID  # of the object's key
    name: str  # as the browser calls it: a label
    size: int  # bytes
    publish: bool


@dataclass(frozen=True)
class Form:
    """What a browser needs to send one file."""

    url: str
    fields: dict[str, str]  # in this order, before the file
    claim: str  # to be brought back once the storage has taken the file


def invite(curator: User, *, name: str, size: int, publish: bool, site: str) -> Form:
    """Sign a form for one file of so many bytes, sent by a page of `site` (scheme and host).

    Raise objects.NoStorage where there is none, and quota.Exceeded if the curator may not send so much now.
    """
    storage, incoming = objects.home(), uuid.uuid4()
    quota.check(curator, files=1, size=size, at=timezone.now())
    _let_in(storage, site)
    form = s3.client(storage.origin, SIGNED).generate_presigned_post(
        storage.bucket_name,
        _key(incoming),
        Conditions=[["content-length-range", 1, size]],
        ExpiresIn=int(FORM_LIVES.total_seconds()),
    )
    label = credits.clean(name, 255) or "-"
    claim = {"id": incoming.hex, "curator": curator.pk, "name": label, "size": size, "publish": publish}
    return Form(
        f"{settings.UPLOAD_ENDPOINT}/{storage.bucket_name}",
        form["fields"],
        signing.dumps(claim, salt=SALT, compress=True),
    )


def claimed(curator: User, claim: str) -> Claim:
    """Return what the curator was given a form for; raise Unclaimed where it is no claim of theirs, or an old one."""
    try:
        told = signing.loads(claim, salt=SALT, max_age=CLAIM_LIVES)
    except signing.BadSignature:
        raise Unclaimed from None
    if told.pop("curator") != curator.pk:
        raise Unclaimed
    return Claim(uuid.UUID(told.pop("id")), **told)


def look(incoming: uuid.UUID) -> objects.Found | None:
    """Return the object as it lies there, or None; raise OSError where the storage does not say."""
    return objects.look(objects.home().bucket_name, _key(incoming))


@contextmanager
def opened(incoming: uuid.UUID) -> Iterator[tuple[objects.Found, Path, str]]:
    """Fetch what arrived; give it with its path here and the sha256 of its bytes. Raise work.Failed if that fails."""
    with media.scratch() as folder:
        path = folder / "incoming"
        try:
            found = look(incoming)
            if found is None:
                raise work.Refused("It is gone from the storage; it has to be sent again.")
            sha256 = objects.fetch(found, path)
        except OSError as error:
            raise work.Failed("The storage did not give the file back.") from error
        yield found, path, sha256


def drop(found: objects.Found) -> None:
    """Delete what arrived: it has its own name by now, or is not wanted. What stays is swept."""
    try:
        objects.drop(found)
    except OSError as error:
        logger.warning("%s; the sweep does it", error)


def sweep(*, at: datetime) -> int:
    """Delete what was sent a day ago and no upload waits for; return how many. Where there is no storage, nothing."""
    try:
        bucket = objects.home().bucket_name
    except objects.NoStorage:
        return 0
    left = [one for one in objects.under(bucket, INCOMING) if one.changed_at < at - LEFT]
    waiting = Upload.objects.filter(state=Upload.State.WAITING, storage_name="", incoming__isnull=False)
    wanted = {f"{INCOMING}{incoming}" for incoming in waiting.values_list("incoming", flat=True)} if left else set()
    unwanted = [one for one in left if one.key not in wanted]
    for one in unwanted:
        objects.drop(one)
    return len(unwanted)


def _key(incoming: uuid.UUID) -> str:
    return f"{INCOMING}{incoming}"


def _let_in(storage: Bucket, site: str) -> None:
    """Have the bucket answer pages of this site (CORS); asked once a process, and written where it is not so yet.

    Where our keys may not say so, the operator has to: until then browsers send through this node.
    """
    with _asking:  # the page sends two files at a time: the second form waits until the first one works
        if (storage.bucket_name, site) in _let:
            return
        try:
            _allow(storage.client, storage.bucket_name, site)
        except ClientError as error:
            logger.warning("the bucket %s does not take files from %s: %s", storage.bucket_name, site, error)
        except BotoCoreError as error:
            logger.warning("the bucket %s was not asked about %s: %s", storage.bucket_name, site, error)
            return
        _let.add((storage.bucket_name, site))


def _allow(client: Any, bucket: str, site: str) -> None:
    """Add a rule for this site, unless there is one; the operator's own rules stay."""
    try:
        rules = client.get_bucket_cors(Bucket=bucket)["CORSRules"]
    except ClientError as error:
        if s3.code_of(error) != "NoSuchCORSConfiguration":
            raise
        rules = []
    if not any({site, "*"} & {*rule["AllowedOrigins"]} and "POST" in rule["AllowedMethods"] for rule in rules):
        rule = {"AllowedOrigins": [site], "AllowedMethods": ["POST"], "AllowedHeaders": ["*"]}
        rules = [*rules, {**rule, "MaxAgeSeconds": ANSWERED}]
        client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})
