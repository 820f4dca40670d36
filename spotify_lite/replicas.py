"""Read the catalog from the nearest replica: a door says so for the rest of its request, all else is the primary's.

Where REPLICA_URLS is empty nothing here does anything.
"""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import TransactionStatus

from spotify_lite import watching

BUSY = {TransactionStatus.ACTIVE, TransactionStatus.UNKNOWN}  # a connection whose statement was given up
T = TypeVar("T")

READ_NEAR = "catalog"  # the app whose rows doors may read from a replica
READ_IN_NEED = "accounts"  # sessions, tokens and people: from a replica while there is no primary, and only then


class _Request(threading.local):
    """What this thread's request reads from."""

    alias: str | None = None  # of a replica
    pinned = False  # does the caller need the primary, because no replica has what they wrote?


_request = _Request()


class Router:
    """Where Django's queries go."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        app = model._meta.app_label
        if app == READ_NEAR:
            return alias()
        if app == READ_IN_NEED and away() and not connections[DEFAULT_DB_ALIAS].in_atomic_block:
            return watching.here().standby() or DEFAULT_DB_ALIAS
        return DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: models.Model, other: models.Model, **hints: Any) -> bool:
        return True  # they are the same database

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


def start() -> None:
    """Begin to watch the servers, beside a web process."""
    if settings.REPLICAS:
        watching.here()


def nearest(read: Callable[[], T], *, person: Any = None) -> T:
    """Return what `read` does with the catalog's nearest replica; once more with the primary where that one fails."""
    begin(person)
    try:
        return read()
    except (OperationalError, InterfaceError):
        if not leave():
            raise
        return read()
    finally:
        end()


def begin(person: Any = None) -> None:
    """Let this thread read the catalog from the nearest replica until `end`: one server for all of a request.

    Whoever wrote to the catalog needs a replica that has it; `person` may be anybody.
    """
    if settings.REPLICAS:
        wrote = getattr(person, "wrote_xid", None)
        _request.alias = watching.here().nearest(wrote)
        _request.pinned = wrote is not None and _request.alias is None


def leave() -> bool:
    """Let the rest of the request read from the primary, since the replica failed it; False where it read from none.

    Without a primary it is read from a replica all the same: what failed may be an old connection to it.
    """
    alias, _request.alias = _request.alias, None
    if alias is None:
        return False
    _give_up(alias)
    if away():
        _request.alias = watching.here().standby()
    return True


def end() -> None:
    """Read from the primary again."""
    _request.alias, _request.pinned = None, False


def alias() -> str:
    """Return where the catalog is read: at a replica only behind a door that said so, and in no transaction."""
    chosen = _request.alias
    if chosen is None or connections[DEFAULT_DB_ALIAS].in_atomic_block:
        return DEFAULT_DB_ALIAS
    return chosen


def connection() -> BaseDatabaseWrapper:
    """Return the connection that the catalog is read by."""
    return connections[alias()]


def pinned() -> bool:
    """Say whether the caller reads what no replica has yet; whatever others were answered may lack it."""
    return _request.pinned


def away() -> bool:
    """Say whether there is no primary, so that replicas tell what stood a moment ago."""
    return bool(settings.REPLICAS) and watching.here().away


def standby() -> BaseDatabaseWrapper | None:
    """Return the connection to a standby, however far behind, for while there is no primary."""
    alias = watching.here().standby()
    return connections[alias] if alias else None


def all_read() -> bool:
    """Say whether every server is the primary or a replica that is read."""
    return watching.here().complete


def lags() -> dict[str, float]:
    """Return how many seconds each replica is behind, by its alias; one that is away is not among them."""
    return watching.here().lags()


def instead(failed: str, model: type[models.Model]) -> str | None:
    """Return where else rows may be read that a server failed to give, None for nowhere."""
    if not settings.REPLICAS or model._meta.app_label != READ_IN_NEED or connections[DEFAULT_DB_ALIAS].in_atomic_block:
        return None
    return watching.here().standby() if _give_up(failed) else None


def doubt(alias: str, model: type[models.Model]) -> None:
    """Raise OperationalError where nothing was found that may be newer than a replica: nobody is signed out by it."""
    if alias != DEFAULT_DB_ALIAS and model._meta.app_label == READ_IN_NEED:
        raise OperationalError("There is no primary to ask.")


def _give_up(alias: str) -> bool:
    """Close a connection that failed; return whether it was broken, and not only what it was asked."""
    raw = connections[alias].connection
    broken = raw is None or raw.closed or raw.info.transaction_status in BUSY
    connections[alias].close()
    return broken
