"""Take in the files that curators upload: stored before they are acknowledged, read by a worker, shown when they play.

An upload goes through the same reading and writing as an import that copies. Its track is hidden until it can be
played, and published then if the curator wanted so.
"""

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalog import (
    credits,  # noqa: A004
    curation,
    direct,
    genrecounts,
    imports,
    ingest,
    media,
    objects,
    quota,
    readings,
    sandbox,
    streams,
    tagnames,
    work,
)
from catalog.identity import Item
from catalog.models import Master, Rendition, Track, Upload, Work
from catalog.receiving import Received

FIRST = -10  # priority: a curator looks at the page meanwhile
TURN = 3.0  # seconds that a worker waits for an import to end before it does something else
PATIENCE = 20.0  # seconds for the reading of one file


def accept(curator: User, file: Received, *, publish: bool) -> Upload:
    """Store the file and ask for it to be read; what this returns is durable.

    What is no audio at all fails at once, with the reason; bytes that are here already are not taken again.
    Raise OSError or work.Failed where the storage does not take the file: then there is no row either.
    """
    upload = Upload(
        curator=curator,
        name=credits.clean(file.name or "", 255) or "-",
        sha256=file.sha256,
        size=file.size or 0,
        publish=publish,
        created_at=timezone.now(),
    )
    suffix = _suffix_if_wanted(upload, file.bytes)
    if not suffix:
        upload.save()
        return upload
    upload.storage_name = media.put_upload(file.bytes, file.sha256, upload.size, suffix).name
    with transaction.atomic():
        upload.save()
        work.enqueue("upload", upload.id, priority=FIRST)
    return upload


def accept_arrived(curator: User, claim: str) -> Upload:
    """Look whether the file that a browser was given a form for is there, and ask for it to be read; once, if it is.

    What this returns is durable. Raise direct.Unclaimed where nothing is there, or not all of it, and quota.Exceeded
    where so much else was sent meanwhile: then the claim can be brought again until it is too old.
    """
    told = direct.claimed(curator, claim)
    same = Upload.objects.filter(incoming=told.incoming)
    if before := same.first():
        return before
    found = direct.look(told.incoming)
    if found is None or found.size != told.size:
        raise direct.Unclaimed
    now = timezone.now()
    try:
        quota.check(curator, files=1, size=found.size, at=now)
    except quota.Exceeded:
        # A word that comes twice is counted against itself. So nothing is deleted here: what nobody claims is swept.
        if before := same.first():
            return before
        raise
    about = {"curator": curator, "name": told.name, "size": told.size, "publish": told.publish, "created_at": now}
    with transaction.atomic():
        upload, new = Upload.objects.get_or_create(incoming=told.incoming, defaults=about)
        if new:  # else another tab, or a second try, was faster
            work.enqueue("upload", upload.id, priority=FIRST)
    return upload


def take_in(row: Work) -> None:
    """Read the upload that the row names, and write its track; twice does it once."""
    waiting = Upload.objects.filter(id=row.subject_id, state=Upload.State.WAITING, track=None)
    upload = waiting.first()
    if upload is None:
        return
    with ExitStack() as held:
        path = None
        if upload.incoming and not upload.storage_name:
            found, path, upload.sha256 = held.enter_context(direct.opened(upload.incoming))
            named = _name(upload, found, path)
            direct.drop(found)
            if not named:
                return
        deadline = time.monotonic() + TURN
        if not held.enter_context(imports.turn(stop=lambda: time.monotonic() > deadline)):
            raise work.Later
        if waiting.exists():
            _take_in(upload, path or held.enter_context(media.open_stored(upload.storage_name)))


def arrive(track_id: int) -> None:
    """Note that a track can be played now: its uploads are ready, and it is published if they want it to be."""
    waiting = Upload.objects.filter(track_id=track_id, state=Upload.State.WAITING)
    wishes = list(waiting.values_list("publish", "known_before"))
    if not wishes:
        return
    waiting.update(state=Upload.State.READY)
    if any(publish and not known_before for publish, known_before in wishes):
        genres = genrecounts.GenreCounts([track_id])
        Track.objects.filter(id=track_id).update(published=True)
        curation.refresh(curation.reach_of_tracks([track_id]))
        genres.settle()


def retry(upload: Upload) -> bool:
    """Try again what was given up of the upload's work; return False where nothing was."""
    return sum(work.retry(row) for row in failed_work([upload])) > 0


def failed_work(uploads: list[Upload]) -> list[Work]:
    """Return the work on these uploads, and on the masters that they became, that was given up."""
    masters = Master.objects.filter(track__in=[one.track_id for one in uploads if one.track_id])
    failed = Work.objects.filter(state=Work.State.FAILED)
    own = failed.filter(kind="upload", subject_id__in=[one.id for one in uploads])
    return [*own, *failed.filter(kind="source", subject_id__in=masters.values("id"))]


def _suffix_if_wanted(upload: Upload, file: BinaryIO) -> str:
    """Return the suffix to keep the bytes under; nothing where they are here, or no audio, as the upload then says."""
    if here := _here_already(upload.sha256):
        upload.state, upload.track, upload.known_before = Upload.State.READY, here, True
        return ""
    try:
        container = streams.sniff(file)
    except sandbox.Unreadable as reason:
        upload.state, upload.reason = Upload.State.FAILED, f"It {reason}."
        return ""
    return tagnames.SUFFIX.get(container, container)


def _name(upload: Upload, found: objects.Found, path: Path) -> bool:
    """Give what came straight to the storage the name of its bytes; False where nothing is left to be done.

    The row knows the hash before the object is there, and the object is there before the row says so: who gives up
    the same bytes sees that they are wanted, and a kill in between leaves a row that is done again.
    """
    with path.open("rb") as file:
        suffix = _suffix_if_wanted(upload, file)
    if suffix:
        Upload.objects.filter(id=upload.id).update(sha256=upload.sha256)
        try:
            upload.storage_name = objects.take(found, upload.sha256, suffix).name
        except OSError as error:
            raise work.Failed("The storage did not take the file whole. Please try again.") from error
    names = ("sha256", "storage_name", "state", "reason", "track", "known_before")
    Upload.objects.filter(id=upload.id).update(**{name: getattr(upload, name) for name in names})
    return bool(suffix)


def _here_already(sha256: str) -> Track | None:
    """Return the track that these bytes can be played as."""
    there = Master.objects.filter(sha256=sha256, track__available=True, track__renditions__isnull=False)
    master = there.select_related("track").first()
    return master.track if master else None


def _take_in(upload: Upload, path: Path) -> None:
    with sandbox.Pool("catalog.tags:read", size=1, patience=PATIENCE) as pool:
        answer = next(pool.map([sandbox.Job(str(path), {"path": upload.name})]))
    reading, reason = readings.understand(answer)
    if reading is None:
        _give_up(upload, f"It {reason}.")
        return
    reading = readings.alone(reading)
    stored = media.Stored(upload.sha256, upload.storage_name, upload.size)
    item = Item("", path, upload.size, answer.mtime_ns, reading, stored=stored)
    began = timezone.now()
    with transaction.atomic():
        plan = ingest.Writer(None, stale=set(), hidden=True).write([item])[0]
        changes: dict[str, Any] = {
            "track": plan.track,
            "remarks": reading.remarks,
            "known_before": plan.track.created_at < began,
        }
        Upload.objects.filter(id=upload.id).update(**changes)
        if Rendition.objects.filter(track=plan.track).exists():
            arrive(plan.track.pk)


def _give_up(upload: Upload, reason: str) -> None:
    """Say why, and forget the bytes unless somebody else has sent or keeps the same."""
    Upload.objects.filter(id=upload.id).update(state=Upload.State.FAILED, reason=reason[:300])
    others = Upload.objects.filter(sha256=upload.sha256, state=Upload.State.WAITING)
    if not others.exists() and not Master.objects.filter(storage_name=upload.storage_name).exists():
        media.drop_master(upload.storage_name)
