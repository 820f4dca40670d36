"""Delete objects that no row names: of workers that died between object and row, and of what was deleted or replaced.

Rows are looked up for a listing of one of 256 prefixes at a time, in every region. What is younger than a day is left
alone, since its row may still be written, and masters for a month; while a backup is made, everything is. Who finds an
old object that he was about to write makes it young again (`renew`), and that and a deletion take turns.
"""

import logging
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings

from catalog import copies, leftovers, stores, work
from catalog.models import Cover, Master, Placement, Rendition, Sweep, Upload, Work

logger = logging.getLogger(__name__)

OLD = timedelta(days=1)
IRREPLACEABLE = timedelta(days=30)  # of masters: a backup that was restored may be older than the last uploads
ROUND = timedelta(hours=20)  # between two looks at a prefix: once a day where that can be done
SLICE = 60.0  # seconds of a run; a prefix that is begun is ended
PREFIXES = [f"{number:02x}" for number in range(256)]
LISTED = 500  # objects whose rows are looked up at once
TURN = 20  # objects deleted at once: a tenth of a second, in which writers wait
NAMES = {  # what is not called so is not ours
    "renditions": re.compile(r"[0-9a-f]{2}/([0-9a-f]{64})\.[a-z0-9]{1,8}"),
    "covers": re.compile(r"[0-9a-f]{2}/([0-9a-f]{64})/[0-9]+\.webp"),
    "masters": re.compile(r"[0-9a-f]{2}/([0-9a-f]{64})\.[a-z0-9]{1,8}"),
}


@dataclass(frozen=True)
class Orphan:
    """An object that no row names."""

    region: str  # empty for the home storage
    alias: str
    name: str
    size: int  # bytes


@dataclass(frozen=True)
class _Place:
    region: str
    alias: str
    store: stores.Store


class Strange(Exception):
    """Most of what lies in the storage is named by no row: it belongs to another database, or this one was emptied."""


def sweep_due(*, at: datetime) -> list[Orphan]:
    """Sweep the prefixes that were not swept for longest, for a minute or so; return what was deleted.

    Raise Strange where that would delete most of what there is: who wants that has the command `sweep_objects --all`.
    """
    if leftovers.is_backup_made():
        return []
    swept = dict(Sweep.objects.values_list("prefix", "at"))
    due = [prefix for prefix in PREFIXES if prefix not in swept or swept[prefix] < at - ROUND]
    due.sort(key=lambda prefix: swept[prefix].timestamp() if prefix in swept else 0)
    until = time.monotonic() + SLICE
    deleted: list[Orphan] = []
    try:
        if due:
            _refuse_strange(at)
        for prefix in due:
            deleted += sweep(prefix, at=at)
            if time.monotonic() > until:
                break
    except OSError as error:
        logger.warning("the storages are swept later: %s", error)
    if deleted:
        logger.info("deleted %s objects that no row names, %s bytes", len(deleted), sum(one.size for one in deleted))
    return deleted


def sweep(prefix: str, *, at: datetime, dry: bool = False) -> list[Orphan]:
    """Delete the old objects under a prefix that no row names, everywhere, and return them; `dry` deletes nothing.

    Raise OSError where a storage cannot be listed, or does not delete.
    """
    found: list[Orphan] = []
    for place in _places():
        listed = place.store.under(f"{prefix}/")
        while batch := list(islice(listed, LISTED)):
            nameless = _without_row(place.alias, _old(place, batch, at))
            for start in range(0, len(nameless), TURN):
                some = nameless[start : start + TURN]
                found += (_orphan(place, one) for one in (some if dry else _delete(place, some, at)))
    if not dry:
        Sweep.objects.update_or_create(prefix=prefix, defaults={"at": at})
    return found


def _refuse_strange(at: datetime) -> None:
    """Look up some hundred old objects of the home storage, or all if there are fewer."""
    looked = nameless = 0
    for prefix in PREFIXES:
        for place in (one for one in _places() if not one.region):
            some = _old(place, islice(place.store.under(f"{prefix}/"), LISTED), at)
            looked, nameless = looked + len(some), nameless + len(_without_row(place.alias, some))
        if looked >= LISTED:
            break
    if 2 * nameless > looked:
        raise Strange(
            f"{nameless} of {looked} objects have no row: look with 'sweep_objects --dry-run', and at ORIGINS."
        )


def _old(place: _Place, found: Iterable[stores.Kept], at: datetime) -> list[stores.Kept]:
    """Keep what is ours, and old enough to go."""
    return [one for one in found if one.at < _border(place.alias, at) and _key(place.alias, one.name)]


def _border(alias: str, at: datetime) -> datetime:
    """Return when objects that go had been written at the latest."""
    return at - (IRREPLACEABLE if alias == "masters" else OLD)


def _delete(place: _Place, found: Iterable[stores.Kept], at: datetime) -> Iterator[stores.Kept]:
    """Look once more, with no writer between the look and the deletion, and delete."""
    with leftovers.turn():
        if leftovers.is_backup_made():  # its rows are of a moment ago, and may name what no row does now
            return
        for one in _without_row(place.alias, found):
            there = place.store.look(one.name)
            if there and there.at < _border(place.alias, at):
                place.store.delete(one.name)
                name = f"{settings.OBJECTS[place.alias]}/{one.name}"
                Placement.objects.filter(name=name, region=place.region).delete()
                yield one


def _places() -> list[_Place]:
    home = [_Place("", alias, stores.store(alias)) for alias in settings.OBJECTS]
    return home + [
        _Place(origin.region, alias, stores.store_at(origin, alias))
        for origin in copies.others()
        for alias in copies.SERVED
    ]


def _without_row(alias: str, found: Iterable[stores.Kept]) -> list[stores.Kept]:
    """Return the objects that no row names now."""
    key_of = {one: _key(alias, one.name) for one in found}
    keys = set(key_of.values())
    if not keys:
        return []
    if alias == "covers":
        named = set(Cover.objects.filter(key__in=keys).values_list("key", flat=True))
    elif alias == "renditions":
        named = set(Rendition.objects.filter(key__in=keys).values_list("key", flat=True))
    else:
        names = [one.name for one in key_of]
        unread = Upload.objects.exclude(state=Upload.State.READY).filter(storage_name__in=names)
        kept = Master.objects.filter(storage_name__in=names)
        storage_names = {*kept.values_list("storage_name", flat=True), *unread.values_list("storage_name", flat=True)}
        # A picture that was found beside its music lies there until it is cut.
        uncut = Work.objects.filter(kind="cover", subject_id__in=[work.subject_of(key) for key in keys])
        pictures = set(uncut.values_list("subject_id", flat=True))
        named = {key for one, key in key_of.items() if one.name in storage_names or work.subject_of(key) in pictures}
    return [one for one, key in key_of.items() if key not in named]


def _key(alias: str, name: str) -> str:
    """Return the hash that an object is called after; empty where the name is not one of ours."""
    ours = NAMES[alias].fullmatch(name)
    return ours[1] if ours else ""


def _orphan(place: _Place, one: stores.Kept) -> Orphan:
    return Orphan(place.region, place.alias, one.name, one.size)
