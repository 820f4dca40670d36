"""Back up the database, the objects that its rows name, and generated keys: consistent while everything goes on.

The dump comes first and the objects after it: objects are never changed, and no sweep deletes any while a backup is
made, so what the dump names is there to be copied. Only what the vault lacks is copied; a killed run leaves the older
backups as they were, and its objects to the next.
"""

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from catalog import abreast, leftovers, media, stores, vaults
from catalog.vaults import Vault
from spotify_lite import dumps

logger = logging.getLogger(__name__)

COPIERS = 8  # objects on their way at once
NAMED = {  # storage, and the query for what rows name there
    "masters": (
        "SELECT storage_name, size FROM catalog_master WHERE storage_name <> ''"
        " UNION SELECT storage_name, size FROM catalog_upload WHERE storage_name <> '' AND state = 'waiting'"
    ),
    # In place it is the operator's own file.
    "renditions": "SELECT DISTINCT key, extension, size FROM catalog_rendition WHERE file_id IS NULL",
    "covers": "SELECT key FROM catalog_cover",
}
FULL = {errno.ENOSPC, errno.EDQUOT}  # that is no object's fault
FOLDERS = "SELECT root FROM catalog_library ORDER BY root"

Progress = Callable[[int, int], None]  # objects done, objects in all


class Busy(Exception):
    """Another backup is being made."""


class Stopped(Exception):
    """The backup was told to stop: it is not whole, and the next run goes on."""


@dataclass(frozen=True, order=True)
class Object:
    """An object that rows name."""

    alias: str
    name: str
    size: int = 0  # bytes; 0 of a cover, of which no row says it
    sha256: str = ""  # empty of a cover: its name is that of the picture that it was cut from


@dataclass(frozen=True)
class Outcome:
    """What became of one."""

    kept: Object | None  # as it lies in the vault
    copied: bool = False
    reason: str = ""  # why it is not there, as the end of "OBJECT ..."


@dataclass
class Report:
    """What a run did."""

    moment: str
    rows: int = 0
    objects: int = 0  # in the backup
    copied: int = 0  # of them; the others were in the vault
    size: int = 0  # bytes copied
    missing: list[tuple[str, str]] = field(default_factory=list)  # name and why, in words
    folders: list[str] = field(default_factory=list)  # of music in place, which is not in it


def back_up(
    vault: Vault, *, at: datetime, progress: Progress = lambda _done, _all: None, stop: Callable[[], bool] = bool
) -> Report:
    """Make a backup. Raise Busy, Stopped, dumps.Failed, and OSError where something cannot be read or kept."""
    moment = vaults.moment(at)
    with leftovers.backup() as alone, media.scratch() as scratch:
        if not alone:
            raise Busy
        known = _known(vault)
        vault.sweep(before=moment)
        with dumps.snapshot(scratch) as taken:
            counts, migrations = dumps.counts(taken), dumps.migrations(taken)
            folders = [str(root) for (root,) in taken.rows(FOLDERS)]
            wanted = sorted(set(_named(taken)))
            dump = vault.put(moment, "database", taken.pieces())
        report = Report(moment, rows=sum(counts.values()), folders=folders)
        kept = _copy(vault, [known.get((one.alias, one.name), one) for one in wanted], report, progress, stop)
        listing = vault.put(moment, "objects", (f"{_line(one)}\n".encode() for one in kept))
        keys = vault.put(moment, "keys", iter([_keys()])) if _keys() else []
        vault.finish(
            moment,
            vaults.Manifest(
                made_at=moment,
                database=connection.vendor,
                migrations=migrations,
                counts=counts,
                dump=dump,
                listing=listing,
                keys=keys,
                objects=len(kept),
                size=sum(one.size for one in kept),
                missing=len(report.missing),
                folders=folders,
            ),
        )
    return report


def listed(vault: Vault, manifest: vaults.Manifest) -> list[Object]:
    """Return the objects of a backup; raise vaults.Unusable where the list is not what was written."""
    content = b"".join(vault.read(manifest.made_at, manifest.listing)).decode()
    lines = (line.split("\t") for line in content.splitlines())
    return [Object(alias, name, int(size), sha256) for alias, name, size, sha256 in lines]


def blob(one: Object) -> str:
    """Return the name of an object in the vault."""
    return f"{one.sha256[:2]}/{one.sha256}"


def keys_file() -> Path:
    """Return where the embedded mode keeps the keys that it has made."""
    return settings.VAR_DIR / "keys.json"


def _named(taken: dumps.Snapshot) -> Iterator[Object]:
    for name, size in taken.rows(NAMED["masters"]):
        yield Object("masters", name, size, Path(name).stem)
    for key, extension, size in taken.rows(NAMED["renditions"]):
        yield Object("renditions", media.object_name(key, extension), size, key)
    for (key,) in taken.rows(NAMED["covers"]):
        for name in media.cover_names(key):
            yield Object("covers", name)


def _known(vault: Vault) -> dict[tuple[str, str], Object]:
    """Return the covers of the newest backup: only their bytes would tell their hashes."""
    for moment in reversed(vault.moments()):
        try:
            found = listed(vault, vault.manifest(moment))
        except vaults.Unusable as reason:
            logger.warning("%s", reason)
            continue
        return {(one.alias, one.name): one for one in found if one.alias == "covers"}
    return {}


def _copy(
    vault: Vault, wanted: list[Object], report: Report, progress: Progress, stop: Callable[[], bool]
) -> list[Object]:
    """Bring what the vault lacks into it; return what is there then."""
    kept = []
    objects = vault.objects
    copying = abreast.each(wanted, lambda one: _bring(objects, one), threads=COPIERS, ahead=2 * COPIERS)
    with closing(copying):
        for done, (one, outcome) in enumerate(copying, start=1):
            if outcome.kept:
                kept.append(outcome.kept)
                report.objects += 1
                report.copied += outcome.copied
                report.size += outcome.kept.size if outcome.copied else 0
            else:
                report.missing.append((f"{settings.OBJECTS[one.alias]}/{one.name}", outcome.reason))
            progress(done, len(wanted))
            if stop():
                raise Stopped
    return kept


def _bring(objects: stores.Store, one: Object) -> Outcome:
    """Copy an object, if the vault lacks it; raise stores.Unreachable where a storage does not answer."""
    if one.sha256 and objects.holds(blob(one), size=one.size, sha256=one.sha256):
        return Outcome(one)
    with media.scratch() as folder:
        path = folder / "object"
        try:
            sha256 = media.fetch(stores.store(one.alias), one.name, path)
        except stores.Unreachable:
            raise
        except FileNotFoundError:
            return Outcome(None, reason="is not in the storage")
        except OSError as error:
            if error.errno in FULL:
                raise
            return Outcome(None, reason=error.strerror or "is damaged: its bytes are not what its name says")
        found = Object(one.alias, one.name, path.stat().st_size, sha256)
        if one.sha256 and (found.size, sha256) != (one.size, one.sha256) and one.alias != "covers":
            return Outcome(None, reason="is damaged: its bytes are not what its row says")
        with path.open("rb") as file:
            copied = objects.put(blob(found), file, size=found.size, sha256=sha256)
    return Outcome(found, copied=copied)


def _line(one: Object) -> str:
    return f"{one.alias}\t{one.name}\t{one.size}\t{one.sha256}"


def _keys() -> bytes:
    file = keys_file()
    return file.read_bytes() if settings.EMBEDDED and file.exists() else b""
