"""What a file's bytes say of its sound: the container that they are, and how long they really play.

Pure. Suffixes are labels and are not looked at. Lengths come from the stream, so that a cut-off download or an MP3
without a seek table is not believed to be longer than it is; where they cannot be told, the file is unreadable.
"""

import struct
from collections.abc import Callable
from typing import BinaryIO, Literal

from catalog import mpeg
from catalog.sandbox import Unreadable

TAIL = 256 * 1024  # bytes at the end in which the last Ogg page (at most 65,307) or FLAC frame must begin
STRANGERS = (  # what is found under the names of music, and what to call it
    ((b"<!doctype html", b"<html", b"<head", b"<!--"), "is not audio but HTML"),
    ((b"<?xml", b"<svg"), "is not audio but XML"),
    ((b"#extm3u", b"[playlist]", b"ffconcat"), "is not audio but a playlist"),
    ((b"%pdf",), "is not audio but a PDF document"),
    ((b"pk\x03\x04", b"rar!", b"\x1f\x8b", b"7z\xbc\xaf"), "is not audio but an archive"),
    ((b"mz", b"\x7felf", b"#!"), "is not audio but a program"),
    ((b"\x89png", b"\xff\xd8\xff", b"gif8"), "is not audio but a picture"),
    ((b"\x1a\x45\xdf\xa3",), "is Matroska or WebM, which is not taken in"),
)
UNKNOWN = "holds no audio that can be recognised"
CUT_BEFORE = "holds no sound: it is cut off before any of it is whole"
MAGICS = (
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (4, b"ftyp", "mp4"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", "asf"),
    (0, b"MAC ", "ape"),
)
FORMS = {b"WAVE": "wav", b"AIFF": "aiff", b"AIFC": "aiff"}


def sniff(file: BinaryIO) -> str:
    """Return the container: mp3, flac, ogg, mp4, wav, aiff, asf or ape; raise Unreadable for anything else."""
    start = mpeg.skip_id3(file)
    file.seek(start)
    if not (data := file.read(128 * 1024)):
        raise Unreadable("is empty" if not start else "holds tags but no sound")
    for place, magic, container in MAGICS:
        if data.startswith(magic, place):
            return container
    if data[:4] in {b"RIFF", b"FORM"} and data[8:12] in FORMS:
        return FORMS[data[8:12]]
    if mpeg.first_frame(data) is not None:
        return "mp3"
    words = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    raise Unreadable(next((reason for magics, reason in STRANGERS if words.startswith(magics)), UNKNOWN))


# --- The others: only what their headers cannot be trusted with ---
def measure_flac(file: BinaryIO, size: int) -> int:
    """Return the duration in ms up to the last frame header (RFC 9639, 8.2, 9.1); raise Unreadable without one whole
    frame. STREAMINFO is believed where something long, such as a tag of another kind, hides the last frame.
    """
    block, least, rate, samples = _stream_info(file)
    first = _first_flac_frame(file)
    file.seek(first)
    first_ended = _flac_frame_end(file.read(16), block)
    if first_ended is None or size - first < least:
        raise Unreadable(CUT_BEFORE)
    file.seek(max(first, size - TAIL))
    tail = file.read(TAIL)
    at = len(tail)
    while (at := max(tail.rfind(b"\xff\xf8", 0, at), tail.rfind(b"\xff\xf9", 0, at))) >= 0:
        ended = _flac_frame_end(tail[at : at + 16], block)
        if ended is not None and (samples == 0 or ended <= samples):
            if ended == first_ended and ended < samples:  # what is cut off inside of its first frame is not heard
                raise Unreadable(CUT_BEFORE)
            samples = ended if ended < samples * 0.99 or samples == 0 else samples
            break
    return samples * 1000 // max(1, rate)


def _stream_info(file: BinaryIO) -> tuple[int, int, int, int]:
    """Return samples a block, bytes of the smallest frame, sample rate and samples; 0 is unknown."""
    file.seek(mpeg.skip_id3(file) + 8)
    info = file.read(18)
    packed = int.from_bytes(info[10:18])
    return int.from_bytes(info[:2]), int.from_bytes(info[4:7]), packed >> 44, packed & 0xFFFFFFFFF


def _first_flac_frame(file: BinaryIO) -> int:
    """Return the offset behind the metadata blocks (RFC 9639, 8.1)."""
    at = mpeg.skip_id3(file) + 4
    while True:
        file.seek(at)
        header = file.read(4)
        at += 4 + int.from_bytes(header[1:4])
        if len(header) < 4 or header[0] & 0x80:  # the last of them
            return at


def _flac_frame_end(header: bytes, block: int) -> int | None:
    """Return the number of the sample behind this frame, or None if its CRC-8 says that it is none."""
    if len(header) < 16 or header[3] & 1:
        return None
    lead = header[4]
    more = 0 if lead < 0x80 else 8 - (~lead & 0xFF).bit_length() - 1
    if more > 6 or lead in range(0x80, 0xC0):
        return None
    number = lead & (0x3F >> more) if more else lead
    for byte in header[5 : 5 + more]:
        number = number << 6 | byte & 0x3F
    at, coded = 5 + more, header[2] >> 4
    if coded == 6:
        count, at = header[at] + 1, at + 1
    elif coded == 7:
        count, at = int.from_bytes(header[at : at + 2]) + 1, at + 2
    elif coded >= 8:
        count = 256 << (coded - 8)
    else:
        count = (0, 192, 576, 1152, 2304, 4608)[coded]
    at += {12: 1, 13: 2, 14: 2}.get(header[2] & 0xF, 0)
    if not count or at >= len(header) or _crc8(header[:at]) != header[at]:
        return None
    return number + count if header[1] & 1 else number * block + count  # of variable blocks the number is a sample's


def _crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc << 1 ^ 0x107 if crc & 0x80 else crc << 1
    return crc


def measure_ogg(file: BinaryIO, size: int) -> tuple[str, int | None, int, int]:
    """Return codec, duration in ms, sample rate and channels from the first and the last whole page (RFC 3533).

    The duration is None if the last page is another stream's. Raises Unreadable if it is no Vorbis, Opus or FLAC.
    """
    file.seek(0)
    head = file.read(128)
    packet = head[27 + head[26] :] if len(head) > 27 else b""
    if packet[:8] == b"OpusHead":
        codec, rate, channels, skipped = "opus", 48000, packet[9], int.from_bytes(packet[10:12], "little")
    elif packet[:7] == b"\x01vorbis":
        codec, rate, channels, skipped = "vorbis", int.from_bytes(packet[12:16], "little"), packet[11], 0
    elif packet[:5] == b"\x7fFLAC" and len(packet) > 35:
        info = int.from_bytes(packet[27:31])
        codec, rate, channels, skipped = "flac", info >> 12, (info >> 9 & 7) + 1, 0
    else:
        raise Unreadable("is an Ogg file without Vorbis, Opus or FLAC in it")
    start = max(0, size - TAIL)
    file.seek(start)
    tail = file.read(TAIL)
    at = len(tail)
    while (at := tail.rfind(b"OggS\0", 0, at)) >= 0:
        page = tail[at : at + 27 + 255]
        if len(page) < 27 or at + 27 + page[26] + sum(page[27 : 27 + page[26]]) > len(tail):
            continue
        granule, serial = struct.unpack_from("<qI", page, 6)
        if granule < 0:
            continue
        if serial != int.from_bytes(head[14:18], "little"):
            break
        return codec, max(0, granule - skipped) * 1000 // max(1, rate), rate, channels
    return codec, None, rate, channels


def measure_mp4(file: BinaryIO, size: int) -> int:
    """Return the duration in ms that a segment index (sidx) tells, or 0; raise Unreadable for a cut-off file.

    ISO 14496-12, 4.2 and 8.16.3. The index of a whole file (moov) is the tag reader's to read.
    """
    at, boxes, duration_ms = 0, set(), 0
    while at + 8 <= size:
        file.seek(at)
        header = file.read(16)
        length, kind = int.from_bytes(header[:4]), header[4:8]
        length = size - at if length == 0 else int.from_bytes(header[8:16]) if length == 1 else length
        if length < 8:
            break
        if at + length > size and kind in {b"mdat", b"moov", b"moof"}:
            raise Unreadable(f"is cut off: {100 * size // (at + length)} % of it is there")
        if kind == b"sidx":
            duration_ms += _sidx_ms(file.read(min(length, 1 << 20) - 16), header[8])
        boxes.add(kind)
        at += length
    if b"moov" not in boxes:
        raise Unreadable("is cut off: its index (moov) is missing")
    return duration_ms


def _sidx_ms(body: bytes, version: int) -> int:
    """`body` begins behind the reference id... of a sidx box: at its timescale."""
    timescale = int.from_bytes(body[:4])
    at = 4 + (16 if version else 8) + 2
    count = int.from_bytes(body[at : at + 2])
    ticks = sum(int.from_bytes(body[place : place + 4]) for place in range(at + 6, at + 2 + 12 * count, 12))
    return ticks * 1000 // max(1, timescale)


def measure_chunk(file: BinaryIO, size: int, container: str) -> tuple[int, int]:
    """Return the bytes of sound that are there, and those that a wav, aiff, asf or ape header promises.

    RIFF and AIFF chunks, the objects of ASF (section 2), the descriptor of Monkey's Audio 3.98 and later. Raise
    Unreadable where there is none: a header alone is silent.
    """
    start, promised = _MEASURES[container](file, size)
    if (there := min(size - start, promised)) <= 0:
        raise Unreadable(CUT_BEFORE)
    return there, promised


def _chunk_of(file: BinaryIO, size: int, order: Literal["little", "big"], name: bytes, lead: int) -> tuple[int, int]:
    """Return start and length of what a chunk holds behind `lead` bytes of its own header."""
    at = mpeg.skip_id3(file) + 12
    while at + 8 <= size:
        file.seek(at)
        header = file.read(8)
        length = int.from_bytes(header[4:], order)
        if header[:4] == name:
            return at + 8 + lead, length - lead
        at += 8 + length + length % 2  # chunks begin at even offsets
    return size, 0


def _asf_data(file: BinaryIO, size: int) -> tuple[int, int]:
    """Return start and length of the packets of the data object, the second one."""
    file.seek(16)
    start = int.from_bytes(file.read(8), "little")
    file.seek(start + 16)
    return start + 50, int.from_bytes(file.read(8), "little") - 50


def _ape_data(file: BinaryIO, size: int) -> tuple[int, int]:
    file.seek(0)
    descriptor = file.read(32)
    if len(descriptor) < 32:
        return size, 0
    own, header, seek_table, riff, low, high = struct.unpack_from("<6I", descriptor, 8)
    return own + header + seek_table + riff, high << 32 | low


_MEASURES: dict[str, Callable[[BinaryIO, int], tuple[int, int]]] = {
    "wav": lambda file, size: _chunk_of(file, size, "little", b"data", 0),
    "aiff": lambda file, size: _chunk_of(file, size, "big", b"SSND", 8),
    "asf": _asf_data,
    "ape": _ape_data,
}
