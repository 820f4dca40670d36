"""Draw the icons that installed pages are shown by, as PNG of the sizes that systems ask for.

No picture is in git: they are drawn when static files are collected, from the same figures as img/icon.svg.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from PIL import Image, ImageDraw

GROUND, LINE, LAMP = "#111114", "#f2efe9", "#e8a33d"
GRID = 24  # units of img/icon.svg
OVERSAMPLED = 4  # pixels a side that become one: smooth edges


@dataclass(frozen=True)
class Icon:
    """One picture."""

    size: int  # pixels a side
    purpose: str  # of the manifest; empty: a page links it
    corner: float  # radius in units of the grid; 0 where the system cuts the corners itself
    scale: float  # of the figure: what is cut to a circle keeps its middle, four fifths of the width


ICONS = {
    "img/icon-192.png": Icon(192, "any", 5, 1.0),
    "img/icon-512.png": Icon(512, "any", 5, 1.0),
    "img/icon-maskable-512.png": Icon(512, "maskable", 0, 0.8),
    "img/icon-180.png": Icon(180, "", 0, 0.9),
}


def png(icon: Icon) -> bytes:
    """Return the icon: a record of two rings, a quarter of the inner one, and the lamp in the middle."""
    side = icon.size * OVERSAMPLED
    unit = side / GRID
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((0, 0, side - 1, side - 1), icon.corner * unit, fill=GROUND)

    def box(radius: float) -> tuple[float, float, float, float]:
        reach = radius * unit * icon.scale
        return (side / 2 - reach, side / 2 - reach, side / 2 + reach, side / 2 + reach)

    width = 1.8
    line = round(width * unit * icon.scale)
    pen.ellipse(box(8 + width / 2), outline=LINE, width=line)
    pen.arc(box(4.4 + width / 2), -90, 0, fill=LINE, width=line)
    pen.ellipse(box(2.1), fill=LAMP)
    out = io.BytesIO()
    picture.resize((icon.size, icon.size), Image.Resampling.BOX).save(out, "PNG", optimize=True)
    return out.getvalue()


class IconFinder(BaseFinder):
    """Finds ICONS in a folder of drawn pictures, and draws there what is missing."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self._folder = Path(settings.VAR_DIR) / "icons"
        self._storage = FileSystemStorage(location=self._folder)

    def check(self, **_: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        """Return the file's absolute path, or [] as Django has it for none."""
        if path not in ICONS:
            return []
        file = self._drawn(path)
        return [str(file)] if find_all else str(file)

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield each icon's name, and the storage that has it."""
        for name in ICONS:
            self._drawn(name)
            yield name, self._storage

    def _drawn(self, name: str) -> Path:
        file = self._folder / name
        if not file.is_file():
            file.parent.mkdir(parents=True, exist_ok=True)
            part = file.with_suffix(".part")
            part.write_bytes(png(ICONS[name]))
            part.replace(file)  # several processes may start at once: each sees a whole file
        return file
