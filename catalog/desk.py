"""What curators see first: how much there is, what waits, what failed, and what came in last."""

from dataclasses import dataclass

from django.utils import timezone

from catalog import arrivals, sounds
from catalog.models import Album, Artist, Track, Work


@dataclass(frozen=True)
class Overview:
    """The figures and lists of the desk's first page."""

    tracks: int  # of all, listed or not
    hidden: int
    scheduled: int  # published, and their release is to come
    artists: int
    albums: int
    waiting: int  # pieces of work
    failed: list[Work]  # the last that were given up
    arrivals: list[arrivals.Arrival]  # uploads that wait or failed
    newest: list[Track]


def overview() -> Overview:
    """Return it, in nine queries."""
    return Overview(
        tracks=Track.objects.count(),
        hidden=Track.objects.filter(published=False).count(),
        scheduled=Track.objects.filter(release_at__gt=timezone.now(), published=True).count(),
        artists=Artist.objects.count(),
        albums=Album.objects.count(),
        waiting=Work.objects.exclude(state=Work.State.FAILED).count(),
        failed=list(sounds.name_subjects(Work.objects.filter(state=Work.State.FAILED)).order_by("-id")[:8]),
        arrivals=arrivals.unfinished(),
        newest=list(Track.objects.order_by("-id").select_related("album")[:8]),
    )
