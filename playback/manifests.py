"""Write HLS playlists and DASH presentations from the segment tables of a track's renditions. Pure.

HLS is RFC 8216 (and the draft that follows it, rfc8216bis) with byte ranges of one fragmented MP4 a rendition. DASH is
ISO/IEC 23009-1 in its on-demand profile, where a player reads the same file's own index (`sidx`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from xml.etree import ElementTree

HLS_TYPE = "application/vnd.apple.mpegurl"
DASH_TYPE = "application/dash+xml"
HEAD = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"  # every fragment begins with a frame of its own
CODECS = re.compile(r'codecs="([^"]+)"')
MICRO = 1_000_000
MOST_PARTS = 1_200  # of a playlist: 40 minutes of two-second segments; each is a signed address, a third of a kilobyte


@dataclass(frozen=True)
class Rendition:
    """One bitrate of a track: a fragmented MP4 and where its segments lie."""

    name: str
    mime: str  # with codecs, RFC 6381
    index_start: int  # bytes before the index: what starts a decoder
    init_size: int  # bytes before the first segment
    timescale: int  # ticks a second; of audio it is the sample rate
    segments: Sequence[tuple[int, int]]  # (bytes, ticks), in order

    @property
    def codecs(self) -> str:
        found = CODECS.search(self.mime)
        return found[1] if found else ""

    @property
    def ticks(self) -> int:
        return sum(ticks for _, ticks in self.segments)

    @cached_property
    def parts(self) -> list[tuple[int, int]]:
        """Return what a playlist lists as segments: the file's own or, of long audio, several of them as one."""
        step = _rounded_up(len(self.segments), MOST_PARTS)
        return [
            (sum(size for size, _ in few), sum(ticks for _, ticks in few))
            for few in (self.segments[place : place + step] for place in range(0, len(self.segments), step))
        ]

    @property
    def target(self) -> int:
        """Return the target duration: no segment's, rounded, is longer (RFC 8216, 4.3.3.1). Seconds."""
        return max(1, *(_rounded(ticks, self.timescale) for _, ticks in self.parts))

    @cached_property
    def average(self) -> int:
        """Return the average segment bit rate: all segments' bits by all their seconds (RFC 8216, 4.1)."""
        return _rounded(sum(size for size, _ in self.segments) * 8 * self.timescale, self.ticks)

    @cached_property
    def peak(self) -> int:
        """Return the peak segment bit rate (RFC 8216, 4.1), in bit/s.

        It is the largest of any neighbouring segments that last between half and one and a half target durations
        together; a rendition too short for such ones has its average.
        """
        rates = (_rounded_up(size * 8 * self.timescale, ticks) for size, ticks in self._stretches())
        return max(self.average, max(rates, default=0))

    def _stretches(self) -> Iterator[tuple[int, int]]:
        """Yield (bytes, ticks) of the neighbours that count for the peak."""
        shortest, longest = self.target * self.timescale / 2, self.target * self.timescale * 3 / 2
        for first in range(len(self.parts)):
            size = ticks = 0
            for last in range(first, len(self.parts)):
                size, ticks = size + self.parts[last][0], ticks + self.parts[last][1]
                if ticks > longest:
                    break
                if ticks >= shortest:
                    yield size, ticks


@dataclass(frozen=True)
class Variant:
    """A rendition at one place."""

    rendition: Rendition
    url: str  # of its media playlist


@dataclass(frozen=True)
class Place:
    """Where a rendition's file is served."""

    url: str
    name: str  # of who serves it; players that fail over leave all addresses of one name at once


def start_first(ladder: Sequence[Rendition], start: str) -> list[Rendition]:
    """Return the renditions in the order of a playlist: players begin with the first, then the others by bitrate."""
    return sorted(ladder, key=lambda rendition: (rendition.name != start, rendition.average))


def multivariant(variants: Sequence[Variant]) -> str:
    """Return the HLS playlist of playlists; variants of equal rates are redundant, a player may take either."""
    return HEAD + "".join(
        f"#EXT-X-STREAM-INF:BANDWIDTH={variant.rendition.peak},AVERAGE-BANDWIDTH={variant.rendition.average},"
        f'CODECS="{variant.rendition.codecs}"\n{variant.url}\n'
        for variant in variants
    )


def media_playlist(rendition: Rendition, url: str) -> str:
    """Return the HLS playlist of one rendition, whose file is at `url`."""
    lines = [f"{HEAD}#EXT-X-TARGETDURATION:{rendition.target}\n#EXT-X-PLAYLIST-TYPE:VOD\n"]
    lines.append(f'#EXT-X-MAP:URI="{url}",BYTERANGE="{rendition.index_start}@0"\n')
    offset = rendition.init_size
    for (size, _), micros in zip(rendition.parts, _micros(rendition), strict=True):
        lines.append(f"#EXTINF:{_decimal(micros)},\n#EXT-X-BYTERANGE:{size}@{offset}\n{url}\n")
        offset += size
    return "".join(lines) + "#EXT-X-ENDLIST\n"


def presentation(ladder: Sequence[tuple[Rendition, Sequence[Place]]]) -> bytes:
    """Return the DASH presentation (MPD) of renditions, each with the places of its file, most preferred first."""
    mpd = ElementTree.Element(
        "MPD",
        {
            "xmlns": "urn:mpeg:dash:schema:mpd:2011",
            "profiles": "urn:mpeg:dash:profile:isoff-on-demand:2011",
            "type": "static",
            "mediaPresentationDuration": _duration(max(sum(_micros(rendition)) for rendition, _ in ladder)),
            "minBufferTime": _duration(max(max(_micros(rendition)) for rendition, _ in ladder)),
        },
    )
    # Segments that begin at the same moments may be switched at any of them.
    aligned = len({tuple(ticks for _, ticks in rendition.segments) for rendition, _ in ladder}) == 1
    adaptation = ElementTree.SubElement(
        ElementTree.SubElement(mpd, "Period"),
        "AdaptationSet",
        {
            "contentType": "audio",
            "mimeType": "audio/mp4",
            "subsegmentAlignment": "true" if aligned else "false",
            "subsegmentStartsWithSAP": "1",
        },
    )
    for rendition, places in ladder:
        _describe(adaptation, rendition, places)
    ElementTree.indent(mpd)
    return ElementTree.tostring(mpd, encoding="utf-8", xml_declaration=True)


def _describe(adaptation: ElementTree.Element, rendition: Rendition, places: Sequence[Place]) -> None:
    described = ElementTree.SubElement(
        adaptation,
        "Representation",
        {
            "id": rendition.name,
            "codecs": rendition.codecs,
            "bandwidth": str(rendition.peak),
            "audioSamplingRate": str(rendition.timescale),
        },
    )
    for place in places:
        ElementTree.SubElement(described, "BaseURL", {"serviceLocation": place.name}).text = place.url
    index = f"{rendition.index_start}-{rendition.init_size - 1}"
    base = ElementTree.SubElement(described, "SegmentBase", {"indexRange": index, "indexRangeExact": "true"})
    ElementTree.SubElement(base, "Initialization", {"range": f"0-{rendition.index_start - 1}"})


def _micros(rendition: Rendition) -> Iterator[int]:
    """Yield each segment's microseconds, rounded so that every sum of them is exact to half of one."""
    before = 0
    for ticks in accumulate(ticks for _, ticks in rendition.parts):
        until = _rounded(ticks * MICRO, rendition.timescale)
        yield until - before
        before = until


def _rounded(part: int, whole: int) -> int:
    return (2 * part + whole) // (2 * whole)


def _rounded_up(part: int, whole: int) -> int:
    return -(-part // whole)


def _decimal(micros: int) -> str:
    return f"{micros // MICRO}.{micros % MICRO:06}"


def _duration(micros: int) -> str:
    """Return an XML duration."""
    return f"PT{_decimal(micros).rstrip('0').rstrip('.')}S"
