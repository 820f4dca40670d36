"""Restore a backup: objects first, the database last and at once, so that no moment has rows without their objects.

Nothing that is there is deleted for it: objects are only added, and the old database goes in the moment in which the
whole new one takes its place.
"""

import os
import secrets
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest

from accounts import ownwrites
from catalog import abreast, backups, media, stores, vaults
from catalog.backups import Object, Progress
from catalog.models import CatalogVersion, Placement
from catalog.search import indexer, state, tables, upkeep
from catalog.vaults import Unusable, Vault
from spotify_lite import loads

USED = ("accounts_user", "catalog_track", "catalog_master", "catalog_library")  # with rows in one, somebody lives here


class NotEmpty(Exception):
    """There is an installation here already."""


class Stopped(Exception):
    """The restore was told to stop: the database is as it was, and the next run goes on."""


@dataclass
class Report:
    """What a run did, and what a look at the result found."""

    moment: str
    rows: int = 0
    objects: int = 0
    copied: int = 0  # of them; the others were there
    migrated: bool = False  # the backup was of an older version
    keys: bool = False
    lacking: list[str] = field(default_factory=list)  # objects that rows name and that are not there, whole
    folders: list[str] = field(default_factory=list)  # of music in place that are not on this machine
    documents: int = 0  # of the search index
    building: bool = False  # the index is of another version: a worker builds it anew


def restore(
    vault: Vault,
    *,
    moment: str = "",
    replace: bool = False,
    at: datetime,
    progress: Progress = lambda _done, _all: None,
    stop: Callable[[], bool] = bool,
) -> Report:
    """Restore the newest backup, or that of the moment, and look at the result.

    Raise Unusable, NotEmpty, Stopped, dumps.Failed, and OSError where something cannot be read or kept.
    """
    manifest = vault.manifest(moment or _newest(vault))
    _refuse_strange(manifest)
    if not replace and loads.used(USED):
        raise NotEmpty
    objects = backups.listed(vault, manifest)
    report = Report(manifest.made_at, rows=sum(manifest.counts.values()), objects=len(objects))
    report.copied = _copy(vault, objects, progress, stop)
    loads.load(vault.read(manifest.made_at, manifest.dump), counts=manifest.counts)
    if manifest.keys:
        _keep_keys(b"".join(vault.read(manifest.made_at, manifest.keys)))
        report.keys = True
    report.migrated = loads.unapplied()
    call_command("migrate", verbosity=0, interactive=False)
    _begin_anew(at)
    _look(report, manifest, objects)
    return report


def _newest(vault: Vault) -> str:
    moments = vault.moments()
    if not moments:
        raise Unusable(f"{vault.where} holds no whole backup.")
    return moments[-1]


def _refuse_strange(manifest: vaults.Manifest) -> None:
    """Raise Unusable for a backup that this node cannot take."""
    if manifest.database != connection.vendor:
        raise Unusable(f"The backup is of {manifest.database}, and this node's database is {connection.vendor}.")
    if newer := loads.unknown(manifest.migrations):
        raise Unusable(f"The backup was made by a newer version: {', '.join(newer[:3])} is not known here.")


def _copy(vault: Vault, objects: list[Object], progress: Progress, stop: Callable[[], bool]) -> int:
    """Bring the objects that this node lacks into its storage; return how many."""
    copied = 0
    kept = vault.objects
    copying = abreast.each(objects, lambda one: _bring(kept, one), threads=backups.COPIERS, ahead=2 * backups.COPIERS)
    with closing(copying):
        for done, (_, came) in enumerate(copying, start=1):
            copied += came
            progress(done, len(objects))
            if stop():
                raise Stopped
    return copied


def _bring(kept: stores.Store, one: Object) -> bool:
    """Copy an object; raise Unusable for one that is not in the vault as it was written."""
    home = stores.store(one.alias)
    if home.renew(one.name, size=one.size, sha256=one.sha256):
        return False
    with media.scratch() as folder:
        path = folder / "object"
        try:
            with path.open("wb") as file:
                sha256 = kept.fetch(backups.blob(one), file)
        except FileNotFoundError as error:
            raise Unusable(f"The backup is not whole: it lacks the object {backups.blob(one)}.") from error
        if sha256 != one.sha256:
            raise Unusable(f"The backup is damaged: the object {backups.blob(one)} is not what was written.")
        with path.open("rb") as file:
            return home.put(one.name, file, size=one.size, sha256=sha256)


def _keep_keys(content: bytes) -> None:
    """Give this installation the keys of the backup: sessions and links go on."""
    file = backups.keys_file()
    draft = file.with_name(f"keys.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)


def _begin_anew(at: datetime) -> None:
    """Forget what was true of the old place, and use no number again that somebody has seen."""
    CatalogVersion.objects.filter(id=1).update(number=Greatest(F("number") + 1, int(at.timestamp() * 1000)))
    ownwrites.forget()
    Placement.objects.all().delete()  # what other regions hold is found out by copying, which compares first
    while indexer.index_pending():
        pass
    state.note_change(at=at)
    if upkeep.due():
        upkeep.ask_for_build()


def _look(report: Report, manifest: vaults.Manifest, objects: list[Object]) -> None:
    """Look whether what the rows name is there."""
    looking = abreast.each(
        objects,
        lambda one: stores.store(one.alias).holds(one.name, size=one.size, sha256=one.sha256),
        threads=backups.COPIERS,
        ahead=2 * backups.COPIERS,
    )
    with closing(looking):
        report.lacking = [f"{one.alias}/{one.name}" for one, there in looking if not there]
    report.folders = [folder for folder in manifest.folders if not Path(folder).is_dir()]
    report.building = upkeep.due()
    with connection.cursor() as cursor:
        report.documents = tables.count(cursor, tables.LIVE, "track")
