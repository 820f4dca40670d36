"""Tell Prometheus what waits for a worker, how long already, and what was given up."""

from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from catalog.models import Work
from catalog.work import KINDS
from spotify_lite import metrics


def measure() -> Iterator[Metric]:
    """Yield figures of the rows of work; nothing while there is no database. Costs a query over all of them."""
    rows = GaugeMetricFamily(f"{metrics.NAMESPACE}_work", "Rows of work.", labels=["kind", "state"])
    oldest = GaugeMetricFamily(
        f"{metrics.NAMESPACE}_work_oldest_seconds", "For how long the oldest one has been due.", labels=["kind"]
    )
    now = timezone.now()
    try:
        found = list(Work.objects.values_list("kind", "state").annotate(Count("id"), Min("ready_at")).order_by())
    except (DatabaseError, InterfaceError):
        return
    for kind, state, number, ready_at in found:
        known = kind if kind in KINDS else "other"  # there may be rows of a newer version
        rows.add_metric([known, state], number)
        if state == Work.State.QUEUED:
            oldest.add_metric([known], max(0.0, (now - ready_at).total_seconds()))
    yield rows
    yield oldest
