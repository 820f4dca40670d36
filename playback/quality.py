"""Own what beacons add up to: counted in memory, and written as rows that hold numbers alone.

A process writes what it was told every few seconds, in one statement that adds to what is there; no request waits for
it. What a process that dies had not written is lost, and nobody misses a few of many plays. Prometheus is told beside
it, and so is the log of plays that failed, by the play's own id.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, close_old_connections

from playback import histogram
from playback.beacons import Beacon
from playback.models import Quality
from spotify_lite import metrics
from spotify_lite.given import Given

SLOT = 300  # seconds: a week is 2,000 of them, of some thirty rows for each region and source
KEPT = timedelta(days=35)  # a month beside the one before, in days
INTERVAL = 5.0  # seconds between two writes
REGION_LENGTH = 32  # characters of a region's name
MOST = 20_000  # rows that wait while there is no database: three hours of them

# What is counted of plays, and what a bucket of it is.
FIRST = "first"  # plays with sound; of `histogram`: the milliseconds until there was some
PLAY = (
    "play"  # all plays; of `histogram`: the milliseconds for which the sound stopped, 0 of those in which it never did
)
ERROR = "error:"  # and a word of `beacons.ERRORS`: plays that it ended; one bucket, 0

FIRST_AUDIO = metrics.histogram(
    "first_audio_seconds",
    "From a press of play to the sound, as players tell.",
    "source",
    "region",
    buckets=(0.025, 0.05, 0.1, 0.15, 0.25, 0.4, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 30),
)
TOLD = metrics.counter("told_plays", "Plays of which players told how they went.", "source", "region")
STALLED = metrics.counter(
    "stalled_plays", "Those of them in which the sound stopped for want of bytes.", "source", "region"
)
STALLS = metrics.counter("stalls", "How often it did.", "source", "region")
STALL_SECONDS = metrics.counter("stall_seconds", "For how long, all in all.", "source", "region")
ERRORS = metrics.counter("failed_plays", "Plays that something ended, as players tell.", "source", "error")

_ADD = Given(
    """
    INSERT INTO playback_quality (slot, region, source, figure, bucket, plays, total_ms)
    SELECT slot, region, source, figure, bucket, plays, total_ms FROM {given} WHERE true
    ON CONFLICT (slot, region, source, figure, bucket) DO UPDATE
    SET plays = playback_quality.plays + excluded.plays, total_ms = playback_quality.total_ms + excluded.total_ms
    """,
    slot="int",
    region="text",
    source="text",
    figure="text",
    bucket="smallint",
    plays="bigint",
    total_ms="bigint",
)

Key = tuple[int, str, str, str, int]  # slot, region, source, figure, bucket

logger = logging.getLogger(__name__)


class Tally:
    """What this process was told and has not written yet."""

    def __init__(self) -> None:
        self._rows: dict[Key, list[int]] = defaultdict(lambda: [0, 0])  # plays, milliseconds
        self._changing = threading.Lock()

    def add(self, counts: Sequence[tuple[Key, int, int]]) -> None:
        """Add plays and milliseconds; of rows that would be one too many nothing is kept."""
        with self._changing:
            for key, plays, total_ms in counts:
                if len(self._rows) < MOST or key in self._rows:
                    row = self._rows[key]
                    row[0] += plays
                    row[1] += total_ms

    def take(self) -> list[tuple[Key, int, int]]:
        """Return all of it, in the one order in which rows are locked, and forget it."""
        with self._changing:
            rows, self._rows = self._rows, defaultdict(lambda: [0, 0])
        return [(key, rows[key][0], rows[key][1]) for key in sorted(rows)]


_tally = Tally()
_starting = threading.Lock()
_running = False


def note(beacons: Sequence[Beacon], *, region: str, at: datetime) -> None:
    """Count how plays went that were told of from a region."""
    slot, region = slot_of(at), region[:REGION_LENGTH]
    for beacon in beacons:
        _tally.add(_counts(beacon, slot, region))
        _measure(beacon, region)
        if beacon.error:
            logger.info("The play %s from %s ended: %s", beacon.play_id, beacon.source, beacon.error)


def slot_of(at: datetime) -> int:
    return int(at.timestamp()) // SLOT


def flush() -> int:
    """Write what was counted here; return how many rows. Without a database it is kept for the next time."""
    counts = _tally.take()
    if not counts:
        return 0
    try:
        _ADD.run([(*key, plays, total_ms) for key, plays, total_ms in counts])
    except (DatabaseError, InterfaceError):
        _tally.add(counts)
        raise
    return len(counts)


def sweep(*, at: datetime) -> int:
    """Delete what is older than KEPT; return how many rows."""
    return Quality.objects.filter(slot__lt=slot_of(at - KEPT)).delete()[0]


def watch() -> None:
    """Begin to write, once a process that serves listeners."""
    global _running
    with _starting:
        if not _running:
            _running = True
            threading.Thread(target=_run, name="quality", daemon=True).start()


def _run() -> None:
    away = False
    while True:
        time.sleep(INTERVAL)
        try:
            close_old_connections()
            flush()
            away = False
        except (DatabaseError, InterfaceError) as error:
            if not away:
                logger.warning("How plays went is not written: %s", error)
            away = True


def _counts(beacon: Beacon, slot: int, region: str) -> list[tuple[Key, int, int]]:
    def one(figure: str, bucket: int = 0, ms: float = 0) -> tuple[Key, int, int]:
        return (slot, region, beacon.source, figure, bucket), 1, round(ms)

    stall_ms = max(beacon.stall_ms, 1) if beacon.stalls else 0
    counts = [one(PLAY, histogram.bucket_of(stall_ms), stall_ms)]
    if beacon.first_audio_ms is not None:
        counts.append(one(FIRST, histogram.bucket_of(beacon.first_audio_ms), beacon.first_audio_ms))
    if beacon.error:
        counts.append(one(ERROR + beacon.error))
    return counts


def _measure(beacon: Beacon, region: str) -> None:
    labels = (beacon.source, region)
    TOLD.labels(*labels).inc()
    if beacon.first_audio_ms is not None:
        FIRST_AUDIO.labels(*labels).observe(beacon.first_audio_ms / 1000)
    if beacon.stalls:
        STALLED.labels(*labels).inc()
        STALLS.labels(*labels).inc(beacon.stalls)
        STALL_SECONDS.labels(*labels).inc(beacon.stall_ms / 1000)
    if beacon.error:
        ERRORS.labels(beacon.source, beacon.error).inc()
