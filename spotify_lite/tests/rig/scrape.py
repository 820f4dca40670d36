"""Read `/metrics` as Prometheus does."""

import urllib.request
from collections.abc import Iterator

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


class Scrape:
    """What was told at one moment."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.samples: list[Sample] = [one for family in text_string_to_metric_families(text) for one in family.samples]

    def value(self, name: str, **labels: str) -> float:
        """Return the sum over all samples of this name whose labels these are; 0 where there is none."""
        return sum(one.value for one in self.named(name, **labels))

    def named(self, name: str, **labels: str) -> Iterator[Sample]:
        full = f"spotify_lite_{name}"
        return (one for one in self.samples if one.name == full and labels.items() <= one.labels.items())

    def labels(self) -> set[str]:
        """Return every word that stands in a label."""
        return {word for one in self.samples for name, word in one.labels.items() if name != "le"}


def scrape(url: str) -> Scrape:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return Scrape(answer.read().decode())
