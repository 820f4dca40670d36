"""Tell curators what there is to hear of a song: its renditions, what was measured, and what is being made."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When

from catalog.models import Artist, Master, Measurement, Rendition, Track, Work

MAKING = ("source", "ladder")  # kinds of work that make something to hear
ON_MASTERS = (*MAKING, "hash")  # kinds of work whose subject is a master


@dataclass(frozen=True)
class Sound:
    """What there is of one song."""

    renditions: Sequence[Rendition]  # the source first, then upwards
    measured: Measurement | None
    work: Sequence[Work]  # that waits, runs or was given up


def of(track: Track) -> Sound:
    """Return what there is of a song; three queries."""
    masters = Master.objects.filter(track=track)
    renditions = Rendition.objects.filter(track=track)
    return Sound(
        renditions=sorted(renditions, key=lambda one: (one.name != "source", one.bitrate or 0)),
        measured=Measurement.objects.filter(master__in=masters).defer("waveform").first(),
        work=list(Work.objects.filter(kind__in=MAKING, subject_id__in=masters.values("id")).order_by("id")),
    )


def name_subjects(work: QuerySet[Work]) -> QuerySet[Work]:
    """Add `song_id` and `song`, its title, to work on masters, and `artist`, the name, to work on artists.

    They are None where it is about something else.
    """
    master = Case(When(kind__in=ON_MASTERS, then=F("subject_id")))
    masters = Master.objects.filter(id=OuterRef("master_id"))
    artists = Artist.objects.filter(id=OuterRef("artist_id"))
    return work.annotate(master_id=master, artist_id=Case(When(kind="artist", then=F("subject_id")))).annotate(
        song_id=Subquery(masters.values("track_id")[:1]),
        song=Subquery(masters.values("track__title")[:1]),
        artist=Subquery(artists.values("name")[:1]),
    )
