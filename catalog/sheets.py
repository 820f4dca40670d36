"""Read sheets of metadata, tab-separated with a header or JSON lines, row by row, whatever is in them. Pure.

A field of a tab-separated sheet is what stands between tabs (IANA text/tab-separated-values): quotes are a part of it,
but for those of programs that double the quotes in a field which they then quote. Lines are numbered as in the file.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import orjson

from catalog import cells
from catalog.cells import COLUMNS, Bad, Row

LONGEST = 64 * 1024  # bytes of a line; names of the greatest length take 20 KB
NEEDED = ("artist", "title")


class Readable(Protocol):
    """What is read by lines; `gzip` gives no BinaryIO."""

    def readline(self, limit: int, /) -> bytes:
        """Return the rest of a line, no more than so many bytes of it; nothing at the end."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be taken in."""

    number: int  # of its line
    reason: str  # in words, as the end of "Row N ..."


Numbered: TypeAlias = "tuple[int, Row] | Refused"


class Unusable(Exception):
    """The sheet as a whole is none; the message says why, as a sentence."""


class Sheet:
    """A sheet that is open; its head has been read, and nothing else."""

    def __init__(self, file: Readable) -> None:
        """Look at the first line; raise Unusable if this is no sheet, or has columns that nobody knows."""
        self._lines = _lines(file)
        self._first: list[tuple[int, bytes | None]] = []
        number, line = next(self._lines, (0, b""))
        if line is None:
            raise Unusable(f"The first line is longer than {LONGEST // 1024} KB: this is no sheet.")
        if line.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise Unusable("The text is UTF-16; it has to be UTF-8.")
        line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            raise Unusable("The first line is empty; it has to name the columns, or to be JSON.")
        self._json = line.lstrip().startswith(b"{")
        if line.lstrip().startswith(b"["):
            raise Unusable("This is one JSON text; JSON lines have an object a line.")
        if self._json:
            self._first.append((number, line))
            columns = _told_in(line)
        else:
            columns = self._columns = [_unquoted(name).strip().lower() for name in _text(line, Unusable).split("\t")]
        _check(columns, needed=not self._json)

    def rows(self) -> Iterator[Numbered]:
        """Yield each row, or why it cannot be taken; raise Unusable where the file breaks off."""
        read = self._from_json if self._json else self._from_fields
        for lines in (self._first, self._lines):
            for number, line in lines:
                if line is None:
                    yield Refused(number, f"is longer than {LONGEST // 1024} KB")
                elif line.strip():
                    try:
                        yield number, cells.read(read(line))
                    except Bad as reason:
                        yield Refused(number, str(reason))

    def _from_fields(self, line: bytes) -> dict[str, str]:
        fields = _text(line, Bad).split("\t")
        if '"' in fields[0] or b'"' in line:
            fields = [_unquoted(field) for field in fields]
        if len(fields) > len(self._columns):
            raise Bad(f"has {len(fields)} fields, and the header {len(self._columns)}")
        return dict(zip(self._columns, fields, strict=False))

    @staticmethod
    def _from_json(line: bytes) -> dict[str, str]:
        told = _object(line)
        if unknown := [name for name in told if name not in COLUMNS]:
            raise Bad(f"has an unknown column {cells.shown(unknown[0])}")
        return {name: cells.plain(name, value) for name, value in told.items() if value is not None}


def _lines(file: Readable) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines with their numbers, None for one that is too long, without their ends."""
    number = 0
    try:
        while line := file.readline(LONGEST + 2):
            number += 1
            if len(line) > LONGEST and not line.endswith(b"\n"):
                while line and not line.endswith(b"\n"):
                    line = file.readline(LONGEST)
                yield number, None
                continue
            yield number, line.rstrip(b"\r\n")
    except (OSError, EOFError, zlib.error) as error:
        raise Unusable(f"The file breaks off after line {number}: {error}.") from error


def _text(line: bytes, failure: type[Exception]) -> str:
    """Return the line as text; raise `failure` where it is none."""
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise failure(f"is not UTF-8: byte {error.start + 1} is 0x{line[error.start]:02x}") from None
    if "\0" in text:
        raise failure("holds a NUL")
    return text


def _unquoted(field: str) -> str:
    """Return the field without the quotes of programs that double those inside: `"Heroes"` is a title with quotes."""
    if len(field) > 3 and field[0] == field[-1] == '"' and '""' in (inner := field[1:-1]):
        plain = inner.replace('""', "")
        return inner.replace('""', '"') if '"' not in plain else field
    return field


def _told_in(line: bytes) -> list[str]:
    try:
        return list(_object(line))
    except Bad as reason:
        raise Unusable(f"The first line {reason}.") from None


def _object(line: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Bad(f"is no JSON: {error.msg}") from None
    if not isinstance(told, dict):
        raise Bad("is no JSON object")
    return told


def _check(columns: list[str], *, needed: bool) -> None:
    """Raise Unusable unless these are columns of a sheet."""
    if unknown := [name for name in columns if name not in COLUMNS]:
        several = ", ".join(map(cells.shown, unknown[:10])) + (" ..." if len(unknown) > 10 else "")
        raise Unusable(f"Unknown columns: {several}. Known are {', '.join(COLUMNS)}.")
    if doubled := [name for name in COLUMNS if columns.count(name) > 1]:
        raise Unusable(f"The column {doubled[0]} is there twice.")
    if needed and (lacking := [name for name in NEEDED if name not in columns]):
        raise Unusable(f"There is no column {' and no column '.join(lacking)}.")
