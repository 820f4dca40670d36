"""Tell curators what became of their uploads: one list, of a fixed number of queries however long it is."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from catalog import reasons
from catalog.models import Master, Upload, Work

SHOWN = 60  # the last ones of a curator


@dataclass(frozen=True)
class Arrival:
    """An upload and where it stands."""

    upload: Upload
    step: str  # waiting, reading, preparing, ready, hidden, here, failed
    words: str  # the step in words; of a failure the reason
    can_retry: bool


def recent(curator: User) -> list[Arrival]:
    """Return the curator's last uploads, the newest first."""
    sent = Upload.objects.filter(curator=curator).select_related("track").order_by("-created_at", "-id")
    return of(sent[:SHOWN])


def of(sent: Iterable[Upload]) -> list[Arrival]:
    """Return where these uploads stand."""
    sent = list(sent)
    waiting = [one for one in sent if one.state == Upload.State.WAITING]
    rows = _work_on(waiting) if waiting else {}
    return [_arrival(one, rows.get(one.id)) for one in sent]


def _work_on(waiting: list[Upload]) -> dict[int, Work]:
    """Return what is being done for uploads by their id: their reading, or the making of what is played."""
    tracks: dict[int, list[int]] = defaultdict(list)  # ids of uploads: of one song there may be two
    for one in waiting:
        if one.track_id:
            tracks[one.track_id].append(one.id)
    masters = dict(Master.objects.filter(track__in=tracks).values_list("id", "track_id"))
    wanted = Q(kind="upload", subject_id__in=[one.id for one in waiting])
    found: dict[int, Work] = {}
    for row in Work.objects.filter(wanted | Q(kind="source", subject_id__in=masters)):
        ids = tracks[masters[row.subject_id]] if row.kind == "source" else [row.subject_id]
        found |= dict.fromkeys(ids, row)
    return found


def _arrival(upload: Upload, row: Work | None) -> Arrival:
    if upload.state == Upload.State.FAILED:
        return Arrival(upload, "failed", reasons.say(upload.reason), can_retry=False)
    if upload.state == Upload.State.READY:
        return Arrival(upload, *_ready(upload), can_retry=False)
    if row and row.state == Work.State.FAILED:
        return Arrival(upload, "failed", reasons.say(row.reason), can_retry=True)
    if upload.track_id:
        return Arrival(upload, "preparing", _("Being prepared for playing"), can_retry=False)
    if row and row.state == Work.State.RUNNING:
        return Arrival(upload, "reading", _("Being read"), can_retry=False)
    return Arrival(upload, "waiting", _("Waiting to be read"), can_retry=False)


def _ready(upload: Upload) -> tuple[str, str]:
    if upload.known_before:
        return "here", _("Already here")
    if upload.track is None:
        return "ready", _("Was ready; its track is gone")
    if upload.track.published:
        return "ready", _("Ready")
    return "hidden", _("Ready, hidden until it is published")


def unfinished() -> list[Arrival]:
    """Return what waits or failed lately, of all curators, for the desk's first page."""
    wanted = Upload.objects.exclude(state=Upload.State.READY).select_related("track", "curator")
    return of(wanted.order_by("-created_at", "-id")[:10])
