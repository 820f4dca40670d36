"""Count milliseconds in buckets that grow by a quarter of a doubling: such counts add up over time and nodes. Pure."""

import math
from collections.abc import Mapping

STEPS = 4  # buckets a doubling: what is read back is at most 9 % off, before what lies within a bucket is guessed
TOP = 20 * STEPS  # 17 minutes and more


def bucket_of(ms: float) -> int:
    """Return 0 for less than a millisecond, else the n of 2^((n-1)/4) <= ms < 2^(n/4)."""
    return min(TOP, 1 + math.floor(math.log2(ms) * STEPS)) if ms >= 1 else 0


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """Return the milliseconds that this share of what was counted stays below; None where nothing was.

    Within a bucket all lengths are taken for equally likely, on the scale of the buckets.
    """
    rank, below = share * sum(counts.values()), 0
    for bucket, count in sorted(counts.items()):
        if count and below + count >= rank:
            return _length(bucket, (rank - below) / count)
        below += count
    return None


def _length(bucket: int, part: float) -> float:
    return 2 ** ((bucket - 1 + part) / STEPS) if bucket else part
