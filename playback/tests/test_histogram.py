"""Histograms of milliseconds on a logarithmic scale: they add up, and what is read back is nearly what was counted."""

import random
from collections import Counter

import pytest

from playback import histogram


def test_a_bucket_holds_lengths_within_a_fifth_of_each_other() -> None:
    lengths = [1.01**power for power in range(1_300)]  # to seven minutes
    for ms in lengths:
        alike = [one for one in lengths if histogram.bucket_of(one) == histogram.bucket_of(ms)]
        assert max(alike) <= 1.19 * min(alike)
    assert histogram.bucket_of(0) == 0
    assert histogram.bucket_of(1e12) == histogram.TOP


@pytest.mark.parametrize("share", [0.5, 0.75, 0.95])
def test_percentiles_are_those_of_the_lengths_within_some_percent(share: float) -> None:
    chance = random.Random(5)
    lengths = sorted(chance.lognormvariate(4.5, 0.8) for _ in range(20_000))
    told = histogram.percentile(Counter(map(histogram.bucket_of, lengths)), share)
    assert told == pytest.approx(lengths[int(share * len(lengths))], rel=0.03)


def test_those_of_two_nodes_are_those_of_all_they_saw() -> None:
    one, two = Counter({20: 90}), Counter({40: 10})
    assert histogram.percentile(one + two, 0.5) < 32
    assert histogram.percentile(one + two, 0.95) > 860


def test_of_nothing_there_is_no_percentile() -> None:
    assert histogram.percentile({}, 0.5) is None
    assert histogram.percentile({7: 0}, 0.5) is None
    assert 0 < histogram.percentile({0: 4}, 0.5) < 1
