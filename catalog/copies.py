"""Copy what is served from the home bucket to the buckets of the other regions: hot first, compared, then noted.

One piece of work is one rendition, or one cover with all its sizes, for all regions. A region that does not answer
holds up neither the others nor the workers: its rows wait, longer and longer, and are done once it does.
"""

import logging
import random
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from catalog import media, stores, work
from catalog.models import Cover, Placement, Rendition, Track, Work
from spotify_lite.places import Origin

logger = logging.getLogger(__name__)

FIRST = 40  # priority, to which comes the song's bucket / 4: behind what somebody waits for, before what nobody does
AWAY = 15  # seconds that a region which did not answer is left alone
SOONEST, LATEST = timedelta(seconds=15), timedelta(minutes=30)  # between two tries of a row
BATCH = 1_000  # rows of the catalog looked through at once
SERVED = ("renditions", "covers")  # masters have one home: no edge asks for them


@dataclass(frozen=True)
class Looked:
    """How far a look for what lacks copies has come."""

    rows: int  # of the catalog, in this batch
    asked: int  # of them lack a copy somewhere
    last: int  # id of the last rendition; 0 as long as it is about covers


def others() -> tuple[Origin, ...]:
    """Return the origins that are not the home of all writes."""
    return tuple(settings.ORIGINS[1:])


def want(rows: Iterable[Rendition | Cover]) -> None:
    """Ask for copies wherever there is none, in the transaction that makes the rows visible."""
    rows = list(rows)
    if not others() or not rows:
        return
    renditions = [row for row in rows if isinstance(row, Rendition) and not row.file_id]
    tracks = Track.objects.filter(id__in={row.track_id for row in renditions}) if renditions else Track.objects.none()
    bucket_of = dict(tracks.values_list("id", "bucket"))
    by_priority: dict[int, dict[int, dict[str, object]]] = {}
    for row in renditions:
        by_priority.setdefault(FIRST + bucket_of[row.track_id] // 4, {})[row.pk] = {}
    for priority, subjects in sorted(by_priority.items()):
        work.enqueue_many("copy", subjects, priority=priority)
    if pictures := {work.subject_of(row.key): {"key": row.key} for row in rows if isinstance(row, Cover)}:
        work.enqueue_many("copy_cover", pictures, priority=FIRST)


def copy_rendition(row: Work) -> None:
    """Copy the rendition that the row names to wherever it lacks; raise work.Later where a region is away."""
    found = Rendition.objects.filter(id=row.subject_id, file=None).first()
    if found:
        _copy(row, "renditions", [media.object_name(found.key, found.extension)])


def copy_cover(row: Work) -> None:
    """Copy all sizes of the cover that the row names; see `copy_rendition`."""
    if Cover.objects.filter(key=row.payload["key"]).exists():
        _copy(row, "covers", media.cover_names(row.payload["key"]))


def want_lacking(*, after: int = 0) -> Iterator[Looked]:
    """Ask for all copies that lack, batch by batch: covers, then renditions in the order of their ids.

    With `after`, the id of a rendition, it goes on behind that one.
    """
    key = ""
    while not after and (covers := list(Cover.objects.filter(key__gt=key).order_by("key")[:BATCH])):
        key = covers[-1].key
        lacking = _lacking({one.pk: [_path("covers", name) for name in media.cover_names(one.key)] for one in covers})
        want(one for one in covers if one.pk in lacking)
        yield Looked(len(covers), len(lacking), 0)
    stored = Rendition.objects.filter(file=None).order_by("id")
    while renditions := list(stored.filter(id__gt=after)[:BATCH]):
        after = renditions[-1].pk
        lacking = _lacking(
            {one.pk: [_path("renditions", media.object_name(one.key, one.extension))] for one in renditions}
        )
        want(one for one in renditions if one.pk in lacking)
        yield Looked(len(renditions), len(lacking), after)


def forget_region(region: str) -> int:
    """Forget what a region's bucket held, since it is another bucket now; return how many objects that were."""
    count = 0
    while ids := list(Placement.objects.filter(region=region).values_list("id", flat=True)[: 10 * BATCH]):
        count += Placement.objects.filter(id__in=ids).delete()[0]
    return count


def _copy(row: Work, alias: str, names: Iterable[str]) -> None:
    away, refused = False, set()
    with media.scratch() as folder:
        for name in names:
            placed = Placement.objects.filter(name=_path(alias, name)).values_list("region", flat=True)
            lacking = [origin for origin in others() if origin.region not in set(placed)]
            awake = [origin for origin in lacking if not cache.get(_mark(origin))]
            away |= len(awake) < len(lacking)
            for region, error in _spread(alias, name, awake, folder / Path(name).name) if awake else ():
                if isinstance(error, stores.Unreachable):
                    away = True
                else:
                    refused.add(f"Region {region} does not take it: {error}.")
    if away:
        raise work.Later(_wait(row))
    if refused:
        raise work.Failed(" ".join(sorted(refused)))


def _spread(alias: str, name: str, origins: Collection[Origin], path: Path) -> list[tuple[str, OSError]]:
    """Fetch the object from home once and put it into each region; return what went wrong where, home being ""."""
    try:
        sha256 = media.fetch(stores.store(alias), name, path)
    except FileNotFoundError as error:
        raise work.Failed("It is not in the home storage.") from error
    except stores.Unreachable as error:
        logger.warning("the home storage is away: %s", error)
        return [("", error)]
    troubles: list[tuple[str, OSError]] = []
    for origin in origins:
        try:
            _place(origin, alias, name, path, sha256)
        except OSError as error:
            troubles.append((origin.region, error))
            if isinstance(error, stores.Unreachable):
                logger.warning("region %s is away: %s", origin.region, error)
                cache.set(_mark(origin), True, AWAY)
    path.unlink()
    return troubles


def _place(origin: Origin, alias: str, name: str, path: Path, sha256: str) -> None:
    """Put the object into a region's bucket, and note it there once the bucket has said that it is whole."""
    size = path.stat().st_size
    with path.open("rb") as file:
        stores.store_at(origin, alias).put(name, file, size=size, sha256=sha256)
    Placement.objects.update_or_create(
        name=_path(alias, name), region=origin.region, defaults={"size": size, "created_at": timezone.now()}
    )


def _lacking(names_of: dict[int | str, list[str]]) -> set[int | str]:
    """Return which of these rows have an object that some region does not hold."""
    regions = [origin.region for origin in others()]
    names = [name for names in names_of.values() for name in names]
    held = set(Placement.objects.filter(name__in=names, region__in=regions).values_list("name", "region"))
    return {
        row
        for row, names in names_of.items()
        if any((name, region) not in held for name in names for region in regions)
    }


def _path(alias: str, name: str) -> str:
    """Return the object's name in its bucket, which is also the path that edges ask for."""
    return f"{settings.OBJECTS[alias]}/{name}"


def _mark(origin: Origin) -> str:
    return f"region-away:{origin.region}"


def _wait(row: Work) -> timedelta:
    """Return about half of the time that the row has waited so far: the tries get rarer, and no two keep step."""
    waited = timezone.now() - row.created_at
    return min(max(waited * random.uniform(0.3, 0.7), SOONEST), LATEST)
