"""What operators see of how plays went: medians and the slow end by source and region, and how they moved."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db.models import ExpressionWrapper, F, IntegerField, Sum

from playback import histogram, quality
from playback.beacons import SOURCES
from playback.models import Quality


@dataclass(frozen=True)
class Period:
    """How far back one looks, and how finely."""

    length: timedelta
    slots: int  # of `quality` in a step of the charts

    @property
    def step(self) -> timedelta:
        return timedelta(seconds=self.slots * quality.SLOT)


PERIODS = {
    "hour": Period(timedelta(hours=1), 1),
    "day": Period(timedelta(days=1), 6),
    "week": Period(timedelta(days=7), 24),
}


@dataclass
class Figures:
    """What is known of some plays."""

    plays: int = 0
    stalled: int = 0  # of them: the sound stopped at least once
    failed: int = 0  # of them: something ended it
    first: Counter[int] = field(default_factory=Counter)  # of `histogram`: the time to the first sound
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, figure: str, bucket: int, plays: int) -> None:
        if figure == quality.FIRST:
            self.first[bucket] += plays
        elif figure == quality.PLAY:
            self.plays += plays
            self.stalled += plays if bucket else 0
        elif figure.startswith(quality.ERROR):
            self.failed += plays
            self.errors[figure.removeprefix(quality.ERROR)] += plays

    def percentile(self, share: float) -> float | None:
        """Return milliseconds from a press to the sound; None where nobody pressed."""
        return histogram.percentile(self.first, share)

    @property
    def median(self) -> float | None:
        return self.percentile(0.5)

    @property
    def slower(self) -> float | None:
        return self.percentile(0.75)

    @property
    def slowest(self) -> float | None:
        return self.percentile(0.95)

    @property
    def stalled_share(self) -> float:
        return self.stalled / self.plays if self.plays else 0.0

    @property
    def failed_share(self) -> float:
        return self.failed / self.plays if self.plays else 0.0


@dataclass(frozen=True)
class Report:
    """How plays went in a period."""

    all: Figures
    sources: dict[str, Figures]  # those that there are, in the order of SOURCES
    regions: dict[str, Figures]  # by name
    steps: list[tuple[datetime, Figures]]  # the whole period, oldest first


def regions(*, at: datetime) -> list[str]:
    """Return the regions of which the longest period tells."""
    since = quality.slot_of(at - max(period.length for period in PERIODS.values()))
    return sorted(Quality.objects.filter(slot__gte=since).values_list("region", flat=True).distinct().order_by())


def make(period: Period, *, at: datetime, region: str = "") -> Report:
    """Return the report of the period up to a moment, of one region or of all; in two queries."""
    last = quality.slot_of(at) // period.slots
    number = period.length // period.step
    rows = Quality.objects.filter(slot__gte=(last - number + 1) * period.slots, slot__lt=(last + 1) * period.slots)
    if region:
        rows = rows.filter(region=region)
    everything = Figures()
    sources: dict[str, Figures] = defaultdict(Figures)
    places: dict[str, Figures] = defaultdict(Figures)
    for source, place, figure, bucket, plays in _summed(rows, "source", "region"):
        for one in (everything, sources[source], places[place]):
            one.add(figure, bucket, plays)
    steps: dict[int, Figures] = {last - number + 1 + place: Figures() for place in range(number)}
    stepped = rows.annotate(step=ExpressionWrapper(F("slot") / period.slots, output_field=IntegerField()))
    for step, figure, bucket, plays in _summed(stepped, "step"):
        steps[step].add(figure, bucket, plays)
    return Report(
        all=everything,
        sources={name: sources[name] for name in SOURCES if name in sources},
        regions=dict(sorted(places.items())),
        steps=[(_moment(step * period.slots), figures) for step, figures in sorted(steps.items())],
    )


def _summed(rows: "Iterable[Quality]", *by: str) -> "Iterable[tuple]":
    columns = (*by, "figure", "bucket")
    return rows.values_list(*columns).annotate(Sum("plays")).order_by()  # type: ignore[attr-defined]


def _moment(slot: int) -> datetime:
    return datetime.fromtimestamp(slot * quality.SLOT, UTC)
