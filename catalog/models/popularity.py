"""Turn plays into a popularity bucket, the one number that listings and search are ordered by."""

from math import floor, log2

BUCKET_BITS = 34  # ids are below 2^34, so that bucket and id fit into one 41-bit search id
UNPLAYED = 127


def bucket_of(plays: int) -> int:
    """Return 0 (the most played) to 127 (never played): a quarter of a doubling a step."""
    return UNPLAYED - min(UNPLAYED, floor(4 * log2(plays + 1)))


def sid_of(bucket: int, row_id: int) -> int:
    """Return the search id: ascending order of sids is descending popularity, and within a bucket the older row."""
    return bucket << BUCKET_BITS | row_id


def parts_of(sid: int) -> tuple[int, int]:
    """Return the bucket and the id of a search id."""
    return sid >> BUCKET_BITS, sid & ((1 << BUCKET_BITS) - 1)
