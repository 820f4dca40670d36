"""Own what a guest leaves behind: merged into the listener who signs in, swept with the guest who stays away."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from playback import listening, merging, resume, state
from playback.models import Play, PlaybackState, ResumePoint

SWEPT_AT_ONCE = 200  # guests a transaction


def merge(guest: User, into: User) -> None:
    """Give the guest's listening to a listener, by the same rules as if both had always been one; delete the guest.

    Plays go before resume points, both sorted, as everywhere (`playback.plays`).
    """
    with transaction.atomic():
        # a play of the guest that begins meanwhile would stop the deletion: it waits, and is refused
        list(User.objects.select_for_update().filter(id=guest.id))
        # so does who reports on a play of theirs, or changes their queue: what was taken would go with them
        list(Play.objects.select_for_update(no_key=True).filter(listener=guest).order_by("play_id").values_list("id"))
        shown = PlaybackState.objects.select_for_update().filter(listener=guest).first()
        theirs = Play.objects.filter(listener=into).values("play_id")
        Play.objects.filter(listener=guest).exclude(play_id__in=theirs).update(listener=into)
        resume.save(merging.newest((into.id, _event(point)) for point in ResumePoint.objects.filter(listener=guest)))
        if shown is not None:
            shown.listener = into
            state.save([shown])
        guest.delete()


def sweep(*, at: datetime, after: timedelta) -> int:
    """Delete the guests who were not seen for so long, with all that is theirs; return how many."""
    swept = 0
    while True:
        with transaction.atomic():
            idle = User.objects.guests().idle(at=at, after=after).select_for_update(skip_locked=True)
            ids = list(idle.values_list("id", flat=True)[:SWEPT_AT_ONCE])
            listening.forget(ids)
            User.objects.filter(id__in=ids).delete()
        swept += len(ids)
        if len(ids) < SWEPT_AT_ONCE:
            return swept


def _event(point: ResumePoint) -> merging.Event:
    return merging.Event(point.track_id, point.play_id, point.seq, point.at_ms, point.position_ms, point.state)
