"""Paths as text: file names are bytes, and the database keeps no bytes that are not UTF-8. Pure.

A byte that is not is written as `//` and two hex digits: no path has two slashes in a row, so nothing else reads so.
"""

import re
from pathlib import Path

ESCAPED = re.compile(r"//([0-9a-f]{2})")
STRAY = re.compile("[\udc80-\udcff]")  # how Python carries such bytes in a str (PEP 383)


def to_text(path: str) -> str:
    """Return the path, as `os.scandir` gives it, in a form that every database keeps."""
    return STRAY.sub(lambda found: f"//{ord(found[0]) - 0xDC00:02x}", path) if STRAY.search(path) else path


def from_text(text: str) -> str:
    """Return the path that `open` takes."""
    return ESCAPED.sub(lambda found: chr(0xDC00 + int(found[1], 16)), text) if "//" in text else text


def readable(path: str) -> str:
    """Return the path for people: names that are not UTF-8 are mostly of Western systems before it."""
    if not STRAY.search(path):
        return path
    return path.encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def absolute(root: str, path: str) -> Path:
    """Return where a file is: `root` of its Library, `path` of its LibraryFile."""
    return Path(from_text(root), from_text(path))
