"""Choose what an imported track is served from at first: the file as it lies there, or what a worker makes of it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from catalog import bulk, ladder, wishes, work
from catalog.identity import Plan
from catalog.models import Rendition, SegmentTable
from catalog.tags import PLAYABLE

SERVED = ("extension", "mime", "key", "size", "bitrate", "master_id", "file_id", "track_id")


def playable(plan: Plan) -> tuple[str, str] | None:
    """Return suffix and mime if the file is served as it lies there: browsers play it, and it has no copy."""
    if plan.item.stored or plan.master.storage_name:
        return None
    return PLAYABLE.get((plan.reading.sound.container, plan.reading.sound.codec))


def write(plans: Sequence[Plan], files: dict[str, int], now: datetime, *, written_before: Collection[int]) -> None:
    """Serve the files in place that browsers play; ask for a rendition of the others.

    A plan here speaks for its track: no other file of it is there, so whatever is served in place now is this one.
    """
    old = {
        track: (row, file)
        for track, row, file in Rendition.objects.filter(track_id__in=written_before, name="source").values_list(
            "track_id", "id", "file_id"
        )
    }
    new: list[tuple[Any, ...]] = []
    changed: list[tuple[Any, ...]] = []
    converted: dict[int, dict[str, Any]] = {}
    for plan in plans:
        row, file = old.get(plan.track.pk, (0, None))
        if served := playable(plan):
            sound = (*served, plan.reading.key, plan.item.size, plan.reading.sound.bitrate)
            values = (*sound, plan.master.pk, files[plan.item.path], plan.track.pk)
            if row:
                changed.append((*values, row))
            else:
                new.append((*values, "source", now))
            continue
        if file:
            Rendition.objects.filter(id=row).delete()  # its file has gone, and this one takes its place once converted
        if plan.fresh or not row:
            converted[plan.master.pk] = {}
    bulk.insert(Rendition, (*SERVED, "name", "created_at"), new)
    bulk.update(Rendition, (*SERVED, "id"), changed)
    SegmentTable.objects.filter(rendition_id__in=[row[-1] for row in changed]).delete()
    if heard := {plan.track.pk: plan.master.pk for plan in plans if plan.track.pk in written_before}:
        ladder.keep_to(heard)
    if converted:
        work.enqueue_many("source", converted)
    wishes.note_import([plan.track.pk for plan in plans if playable(plan)])


def free_copies(plans: Iterable[Plan]) -> None:
    """Ask for an object of their own for tracks that were copied and are served from a folder, which may go now."""
    copies = {plan.master.pk for plan in plans}
    tied = Rendition.objects.filter(name="source", master_id__in=copies, file__isnull=False)
    if masters := list(tied.values_list("master_id", flat=True)):
        work.enqueue_many("source", {master: {} for master in masters})
