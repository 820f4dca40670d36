"""Tell curators what there is to hear of a song: its renditions, what was measured, and what is being made."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.models import Master, Measurement, Rendition, Track, Work

MAKING = ("source", "ladder")  # kinds of work on masters


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
