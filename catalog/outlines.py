"""Outlines of flat shapes on a 100 x 100 ground: lines and cubic curves, written as an SVG path or as points."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

FLAT = 32  # straight pieces that a curve becomes in a raster

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    start: Point
    curves: tuple[tuple[Point, ...], ...]  # each one point (a line to it) or three (two handles and the end)
    fill: str  # #rrggbb

    def turned(self, quarters: int) -> "Shape":
        """Return the shape after so many quarter turns about the middle of the ground."""

        def turn(point: Point) -> Point:
            for _ in range(quarters):
                point = (100 - point[1], point[0])
            return point

        return replace(self, start=turn(self.start), curves=tuple(tuple(map(turn, curve)) for curve in self.curves))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def path(shape: Shape) -> str:
    """Return the outline as the `d` of an SVG path."""
    parts = [f"M{_number(shape.start[0])} {_number(shape.start[1])}"]
    for curve in shape.curves:
        points = " ".join(f"{_number(x)} {_number(y)}" for x, y in curve)
        parts.append(("L" if len(curve) == 1 else "C") + points)
    return "".join(parts) + "Z"


def flattened(shape: Shape) -> list[Point]:
    """Return the outline as the corners of a polygon."""
    points, here = [shape.start], shape.start
    for curve in shape.curves:
        if len(curve) == 3:
            one, two, end = curve
            for n in range(1, FLAT):
                t = n / FLAT
                weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
                four = (here, one, two, end)
                x, y = (sum(w * p[axis] for w, p in zip(weights, four, strict=True)) for axis in (0, 1))
                points.append((x, y))
        here = curve[-1]
        points.append(here)
    return points


def polygon(points: Sequence[Point], fill: str) -> Shape:
    return Shape(points[0], tuple((point,) for point in points[1:]), fill)


def box(x: float, y: float, width: float, height: float, fill: str) -> Shape:
    return polygon(((x, y), (x + width, y), (x + width, y + height), (x, y + height)), fill)


def arc(centre: Point, across: float, down: float, begin: float, end: float) -> tuple[Point, list[tuple[Point, ...]]]:
    """Return the start and the curves of an elliptic arc between two angles in degrees, clockwise from the right."""
    count = max(1, math.ceil(abs(end - begin) / 90 - 1e-9))
    step = math.radians((end - begin) / count)
    handle = 4 / 3 * math.tan(step / 4)

    def at(angle: float) -> Point:
        return centre[0] + across * math.cos(angle), centre[1] + down * math.sin(angle)

    curves: list[tuple[Point, ...]] = []
    angle = math.radians(begin)
    for _ in range(count):
        (x0, y0), (x1, y1) = at(angle), at(angle + step)
        one = (x0 - handle * across * math.sin(angle), y0 + handle * down * math.cos(angle))
        two = (x1 + handle * across * math.sin(angle + step), y1 - handle * down * math.cos(angle + step))
        curves.append((one, two, (x1, y1)))
        angle += step
    return at(math.radians(begin)), curves


def disc(x: float, y: float, radius: float, fill: str) -> Shape:
    start, curves = arc((x, y), radius, radius, 0, 360)
    return Shape(start, tuple(curves), fill)


def piece(centre: Point, radius: float, begin: float, end: float, fill: str, *, corner: bool = True) -> Shape:
    """A piece of a disc, to its middle or cut off straight."""
    start, curves = arc(centre, radius, radius, begin, end)
    return Shape(start, (*curves, (centre,)) if corner else tuple(curves), fill)


def petal(angle: float, across: float, fill: str) -> Shape:
    """An ellipse that stands on the middle and leans by an angle."""
    start, curves = arc((50, 27), across, 21, 0, 360)
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))

    def lean(point: Point) -> Point:
        x, y = point[0] - 50, point[1] - 50
        return 50 + x * cosine - y * sine, 50 + x * sine + y * cosine

    return Shape(lean(start), tuple(tuple(map(lean, curve)) for curve in curves), fill)


def wave(points: Sequence[tuple[Point, ...]], start: Point, fill: str) -> Shape:
    return Shape(start, (*points, ((100, 100),), ((0, 100),)), fill)
