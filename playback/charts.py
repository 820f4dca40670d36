"""Draw a few lines and bars as paths of SVG, in a box that is stretched to its place. Pure.

What is stretched can hold no words: scales stand beside it, in even steps.
"""

import math
from collections.abc import Sequence

WIDTH, HEIGHT = 1000, 100  # of the box, in its own units
FOURFOLD = 4  # each step of the scale of lengths: 8 ms, 32, 128, 512, 2 s ...
SHORTEST = 8.0  # milliseconds


def scale(values: Sequence[float | None]) -> list[float]:
    """Return the milliseconds of a scale's marks, longest first, that has room for all values."""
    longest = max((value for value in values if value is not None), default=SHORTEST)
    steps = max(3, math.ceil(math.log(max(longest, SHORTEST) / SHORTEST, FOURFOLD)))
    return [SHORTEST * FOURFOLD**step for step in range(steps, -1, -1)]


def line(values: Sequence[float | None], marks: Sequence[float]) -> str:
    """Return the path through values on a scale of lengths; it breaks off where there is none, a lone one is a dot."""
    words, joined = [], False
    for place, value in enumerate(values):
        if value is None:
            joined = False
            continue
        x, y = (place + 0.5) * WIDTH / len(values), HEIGHT - _height(value, marks)
        words.append(f"{'L' if joined else 'M'}{x:.1f} {y:.1f}{'' if joined else 'h0'}")
        joined = True
    return "".join(words)


def bars(values: Sequence[int], most: int) -> str:
    """Return the path of bars from the ground, each with a little room beside it."""
    wide = WIDTH / len(values)
    words = [
        f"M{place * wide + wide * 0.15:.1f} {HEIGHT}v{-value / most * HEIGHT:.1f}h{wide * 0.7:.1f}V{HEIGHT}z"
        for place, value in enumerate(values)
        if value
    ]
    return "".join(words)


def _height(value: float, marks: Sequence[float]) -> float:
    share = math.log(max(value, marks[-1]) / marks[-1]) / math.log(marks[0] / marks[-1])
    return min(1.0, share) * HEIGHT
