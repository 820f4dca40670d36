"""Make what browsers play from what came in: the `source` rendition, a copy without tags wherever that is enough."""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from catalog import (
    albumgains,
    derived,
    ffmpeg,
    imports,
    ladder,
    media,
    mp3,
    mpeg,
    renditions,
    sandbox,
    uploads,
    wishes,
    work,
)
from catalog.models import Master, Rendition, Work
from catalog.progress import Progress
from catalog.renditions import Made

LOSSLESS = {"alac", "pcm", "ape"}  # keep their depth, up to 24 bits; what a lossy codec decodes to has no more than 16
LONGEST = 24 * 3600  # seconds
MOST_CHANNELS = 8
HIGHEST_RATE = 192_000  # Hz


@dataclass(frozen=True)
class Recipe:
    """How a master becomes its `source` rendition."""

    extension: str
    mime: str  # with codecs, RFC 6381
    options: tuple[str, ...]  # ffmpeg's, of the output; empty: cut the tags off and copy


COPY = ("-c:a", "copy")
MP3 = Recipe("mp3", "audio/mpeg", ())
VORBIS = Recipe("ogg", 'audio/ogg; codecs="vorbis"', (*COPY, "-f", "ogg"))
COPIED = {
    "flac": Recipe("mp4", 'audio/mp4; codecs="flac"', (*COPY, *ffmpeg.FRAGMENTED)),
    "aac": Recipe("mp4", 'audio/mp4; codecs="mp4a.40.2"', (*COPY, *ffmpeg.FRAGMENTED)),
    "opus": Recipe("mp4", 'audio/mp4; codecs="opus"', (*COPY, *ffmpeg.FRAGMENTED)),
    "vorbis": VORBIS,
}
CONVERTED = Recipe("mp4", 'audio/mp4; codecs="flac"', ("-c:a", "flac", *ffmpeg.FRAGMENTED))


def make_source(row: Work) -> None:
    """Make, store and show the `source` rendition of the master that the row names; twice makes the same one.

    Raise work.Refused where the master can never be played, with the reason in words.
    """
    master = Master.objects.filter(id=row.subject_id).first()
    if master is None or _stands(master):
        return
    _refuse_excess(master)
    recipe = choose_recipe(master)
    with media.open_master(master) as source, media.scratch() as folder:
        path = folder / f"source.{recipe.extension}"
        duration_ms = _convert(row, master, recipe, source, path) if recipe.options else _cut(source, path)
        index = ffmpeg.index_of(path) if recipe.extension == "mp4" else None
        duration_ms = index.duration_ms if index else duration_ms
        ffmpeg.compare_durations(duration_ms, master.duration_ms)
        stored = media.put_rendition(path, recipe.extension)
    _show(master, Made("source", recipe.extension, recipe.mime, stored, duration_ms, index))


def choose_recipe(master: Master) -> Recipe:
    """Return the recipe for the master's codec: copied where browsers play it, else turned into FLAC."""
    if master.codec == "mp3" and master.container == "mp3":
        return MP3
    if master.container not in ffmpeg.DEMUXERS:
        raise work.Refused(f"Files of the kind {master.container or 'unknown'} are not taken.")
    if recipe := COPIED.get(master.codec):
        return recipe
    depth = () if master.codec in LOSSLESS else ("-sample_fmt", "s16")
    return Recipe(CONVERTED.extension, CONVERTED.mime, (*depth, *CONVERTED.options))


def _stands(master: Master) -> bool:
    """Is there a source from another master that can be played? Then that one stays."""
    other = Rendition.objects.filter(track_id=master.track_id, name="source").exclude(master=master)
    return other.exclude(file__missing=True).exists()


def _refuse_excess(master: Master) -> None:
    if master.duration_ms > LONGEST * 1000:
        raise work.Refused("It is longer than 24 hours.")
    if (master.channels or 0) > MOST_CHANNELS:
        raise work.Refused(f"It has {master.channels} channels; at most {MOST_CHANNELS} can be played.")
    if (master.sample_rate or 0) > HIGHEST_RATE:
        raise work.Refused(f"Its sample rate is {master.sample_rate} Hz; at most {HIGHEST_RATE} can be played.")


def _convert(row: Work, master: Master, recipe: Recipe, source: Path, made: Path) -> int:
    """Run ffmpeg and return the duration of what it made, in ms."""
    report = ffmpeg.Report(Progress(row, master.duration_ms).tell)
    told = [*ffmpeg.REPORTED, "-map", "0:a:0", *ffmpeg.BARE, *recipe.options, f"file:{made}"]
    ffmpeg.run(master, source, made.parent, told, take=report.take)
    if not made.is_file() or made.stat().st_size == 0:
        raise work.Refused("There is no audio in it.")
    return report.ms


def _cut(source: Path, made: Path) -> int:
    """Copy the frames between the tags and return their duration, in ms; plain reading, so it needs no sandbox."""
    with source.open("rb") as file, made.open("wb") as copy:
        span = mp3.find_audio(file, source.stat().st_size)
        if span.end == span.start:
            raise work.Refused("There is no audio in it.")
        file.seek(span.start)
        left = span.end - span.start
        while piece := file.read(min(media.CHUNK, left)):
            copy.write(piece)
            left -= len(piece)
    try:
        with made.open("rb") as file:
            return mpeg.measure(file).duration_ms
    except sandbox.Unreadable as error:
        raise work.Refused(f"It {error}.") from error


def _show(read: Master, made: Made) -> None:
    """Write the rows that make the source visible, last of all."""
    with transaction.atomic():
        imports.hold_catalog()
        master = Master.objects.filter(id=read.id, fingerprint=read.fingerprint).first()
        if master is None:
            return  # deleted or replaced while we worked; what replaced it has work of its own
        renditions.show(master, [made])
        ladder.keep_to({master.track_id: master.id})
        derived.refresh_cards([master.track_id])
        albumgains.note_of_track(master.track_id)
        derived.bump_version()
        uploads.arrive(master.track_id)
        wishes.note_source(master.track_id)
