"""Make found pictures into covers: cut in the sandbox, stored, and shown wherever they are wanted."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from catalog import children, copies, cutter, derived, media, paths, walls, work
from catalog.models import Album, AlbumCredit, Cover, LibraryFile, Master, Track, Work

MEMORY = 1 << 30  # bytes of address space: the largest picture takes a quarter of it
CPU = 20  # seconds
TINTS = {*cutter.TINTS, cutter.COLOURLESS}


def enqueue(key: str, *, payload: dict[str, Any]) -> Work:
    """Ask for the picture with this sha256 to be cut, once for however many files and albums it is in.

    `payload` says where it is: {"file": LibraryFile id, "folder_image": path under the library's root, or null for a
    picture in the file's tags}, {"storage_name": of the master that has it in its tags}, or {"picture": its own name in
    "masters"}.
    """
    return work.enqueue("cover", work.subject_of(key), payload={**payload, "key": key})


def cut_cover(row: Work) -> None:
    """Cut, store and show the picture of the row's payload; raise work.Refused for one that is not taken."""
    key = row.payload["key"]
    if Cover.objects.filter(key=key).exists():
        show_cover(key)
        return
    file = LibraryFile.objects.select_related("library").filter(id=row.payload.get("file")).first()
    stored = Master.objects.filter(storage_name=row.payload.get("storage_name") or None).first()
    if file:
        tint = _cut(paths.absolute(file.library.root, row.payload.get("folder_image") or file.path), key)
    elif stored:
        with media.open_master(stored) as path:
            tint = _cut(path, key)
    elif picture := row.payload.get("picture"):
        with media.open_stored(picture) as path:
            tint = _cut(path, key)
    else:
        return  # the file has gone, and with it the wish
    with transaction.atomic():
        _keep(key, tint)
        show_cover(key)


def take(picture: BinaryIO) -> str:
    """Cut and store a picture that was sent, while its sender waits, and return its key.

    Raise work.Failed with the reason, in words, for one that is not taken. No row shows it yet.
    """
    with media.scratch() as folder:
        source = folder / "picture"
        with source.open("wb") as file:
            shutil.copyfileobj(picture, file, media.CHUNK)
        if source.stat().st_size > cutter.LARGEST:
            raise work.Refused(cutter.TOO_LARGE)
        key = media.sha256_of(source)
        if not Cover.objects.filter(key=key).exists():
            tint = _cut(source, key)
            _keep(key, tint)
    return key


def show_cover(key: str) -> None:
    """Give a cut picture to the albums and tracks that want it, in one transaction with their cards and artists."""
    with transaction.atomic():
        now = timezone.now()
        album_ids = list(Album.objects.filter(cover_wanted=key).exclude(cover_key=key).values_list("id", flat=True))
        track_ids = list(Track.objects.filter(cover_wanted=key).exclude(cover_key=key).values_list("id", flat=True))
        if not (album_ids or track_ids):
            return
        Album.objects.filter(id__in=album_ids).update(cover_key=key)
        Track.objects.filter(id__in=track_ids).update(cover_key=key)
        track_ids += Track.objects.filter(album_id__in=album_ids).values_list("id", flat=True)
        artist_ids = AlbumCredit.objects.filter(album_id__in=album_ids).values_list("artist_id", flat=True)
        derived.refresh_cards(track_ids)
        derived.refresh_artists(set(artist_ids), at=now)
        derived.bump_version()


def _keep(key: str, tint: str) -> None:
    """Write the row by which all sizes are there, and ask for them in other regions."""
    with transaction.atomic():
        cover, _ = Cover.objects.update_or_create(key=key, defaults={"tint": tint, "created_at": timezone.now()})
        copies.want([cover])


def _cut(source: Path, key: str) -> str:
    """Cut and store all sizes; return the tint."""
    if not source.is_file():
        raise work.Failed("Its file is gone from the library.")
    with media.scratch() as folder:
        argv = [sys.executable, "-m", "catalog.cutter", str(source), key, str(folder)]
        walled = walls.command(argv, readable=[source], writable=folder, cpu_s=CPU, memory=MEMORY, fsize=1 << 24)
        ended = children.run(walled, limit_s=3 * CPU)
        try:
            answer = json.loads(ended.output)
            reason, tint = answer.get("reason"), answer.get("tint")
        except (ValueError, AttributeError):
            raise work.Refused("The picture cannot be decoded.") from None
        if reason:
            raise work.Refused(str(reason))
        if tint not in TINTS:
            raise work.Failed("The picture was cut, but its tint is unknown.")
        for size in cutter.SIZES:
            media.put_cover(key, size, folder / f"{size}.webp")
    return tint
