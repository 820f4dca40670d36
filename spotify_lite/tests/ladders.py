"""Give a track the rows of an AAC ladder, without its audio."""

import hashlib

from catalog import derived
from catalog.models import Rendition, SegmentTable, Track

SEGMENTS = [88_064, *[89_088] * 88, 9_728]  # ticks: three minutes in fragments of two seconds, as ffmpeg cuts them
RATE = 44_100  # ticks a second


def give(track: Track, *bitrates: int) -> list[Rendition]:
    """Make a rendition and its table for each bitrate (kbit/s), and return the renditions."""
    source = track.renditions.get(name="source")
    made = []
    for bitrate in bitrates:
        segments = [[bitrate * ticks // RATE * 125 + place % 7, ticks] for place, ticks in enumerate(SEGMENTS)]
        rendition = Rendition.objects.create(
            track=track,
            master=source.master,
            name=f"aac{bitrate}",
            key=hashlib.sha256(f"{track.id} at {bitrate}".encode()).hexdigest(),
            extension="mp4",
            mime='audio/mp4; codecs="mp4a.40.2"',
            bitrate=bitrate,
            size=1_852 + sum(size for size, _ in segments),
            created_at=source.created_at,
        )
        SegmentTable.objects.create(
            rendition=rendition, index_start=732, init_size=1_852, timescale=RATE, segments=segments
        )
        made.append(rendition)
    derived.refresh_cards([track.id])
    track.refresh_from_db()
    return made
