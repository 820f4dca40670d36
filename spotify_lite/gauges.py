"""Tell Prometheus what is so at the moment of a scrape: does the database keep what it acknowledges, and who lags?"""

from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from spotify_lite import metrics, replicas

# A commit is told after it is on disk, and a page that is torn by a power cut is mended.
KEEPS = """
SELECT current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on'
    AND current_setting('synchronous_commit') <> 'off'
"""
FULL = 2  # SQLite's synchronous=FULL


def measure() -> Iterator[Metric]:
    """Yield what is known of the servers of the database."""
    yield _gauge("database_up", "1 while the primary answers.", _answers())
    yield _gauge("database_durable", "1 while it keeps through a power cut what it has acknowledged.", _keeps())
    if settings.REPLICAS:
        lag = GaugeMetricFamily(
            f"{metrics.NAMESPACE}_replica_lag_seconds", "How far a replica is behind.", labels=["server"]
        )
        for server, seconds in replicas.lags().items():
            lag.add_metric([server], seconds)
        yield lag


def _gauge(name: str, words: str, value: bool) -> Metric:
    return GaugeMetricFamily(f"{metrics.NAMESPACE}_{name}", words, float(value))


def _answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return False
    return True


def _keeps() -> bool:
    """Say so also of one that is away, since it has acknowledged nothing meanwhile."""
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                return bool(cursor.execute("PRAGMA synchronous").fetchone()[0] >= FULL)
            cursor.execute(KEEPS)
            return bool(cursor.fetchone()[0])
    except (DatabaseError, InterfaceError):
        return True
