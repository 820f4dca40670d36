"""Look at each database server several times a second, so that no request waits to find out how it is.

A thread and a connection for each server, so that one that hangs hides no other. Processes start them with their first
connection. The newest timeline is also kept in a file, for processes that start while only an old primary answers.
"""

import logging
import os
import re
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, OperationalError, connections

from spotify_lite.roles import Known, Roles, Sight

INTERVAL = 0.2  # seconds between two looks
DEAD = 1.0  # seconds without an answer, after which there is none
FIRST = 2.0  # seconds that the first connection of a process waits for all servers to be looked at

# A primary says where its log ends, a standby how much of it is replayed. In recovery a snapshot's list of running
# transactions is empty, but its least one is right.
LOOK = """
SELECT standby, system_identifier,
    CASE WHEN standby THEN (SELECT timeline_id FROM pg_control_checkpoint())
         ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END,
    pg_wal_lsn_diff(CASE WHEN standby THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, '0/0')::bigint,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint
FROM (SELECT pg_is_in_recovery() AS standby) AS role, pg_control_system()
"""

ROLE = re.compile("[,:]")  # ends the words that are worth a line in the log when they change

logger = logging.getLogger(__name__)


def look(raw: Any) -> Sight:
    """Ask a server by a connection of the driver's."""
    at = time.monotonic()
    standby, system, timeline, place, complete = raw.execute(LOOK).fetchone()
    return Sight(at, standby, system, timeline, place, complete)


class Watch:
    """What this process knows of the servers, each called by its alias, `server-0` and on."""

    def __init__(self, *, region: str, regions: list[str], file: Path) -> None:
        """Take the regions of the replicas, which are numbered from 1; 0 is the one that DATABASE_URL names."""
        numbers = sorted(range(1, len(regions) + 1), key=lambda number: regions[number - 1] != region)
        near = sum(one == region for one in regions)
        turn = os.getpid() % near if near else 0  # the processes of a region share its replicas out
        self.count = len(regions) + 1
        self._file = file
        self._roles = Roles([*numbers[turn:near], *numbers[:turn], *numbers[near:], 0], _read(file))
        self._lock = threading.Lock()
        self._looked = threading.Event()
        self._told: dict[int, str] = {}
        self._backends: dict[int, int] = {}
        self._reasons: dict[int, str] = {}  # why those are away that are; a server's words name no password

    def start(self) -> None:
        for number in range(self.count):
            threading.Thread(target=self._watch, args=(number,), name=f"server-{number}", daemon=True).start()

    @property
    def epoch(self) -> int:
        return self._roles.epoch

    @property
    def away(self) -> bool:
        """Say whether there is no primary to ask."""
        return self._roles.away

    def primary(self) -> tuple[int, str]:
        """Return the epoch, and the alias of its primary; raise OperationalError where there is none.

        At first all servers are given time to answer: the one that does so at once may be an old primary.
        """
        self._looked.wait(FIRST)
        with self._lock:
            if self._roles.primary is None or self._roles.away:
                raise OperationalError("No server is the primary at the moment.")
            return self._roles.epoch, alias_of(self._roles.primary)

    def check(self, sight: Sight) -> None:
        """Raise OperationalError unless a server that says so may be written to."""
        known = self._roles.known
        if sight.standby or sight.system != known.system or sight.timeline < known.timeline:
            raise OperationalError("The server is not the primary.")

    def nearest(self, wrote: int | None = None) -> str | None:
        """Return the alias of the nearest replica that may be read, None for the primary."""
        number = self._roles.nearest(wrote=wrote, now=time.monotonic())
        return None if number is None else alias_of(number)

    def standby(self) -> str | None:
        """Return the alias of a standby that answers, however far behind."""
        number = self._roles.any_standby(now=time.monotonic())
        return None if number is None else alias_of(number)

    @property
    def complete(self) -> bool:
        """Say whether every server is the primary, or a replica that is near enough to be read."""
        now = time.monotonic()
        servers = range(self.count)
        return not self.away and all(one == self._roles.primary or self._roles.is_read(one, now=now) for one in servers)

    def states(self) -> dict[str, str]:
        """Return in words how each server is, by its alias."""
        with self._lock:
            return {alias_of(number): self._state(number) for number in range(self.count)}

    def lags(self) -> dict[str, float]:
        """Return how many seconds each standby is behind, by its alias, of those of which that is known."""
        with self._lock:
            found = {number: self._roles.lag(number) for number in range(self.count) if self._is_standby(number)}
        return {alias_of(number): lag for number, lag in found.items() if lag is not None}

    def wait(self) -> None:
        """Wait until each server was looked at, or time is up."""
        self._looked.wait(FIRST)

    def backends(self) -> list[int]:
        """Return the servers' processes that this watch is connected to."""
        return list(self._backends.values())

    def _watch(self, number: int) -> None:
        """Look for as long as the process lives, at a server that comes and goes."""
        connection = connections[alias_of(number)]  # this thread's own
        while True:
            sight = None
            try:
                connection.ensure_connection()
                connection.connection.wait = partial(
                    type(connection.connection).wait, connection.connection, timeout=DEAD
                )
                self._backends[number] = connection.connection.info.backend_pid
                sight = look(connection.connection)
            except Error as error:
                self._reasons[number] = (str(error).strip().splitlines() or [type(error).__name__])[-1]
                connection.close()
            except Exception as error:  # noqa: BLE001 - of the driver itself; it may hold an address with a password in it
                self._reasons[number] = type(error).__name__
                connection.close()
            self._take_in(number, sight)
            time.sleep(INTERVAL)

    def _take_in(self, number: int, sight: Sight | None) -> None:
        with self._lock:
            known = self._roles.known
            self._roles.see(number, sight, now=time.monotonic())
            if self._roles.known != known:
                _write(self._file, self._roles.known)
            if len(self._roles.sights) == self.count:
                self._looked.set()
            told = {one: self._state(one) for one in self._roles.sights} if self._looked.is_set() else {}
        for one, state in told.items():
            role = ROLE.split(state)[0]
            if self._told.get(one) != role:
                self._told[one] = role
                logger.info("%s is %s", alias_of(one), state)

    def _is_standby(self, number: int) -> bool:
        sight = self._roles.sights.get(number)
        return sight is not None and sight.standby

    def _state(self, number: int) -> str:
        roles, sight = self._roles, self._roles.sights.get(number)
        if sight is None:
            return f"away: {self._reasons.get(number, 'it has not answered yet')}"
        if sight.system != roles.known.system:
            return "of another cluster"
        if not sight.standby:
            if number == roles.primary:
                return "the primary"
            old = sight.timeline < roles.known.timeline
            return f"an old primary, on timeline {sight.timeline}" if old else "a second primary, or the same one again"
        lag = roles.lag(number)
        behind = "" if lag is None else f", {lag:.1f} s behind"
        return f"{'read' if roles.is_read(number, now=time.monotonic()) else 'not read'}{behind}"


_watch: Watch | None = None
_pid = 0
_making = threading.Lock()


def here() -> Watch:
    """Return this process's watch, begun now where there was none: a fork inherits the object without its threads."""
    global _watch, _pid
    if _watch is None or _pid != os.getpid():
        with _making:
            if _watch is None or _pid != os.getpid():
                regions = [replica.region for replica in settings.REPLICAS]
                watch = Watch(region=settings.REGION, regions=regions, file=settings.VAR_DIR / "timeline")
                watch.start()
                _watch, _pid = watch, os.getpid()
    return _watch


def alias_of(number: int) -> str:
    return f"server-{number}"


def _read(file: Path) -> Known:
    try:
        system, timeline = file.read_text().split()
        return Known(int(system), int(timeline))
    except (OSError, ValueError):
        return Known()


def _write(file: Path, known: Known) -> None:
    """Keep what is known for the next process; without a place for it that one knows what it is told."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        temporary.write_text(f"{known.system} {known.timeline}\n")
        temporary.replace(file)
    except OSError as error:
        logger.warning("The timeline cannot be noted: %s", error)
