"""Read the index of a fragmented MP4 file: ftyp, moov, sidx, then moof and mdat by turns (ISO/IEC 14496-12, CMAF)."""

import struct
from dataclasses import dataclass
from typing import BinaryIO

LARGEST_INDEX = 1 << 20  # bytes; two-second fragments of a day's audio need half of it


class Broken(Exception):
    """The file is not one whole fragmented MP4 file; the message says what is wrong."""


@dataclass(frozen=True)
class Segment:
    """One moof and its mdat."""

    offset: int  # bytes from the start of the file
    size: int  # bytes
    duration: int  # in the index's timescale


@dataclass(frozen=True)
class Index:
    """What the sidx box says."""

    timescale: int  # units a second
    start: int  # bytes before the sidx box itself: ftyp and moov, which is what starts a decoder
    head_size: int  # bytes before the first segment
    segments: tuple[Segment, ...]

    @property
    def duration_ms(self) -> int:
        return sum(segment.duration for segment in self.segments) * 1000 // self.timescale

    @property
    def size(self) -> int:
        """Return the size of the file that the index describes, in bytes."""
        return self.head_size + sum(segment.size for segment in self.segments)


def read_index(file: BinaryIO) -> Index:
    """Return the index of the file from its start; raise Broken where there is none, or it is cut off."""
    position = 0
    while True:
        file.seek(position)
        head = file.read(16)
        if len(head) < 8:
            raise Broken("it has no index")
        size, kind = struct.unpack(">I4s", head[:8])
        if size == 1 and len(head) == 16:
            (size,) = struct.unpack(">Q", head[8:])
        if size < 8:
            raise Broken("its boxes do not follow each other")
        if kind == b"sidx":
            break
        position += size
    if size > LARGEST_INDEX:
        raise Broken("its index is too large")
    file.seek(position + 8)
    body = file.read(size - 8)
    if len(body) < size - 8:
        raise Broken("its index is cut off")
    return _parse(body, start=position, end=position + size)


def _parse(body: bytes, *, start: int, end: int) -> Index:
    """Return the index in the body of a sidx box (14496-12, 8.16.3) that lies from `start` to `end`."""
    try:
        version, timescale = body[0], struct.unpack_from(">I", body, 8)[0]
        _, first_offset = struct.unpack_from(">II" if version == 0 else ">QQ", body, 12)
        at = 20 if version == 0 else 28
        (count,) = struct.unpack_from(">H", body, at + 2)
        references = [struct.unpack_from(">III", body, at + 4 + 12 * place) for place in range(count)]
    except (struct.error, IndexError):
        raise Broken("its index is cut off") from None
    if timescale == 0:
        raise Broken("its index has no timescale")
    segments = []
    offset = end + first_offset
    for typed_size, duration, _ in references:
        size = typed_size & 0x7FFFFFFF  # the top bit says whether it is an index of its own; ours never is
        segments.append(Segment(offset, size, duration))
        offset += size
    return Index(timescale, start, end + first_offset, tuple(segments))
