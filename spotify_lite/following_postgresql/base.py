"""PostgreSQL where there are replicas: "default" is whichever server is the primary now, the others are themselves.

A connection to a server that is the primary no more is closed before its next statement, and commits nothing.
"""

from functools import partial
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.backends.postgresql import base

from spotify_lite import watching

PATIENCE = 1.5  # seconds for a statement of a replica, also where the network swallows everything; then the primary
GRACE = 1.0  # seconds, beyond the limit that the primary itself keeps


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to one server, or to the primary."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._follows = self.alias == DEFAULT_DB_ALIAS
        self._epoch = 0  # of `roles`, in which the connection was made

    def get_connection_params(self) -> dict[str, Any]:
        """Return the parameters of the server to connect to; raise OperationalError where there is no primary."""
        if not self._follows:
            return super().get_connection_params()
        self._epoch, primary = watching.here().primary()
        found: dict[str, Any] = connections[primary].get_connection_params()
        return found

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        raw = super().get_new_connection(conn_params)
        if self._follows:
            raw.autocommit = True
            try:
                watching.here().check(watching.look(raw))
            except BaseException:
                raw.close()
                raise
            if settings.STATEMENT_TIMEOUT:
                raw.wait = partial(raw.wait, timeout=settings.STATEMENT_TIMEOUT / 1000 + GRACE)
        else:
            raw.wait = partial(raw.wait, timeout=PATIENCE)
        return raw

    def ensure_connection(self) -> None:
        self._close_left_behind()
        super().ensure_connection()

    def close_if_unusable_or_obsolete(self) -> None:
        self._close_left_behind()
        super().close_if_unusable_or_obsolete()

    def _commit(self) -> None:
        if self.connection is not None and self._is_left_behind():
            raise OperationalError("Another server is the primary now: nothing was changed.")
        super()._commit()  # type: ignore[misc]

    def _close_left_behind(self) -> None:
        if self.connection is not None and not self.in_atomic_block and self._is_left_behind():
            self.close()

    def _is_left_behind(self) -> bool:
        return self._follows and self._epoch != watching.here().epoch
