"""Drawn covers: two or three flat shapes on a ground, chosen by an id and nothing else.

The same id always gives the same picture, so a page may ask for a cover before it exists. Every shape is an outline of
lines and cubic curves on a 100 x 100 ground; SVG and raster are two ways to write the same outlines.
"""

import hashlib
import html
import io
import random
import re

from PIL import Image, ImageColor, ImageDraw

from catalog import outlines
from catalog.arrangements import ARRANGEMENTS

# ground, first, second, third: each set reads as one printed sleeve; third is always a light or a spark.
PALETTES = [tuple(f"#{colour}" for colour in row.split()) for row in (
    "f2e8d5 c8502f 1f2b45 e3a94a", "0f3d3e e8d9b5 e07a5f f2cc8f", "3b1f3b d1495b e6b8a2 f4e4d1",
    "dfe3d0 3f5a45 c4572f e9b44c", "c9dbe3 25406b ef6f4c f6efe2", "1b1b22 d98032 5e7f8c f0e6d6",
    "f0c9bd b23a48 2b3a55 f7efe3", "d9982f 2c2a29 a63d2f f4ead5", "a9c9b6 1f4e4a d9623b f3e9d8",
    "c8bfdc 35305a d9644a f4e3b2", "a8412d f1dcc0 22313a e9a85b", "20352b 86a58a e0633c e5d8ae",
    "2546a0 f2ede1 e4583e f0b43c", "e9e4d8 3c4a57 b8532f d5a021", "14344f e9c46a 3f7d8c f3ead7",
)]  # fmt: skip
WEAVES = (
    "M0 6H12M6 0V12", "M-3 3L3 -3M0 12L12 0M9 15L15 9", "M0 3Q3 0 6 3T12 3M0 9Q3 6 6 9T12 9",
    "M0 0L6 6L12 0M0 6L6 12L12 6", "M3 3h.1M9 9h.1", "M2 0V12M5 0V12M8 0V5", "M0 2H7M5 8H12",
    "M6 1A5 5 0 0 1 6 11A5 5 0 0 1 6 1",
)  # fmt: skip
INK, LIGHT = "#17161a", "#ffffff"
OVERSAMPLED = 4  # pixels a side that become one: smooth edges
WORDS = re.compile(r"[\s/&,+-]+")  # what stands between words; `N!ght` is one


def svg(key: str, initials: str = "") -> str:
    """Return the cover of an id as SVG; initials stand on an obi, the paper strip of a record."""
    ground, shapes, light = _picture(key)
    marks = "".join(f'<path d="{outlines.path(shape)}" fill="{shape.fill}"/>' for shape in shapes)
    strip = ""
    if initials:
        ink = max((INK, LIGHT), key=lambda ink: _contrast(ink, light))
        strip = (
            f'<rect width="17" height="100" fill="{light}"/><rect x="17" width=".6" height="100" fill="{ground}"/>'
            f'<text x="8.5" y="13" font-family="sans-serif" font-size="8" font-weight="600" text-anchor="middle" '
            f'fill="{ink}">{html.escape(initials)}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        f'<rect width="100" height="100" fill="{ground}"/>{marks}{strip}</svg>'
    )


def png(key: str, size: int) -> bytes:
    """Return the same cover as a PNG of `size` pixels a side, without a strip."""
    return _encoded(raster(key, size), "PNG")


def jpeg(key: str, size: int) -> bytes:
    """Return the same cover as a JPEG of `size` pixels a side, without a strip."""
    return _encoded(raster(key, size), "JPEG")


def raster(key: str, size: int) -> Image.Image:
    """Draw the cover of an id large, and shrink it, so that edges are smooth."""
    ground, shapes, _ = _picture(key)
    scale = size * OVERSAMPLED / 100
    picture = Image.new("RGB", (size * OVERSAMPLED, size * OVERSAMPLED), ground)
    pen = ImageDraw.Draw(picture)
    for shape in shapes:
        pen.polygon([(x * scale, y * scale) for x, y in outlines.flattened(shape)], fill=shape.fill)
    return picture.resize((size, size), Image.Resampling.BOX)


def _encoded(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, optimize=True)
    return out.getvalue()


def cloth_svg(key: str) -> str:
    """Return a genre's swatch as SVG: speaker cloth, two threads in one weave that repeats."""
    ground, thread, weave = _cloth(key)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72"><pattern id="w" width="12" height="12" '
        f'patternUnits="userSpaceOnUse"><path d="{weave}" fill="none" stroke="{thread}" stroke-width="2.4" '
        f'stroke-linecap="round"/></pattern><rect width="72" height="72" fill="{ground}"/>'
        f'<rect width="72" height="72" fill="url(#w)"/></svg>'
    )


def threads(key: str) -> Image.Image:
    """Return a picture of a genre's two threads, as much of each as one sees, to find its tint by."""
    ground, thread, _ = _cloth(key)
    picture = Image.new("RGB", (2, 2), ground)
    picture.putpixel((1, 0), ImageColor.getrgb(thread))
    return picture


def initials(name: str) -> str:
    """Return what an obi says of a name: the first letters of its first two words, of one word its first letter."""
    first = [letters[0] for word in WORDS.split(name) if (letters := [mark for mark in word if mark.isalnum()])]
    return "".join(first[:2]).upper()[:2]


def _dice(key: str) -> random.Random:
    return random.Random(int(hashlib.sha256(key.encode()).hexdigest(), 16))


def _cloth(key: str) -> tuple[str, str, str]:
    """Return the ground, the thread on it, and how they are woven."""
    dice = _dice(key)
    ground, thread, _, _ = dice.choice(PALETTES)
    return ground, thread, dice.choice(WEAVES)


def _picture(key: str) -> tuple[str, list[outlines.Shape], str]:
    """Return the ground, the shapes on it, and the light of the palette."""
    dice = _dice(key)
    ground, first, second, light = dice.choice(PALETTES)
    arrangement, turns = dice.choice(ARRANGEMENTS)
    shapes = arrangement(dice, ground, first, second, light)
    quarters = dice.randrange(4) if turns else 0
    return ground, [shape.turned(quarters) for shape in shapes], light


def _contrast(one: str, other: str) -> float:
    """Return the contrast of WCAG 2, 1 to 21."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
