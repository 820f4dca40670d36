"""Say what a storage of media can do, whatever it is made of: a folder here, a bucket elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Protocol, cast

from django.conf import settings
from django.core.files.storage import storages

from spotify_lite.places import Origin

YOUNG = timedelta(hours=12)  # what was written since needs no renewal: no sweep takes it within a day


@dataclass(frozen=True)
class Kept:
    """An object that is in its storage."""

    name: str
    size: int  # bytes
    at: datetime  # when it was written, or renewed


class Unreachable(OSError):
    """The storage does not answer, or is too busy to: later it may."""


class Store(Protocol):
    """A storage whose objects are named by their content, so that a name is written once."""

    def put(self, name: str, file: IO[bytes], *, size: int, sha256: str) -> bool:
        """Keep what `file` holds from its beginning; return False where it was there already, whole.

        Raise OSError where it cannot be kept, and leave nothing half-made then.
        """

    def holds(self, name: str, *, size: int, sha256: str = "") -> bool:
        """Say whether the object is there, whole; raise OSError where the storage does not say."""

    def renew(self, name: str, *, size: int, sha256: str = "") -> bool:
        """Say so too, and make the object young, since a row will name it again; see `catalog.orphans`."""

    def look(self, name: str) -> Kept | None:
        """Return the object, or None where there is none; raise OSError where the storage does not say."""

    def fetch(self, name: str, file: IO[bytes]) -> str:
        """Copy the object's bytes into `file` and return their sha256.

        Raise FileNotFoundError where there is none, and OSError where it does not come whole.
        """

    def under(self, prefix: str) -> Iterator[Kept]:
        """Yield the objects whose names begin so, up to a slash; raise OSError where they cannot be listed."""

    def delete(self, name: str) -> None:
        """Delete the object, if it is there."""

    def path(self, name: str) -> str:
        """Return the object's path on this machine; raise NotImplementedError where it has none."""


def store_at(origin: Origin, alias: str) -> Store:
    """Return an origin's storage of "masters", "renditions" or "covers"."""
    options = {"origin": origin, "location": settings.OBJECTS[alias]}
    return cast("Store", storages.create_storage({"BACKEND": "catalog.buckets.Bucket", "OPTIONS": options}))


def store(alias: str) -> Store:
    """Return this node's storage of them: the home of all writes."""
    return cast("Store", storages[alias])
