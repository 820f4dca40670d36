"""Find the audio of an MP3 file between the tags around it, without decoding: its frames stay as they were.

The frame of the encoder (Xing, LAME) is part of the audio: it carries what players need for exact ends.
Sources: id3.org (ID3v1, ID3v2.4 sections 3.1 and 3.4), APEv2 (hydrogenaudio wiki), Lyrics3 v2 (id3.org).
"""

from dataclasses import dataclass
from typing import BinaryIO

ID3V1 = 128  # bytes
ENHANCED = 227  # bytes of "TAG+", before ID3v1
ID3V2_HEAD = 10
APE_FOOTER = 32
LYRICS_FOOTER = 15  # six digits of size, then LYRICS200
MOST_TAGS = 16  # at either end; more is no real file, and each costs a read


@dataclass(frozen=True)
class Span:
    """Where the audio is, in bytes from the start of the file."""

    start: int
    end: int


def find_audio(file: BinaryIO, size: int) -> Span:
    """Return the part of the file between its tags; it may be empty."""
    start, end = 0, size
    for _ in range(MOST_TAGS):
        length = _leading(file, start)
        if not length:
            break
        start += length
    start = min(start, size)
    for _ in range(MOST_TAGS):
        length = _trailing(file, start, end)
        if not length:
            break
        end -= length
    return Span(start, max(start, end))


def _leading(file: BinaryIO, at: int) -> int:
    """Return the length of the tag that begins here, or 0."""
    file.seek(at)
    head = file.read(APE_FOOTER)
    if head[:3] == b"ID3" and len(head) >= ID3V2_HEAD:
        footer = ID3V2_HEAD if head[5] & 0x10 else 0
        return ID3V2_HEAD + _synchsafe(head[6:10]) + footer
    if head[:8] == b"APETAGEX":
        return APE_FOOTER + int.from_bytes(head[12:16], "little")
    return 0


def _trailing(file: BinaryIO, start: int, end: int) -> int:
    """Return the length of the tag that ends at `end`, or 0; never more than there is."""
    window = min(ENHANCED + ID3V1, end - start)
    file.seek(end - window)
    tail = file.read(window)
    length = 0
    if tail[-ID3V1:-125] == b"TAG":
        length = ID3V1 + (ENHANCED if tail[:4] == b"TAG+" and window == ENHANCED + ID3V1 else 0)
    elif tail[-APE_FOOTER:-24] == b"APETAGEX":
        with_header = APE_FOOTER if tail[-12:-8][3] & 0x80 else 0
        length = int.from_bytes(tail[-20:-16], "little") + with_header
    elif tail[-9:] == b"LYRICS200" and tail[-LYRICS_FOOTER:-9].isdigit():
        length = int(tail[-LYRICS_FOOTER:-9]) + LYRICS_FOOTER
    elif tail[-ID3V2_HEAD:-7] == b"3DI":
        length = 2 * ID3V2_HEAD + _synchsafe(tail[-4:])
    return length if length <= end - start else 0


def _synchsafe(four: bytes) -> int:
    """Return the 28 bits of four bytes whose top bits are not used."""
    return (four[0] & 127) << 21 | (four[1] & 127) << 14 | (four[2] & 127) << 7 | four[3] & 127
