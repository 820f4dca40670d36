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

from django.conf import settings
from django.core import signing
from django.utils import timezone

from accounts.models import User
from catalog import credits, media, objects, quota, stores, work  # noqa: A004
from catalog.models import Upload
from catalog.stores import Bucketed

logger = logging.getLogger(__name__)

INCOMING = "incoming/"
SALT = "catalog.direct"
FORM_LIVES = timedelta(minutes=10)  # until the storage has seen the head of the request: the body may take longer
CLAIM_LIVES = timedelta(hours=12)  # a gigabyte over a slow line; below LEFT, so that nobody claims what is swept
LEFT = timedelta(days=1)  # an object that nobody has claimed for so long is deleted

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
    label = credits.clean(name, 255) or "-"
    claim = {"id": incoming.hex, "curator": curator.pk, "name": label, "size": size, "publish": publish}
    return Form(
        f"{settings.UPLOAD_ENDPOINT}/{storage.bucket_name}",
        storage.form(_key(incoming), size=size, lives=FORM_LIVES),
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


def _let_in(storage: Bucketed, site: str) -> None:
    """Have the bucket take files from pages of this site; asked once a process.

    Where our keys may not say so, the operator has to: until then browsers send through this node.
    """
    with _asking:  # the page sends two files at a time: the second form waits until the first one works
        if (storage.bucket_name, site) in _let:
            return
        try:
            storage.let_in(site)
        except stores.Unreachable as error:
            logger.warning("%s", error)
            return
        except OSError as error:
            logger.warning("%s", error)
        _let.add((storage.bucket_name, site))
