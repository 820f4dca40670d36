"""The fourteen arrangements of a drawn cover: two or three shapes each, placed by dice, coloured from one palette."""

import math
import random
from collections.abc import Callable
from typing import TypeAlias

from catalog import outlines

Arrangement: TypeAlias = Callable[[random.Random, str, str, str, str], list[outlines.Shape]]


def _sun_and_sea(dice: random.Random, g: str, a: str, b: str, c: str) -> list[outlines.Shape]:
    x, y = dice.choice((34, 50, 66)), dice.choice((50, 58, 66))
    glints = [outlines.box(x - 24 + n * 5, y + 6 + n * 8, 48 - n * 10, 3, c) for n in range(4)]
    return [outlines.disc(x, y, 27, b), outlines.box(0, y, 100, 100 - y, a), *glints]


def _quarters(dice: random.Random, g: str, a: str, b: str, c: str) -> list[outlines.Shape]:
    ways = dice.choice(((0, 1, 2, 3), (2, 3, 0, 1), (0, 2, 0, 2), (1, 1, 3, 3)))
    shapes = []
    for (left, top), way, fill in zip(((0, 0), (50, 0), (50, 50), (0, 50)), ways, (a, b, a, c), strict=True):
        x, y = left + (50 if way in {1, 2} else 0), top + (50 if way > 1 else 0)
        shapes.append(outlines.piece((x, y), 50, way * 90, way * 90 + 90, fill))
    return shapes


def _arches(dice: random.Random, g: str, a: str, b: str, c: str) -> list[outlines.Shape]:
    return [outlines.piece((0, 0), radius, 0, 90, fill) for radius, fill in ((96, a), (74, c), (52, b), (30, g))]


def _two_discs(dice: random.Random, g: str, a: str, b: str, c: str) -> list[outlines.Shape]:
    lean = math.degrees(math.acos(15 / 28))
    start, right = outlines.arc((35, 50), 28, 28, -lean, lean)
    _, left = outlines.arc((65, 50), 28, 28, 180 - lean, 180 + lean)
    return [outlines.disc(35, 50, 28, a), outlines.disc(65, 50, 28, b), outlines.Shape(start, (*right, *left), c)]


def _sound(dice: random.Random, g: str, a: str, b: str, c: str) -> list[outlines.Shape]:
    lit = dice.randrange(1, 5)
    shapes = []
    for n in range(7):
        height, x, fill = dice.choice((22, 34, 48, 62, 76)), 10 + n * 11.8, b if n == lit else a
        _, top = outlines.arc((x + 4, 50 - height / 2 + 4), 4, 4, 180, 360)
        start, bottom = outlines.arc((x + 4, 50 + height / 2 - 4), 4, 4, 0, 180)
        shapes.append(outlines.Shape(start, (*bottom, ((x, 50 - height / 2 + 4),), *top), fill))
    return shapes


def _hills(dice: random.Random, g: str, a: str, b: str, c: str) -> list[outlines.Shape]:
    def half(y: float, begin: float, fill: str) -> outlines.Shape:
        return outlines.piece((50, y), 24, begin, begin + 180, fill)

    return [half(36, 180, a), half(36, 0, b), half(84, 180, c), outlines.box(0, 84, 100, 16, a)]


def _flower(dice: random.Random, g: str, a: str, b: str, c: str) -> list[outlines.Shape]:
    across = 9 + dice.randrange(4)
    return [*(outlines.petal(n * 45, across, a if n % 2 else b) for n in range(8)), outlines.disc(50, 50, 9, c)]


def _dunes(dice: random.Random, g: str, a: str, b: str, c: str) -> list[outlines.Shape]:
    far = (((22, 44), (38, 46), (56, 60)), ((74, 74), (86, 76), (100, 62)))
    near = (((26, 60), (52, 66), (70, 78)), ((88, 90), (92, 88), (100, 82)))
    return [
        outlines.disc(dice.choice((34, 50, 66)), 34, 17, c),
        outlines.wave(far, (0, 62), b),
        outlines.wave(near, (0, 80), a),
    ]


def _stairs(dice: random.Random, g: str, a: str, b: str, c: str) -> list[outlines.Shape]:
    return [*(outlines.box(n * 20, 20 + n * 20, 20.2, 100, a) for n in range(4)), outlines.disc(70, 28, 15, b)]


def _record(dice: random.Random, g: str, a: str, b: str, c: str) -> list[outlines.Shape]:
    return [outlines.disc(96, 50, radius, fill) for radius, fill in ((62, a), (40, b), (22, c), (5, a))]


def _leaves(dice: random.Random, g: str, a: str, b: str, c: str) -> list[outlines.Shape]:
    shapes = []
    for n, fill in enumerate(dice.sample([a, a, a, b, b, c, a, b, a], 9)):
        x, y = 5 + n % 3 * 30, 5 + n // 3 * 30
        _, right = outlines.arc((x + 15, y + 15), 15, 15, 270, 360)
        _, left = outlines.arc((x + 15, y + 15), 15, 15, 90, 180)
        shapes.append(
            outlines.Shape((x, y), (((x + 15, y),), *right, ((x + 30, y + 30),), ((x + 15, y + 30),), *left), fill)
        )
    return shapes


def _ribbon(dice: random.Random, g: str, a: str, b: str, c: str) -> list[outlines.Shape]:
    turn, half = 24 + dice.randrange(4) * 4, 6.6
    shapes = []
    for radius, fill in ((14, a), (27, b), (40, c)):
        outer, inner = radius + half, radius - half
        _, bend = outlines.arc((turn, 40), outer, outer, 90, 0)
        back, unbend = outlines.arc((turn, 40), inner, inner, 0, 90)
        ends = (((turn + outer, -6),), ((turn + inner, -6),), (back,))
        shapes.append(
            outlines.Shape((-6, 40 + outer), (((turn, 40 + outer),), *bend, *ends, *unbend, ((-6, 40 + inner),)), fill)
        )
    return shapes


def _peaks(dice: random.Random, g: str, a: str, b: str, c: str) -> list[outlines.Shape]:
    sun = outlines.disc(dice.choice((34, 50, 66)), 30, 13, c)
    return [
        sun,
        outlines.polygon(((-12, 100), (36, 34), (84, 100)), a),
        outlines.polygon(((38, 100), (74, 52), (112, 100)), b),
    ]


def _shifted_disc(dice: random.Random, g: str, a: str, b: str, c: str) -> list[outlines.Shape]:
    return [
        outlines.piece((50, 44), 34, 90, 270, a, corner=False),
        outlines.piece((50, 56), 34, -90, 90, b, corner=False),
        outlines.disc(24, 88, 6, c),
    ]


ARRANGEMENTS: tuple[tuple[Arrangement, bool], ...] = (  # the bool: may it be turned?
    (_sun_and_sea, False), (_quarters, True), (_arches, True), (_two_discs, True), (_sound, False), (_hills, False),
    (_flower, False), (_dunes, False), (_stairs, True), (_record, True), (_leaves, True), (_ribbon, True),
    (_peaks, False), (_shifted_disc, True),
)  # fmt: skip
