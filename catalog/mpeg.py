"""Measure MP3 files by their frames (ISO 11172-3, ISO 13818-3). Pure."""

import mmap
import struct
from dataclasses import dataclass
from typing import BinaryIO

from catalog.sandbox import Unreadable

V1_LAYERS = (
    (),
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
)
V2_LAYERS = (
    (),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
)
SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


@dataclass(frozen=True)
class Frames:
    """What the frames of an MP3 say."""

    duration_ms: int
    bitrate: int  # kbit/s
    sample_rate: int  # Hz
    channels: int


@dataclass(frozen=True)
class _Frame:
    length: int  # bytes
    samples: int
    bitrate: int  # kbit/s
    sample_rate: int  # Hz
    kind: tuple[int, int, int]  # version, layer and rate: the same in all of a stream


def _frame(header: bytes) -> _Frame | None:
    """Return what the four bytes of a frame header say, or None if they are none (or of free format)."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    place, rate_place, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or layer == 0 or place in {0, 15} or rate_place == 3:
        return None
    bitrate = (V1_LAYERS if version == 3 else V2_LAYERS)[layer][place]
    sample_rate = SAMPLE_RATES[version][rate_place]
    samples = 384 if layer == 3 else 576 if layer == 1 and version != 3 else 1152
    slot = 4 if layer == 3 else 1
    length = (samples // 8 // slot * bitrate * 1000 // sample_rate + padding) * slot
    return _Frame(length, samples, bitrate, sample_rate, (version, layer, rate_place))


def first_frame(data: bytes | mmap.mmap, start: int = 0, stop: int | None = None) -> int | None:
    """Return the offset of a frame that two of its kind follow; one match alone is chance in other data."""
    stop = len(data) if stop is None else stop
    at = data.find(b"\xff", start, stop)
    while at >= 0:
        place, kind, seen = at, None, 0
        while seen < 3 and (frame := _frame(data[place : place + 4])) and kind in {None, frame.kind}:
            place, kind, seen = place + frame.length, frame.kind, seen + 1
        if seen == 3 or (seen and place == stop):
            return at
        at = data.find(b"\xff", at + 1, stop)
    return None


def skip_id3(file: BinaryIO) -> int:
    """Return the offset, in bytes, behind the ID3v2 tags in front (ID3v2.4, section 3.1); there may be several."""
    offset = 0
    while True:
        file.seek(offset)
        header = file.read(10)
        if len(header) < 10 or header[:3] != b"ID3":
            return offset
        size = header[6] << 21 | header[7] << 14 | header[8] << 7 | header[9]
        offset += 10 + size + (10 if header[5] & 0x10 else 0)  # bit 4: a footer


def measure(file: BinaryIO) -> Frames:
    """Read the frames: by the Xing or VBRI table if it fits the size, by sampling if CBR, else one by one."""
    start = skip_id3(file)
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        end = len(data) - (128 if data[-128:-125] == b"TAG" else 0)
        at = first_frame(data, start, min(end, start + 128 * 1024))
        if at is None:
            raise Unreadable("holds no MP3 frames")
        first = _frame(data[at : at + 4])
        assert first is not None  # noqa: S101 - first_frame has just read it
        channels = 1 if data[at + 3] >> 6 == 3 else 2
        samples = _samples_by_table(data[at : at + first.length], first, end - at)
        if samples is None:
            samples = _samples_if_constant(data, at, end, first) or _samples_by_walk(data, at, end, first)
        duration_ms = samples * 1000 // first.sample_rate
        bitrate = (end - at) * 8 // max(1, duration_ms)
    return Frames(duration_ms, bitrate, first.sample_rate, channels)


def _samples_by_table(frame: bytes, first: _Frame, size: int) -> int | None:
    """Return the samples that a Xing, Info or VBRI header counts; None without one, or if bytes are missing."""
    place = next((found for word in (b"Xing", b"Info") if (found := frame.find(word, 4, 48)) > 0), -1)
    if place > 0:
        flags, frames, size_then = struct.unpack_from(">III", frame, place + 4)
        if not flags & 1 or (flags & 2 and size < size_then * 0.98):
            return None
        samples = frames * first.samples
        if flags & 0xF == 0xF and frame[place + 120 : place + 123] in {b"LAM", b"Lav"}:
            gap = int.from_bytes(frame[place + 141 : place + 144])  # encoder delay and padding, 12 bits each
            samples -= (gap >> 12) + (gap & 0xFFF)
        return max(0, samples) or None
    if frame[36:40] == b"VBRI":
        size_then, frames = struct.unpack_from(">II", frame, 46)
        return frames * first.samples if size >= size_then * 0.98 else None
    return None


def _samples_if_constant(data: mmap.mmap, at: int, end: int, first: _Frame) -> int | None:
    """Return the samples by size, if frames at sixteen places have the first one's bitrate; None if not."""
    step = (end - at) // 16
    if step < 8 * first.length:
        return None
    for place in range(at + step, end - step, step):
        found = first_frame(data, place, min(end, place + 8 * first.length))
        frame = _frame(data[found : found + 4]) if found is not None else None
        if frame is None or (frame.bitrate, frame.kind) != (first.bitrate, first.kind):
            return None
    return (end - at) * 8 * first.sample_rate // (first.bitrate * 1000)


def _samples_by_walk(data: mmap.mmap, at: int, end: int, first: _Frame) -> int:
    samples, known = 0, dict[bytes, _Frame | None]()
    while at < end - 4:
        header = data[at : at + 3]
        if header not in known:
            known[header] = _frame(header + b"\0")
        frame = known[header]
        if frame is None or frame.kind != first.kind:
            found = first_frame(data, at + 1, end)
            if found is None:
                break
            at = found
            continue
        at += frame.length
        if at <= end:  # the last frame of a cut-off file is not heard
            samples += frame.samples
    return samples
