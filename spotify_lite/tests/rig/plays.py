"""A day of plays that players told of, from two regions, for the desk to show; in the last two hours there was none."""

import math
import uuid
from datetime import datetime, timedelta

from playback import quality
from playback.beacons import ERRORS, Beacon

REGIONS = {"eu-central": 1.0, "ap-southeast": 2.6}  # and how much later the first sound comes there
SOURCES = {"device": (14, 30), "edge": (90, 60), "web": (240, 10)}  # ms to the usual first sound, plays an hour
SILENT = 2  # hours


def tell(*, at: datetime) -> None:
    """Write the day as the service itself would have."""
    for half_hour in range(2 * SILENT, 48):
        then = at - timedelta(minutes=30 * half_hour)
        busy = 1.2 + math.sin(half_hour / 48 * math.tau)
        for region, slower in REGIONS.items():
            told = [
                _play(source, usual * slower, number)
                for source, (usual, plays) in SOURCES.items()
                for number in range(round(plays * busy / slower / 2))
            ]
            quality.note(told, region=region, at=then)
    quality.note([_failed(error, number) for number, error in enumerate(ERRORS)], region="eu-central", at=then)
    quality.flush()


def _play(source: str, usual: float, number: int) -> Beacon:
    stopped = number % 29 == 28
    late = 1 + (number * 7 % 10) / 10 + 6 * (number % 19 == 18)
    return Beacon(uuid.uuid4(), source, usual * late, int(stopped), 900.0 * stopped, "")


def _failed(error: str, number: int) -> Beacon:
    return Beacon(uuid.uuid4(), "web" if number % 2 else "edge", None, 0, 0, error)
