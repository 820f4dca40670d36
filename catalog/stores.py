"""Say what a storage of media can do, whatever it is made of: a folder here, a bucket elsewhere."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any, Protocol, cast, runtime_checkable

from django.conf import settings
from django.core.files.storage import storages

from spotify_lite.places import Origin

ATTEMPTS = 3  # of each call to a storage elsewhere: more would be a storm on one in trouble
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


@runtime_checkable
class Bucketed(Store, Protocol):
    """A storage in a bucket, `catalog.buckets.Bucket`: S3's library takes 37 MB, so only nodes with ORIGINS load it."""

    origin: Origin
    bucket_name: str

    @property
    def client(self) -> Any:
        """Return boto3's client, which all threads of the process share."""

    def key(self, name: str) -> str:
        """Return the object's key in the bucket."""

    def answers(self, what: str) -> AbstractContextManager[None]:
        """Raise what the client raises inside as OSErrors, which begin with these words."""

    def link(self, name: str, *, lives: timedelta) -> str:
        """Return an address that opens the object to whoever has it; made here, without a call."""

    def form(self, key: str, *, size: int, lives: timedelta) -> dict[str, str]:
        """Return the fields of a form by which a browser may send an object of at most so many bytes."""

    def let_in(self, site: str) -> None:
        """Have the bucket answer pages of this site (CORS); raise OSError where it cannot be told to."""


def store_at(origin: Origin, alias: str) -> Bucketed:
    """Return an origin's storage of "masters", "renditions" or "covers"."""
    options = {"origin": origin, "location": settings.OBJECTS[alias]}
    return cast("Bucketed", storages.create_storage({"BACKEND": "catalog.buckets.Bucket", "OPTIONS": options}))


def store(alias: str) -> Store:
    """Return this node's storage of them: the home of all writes."""
    return cast("Store", storages[alias])
