"""Make what browsers play from what came in: the `source` rendition, a copy without tags wherever that is enough."""

import re
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
from django.db import transaction
from django.utils import timezone

from catalog import children, derived, fragments, media, mp3, mpeg, sandbox, uploads, walls, work
from catalog.models import Master, Rendition, Work

DEMUXERS = {  # of the sniffed container: ffmpeg must not guess, some demuxers open other files
    "mp3": "mp3",
    "flac": "flac",
    "ogg": "ogg",
    "mp4": "mov",
    "aac": "aac",
    "wav": "wav",
    "aiff": "aiff",
    "asf": "asf",
    "ape": "ape",
}
LOSSLESS = {"alac", "pcm", "ape"}  # keep their depth, up to 24 bits; what a lossy codec decodes to has no more than 16
LONGEST = 24 * 3600  # seconds
MOST_CHANNELS = 8
HIGHEST_RATE = 192_000  # Hz
# One file that plays from its first bytes and can be cut by range: fragments of 2 s with one index in front.
FRAGMENTED = ["-f", "mp4", "-movflags", "+cmaf+delay_moov+global_sidx+skip_trailer", "-frag_duration", "2000000"]
QUIET = ["-nostdin", "-v", "error", "-nostats", "-progress", "pipe:1", "-protocol_whitelist", "file"]
AUDIO_ONLY = ["-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1", "-threads", "1"]
REPEATABLE = ["-fflags", "+bitexact", "-flags:a", "+bitexact"]  # same bytes in, same bytes out, same key

SPEAKERS = re.compile(r"^(\[[^\]]*\] ?)+")  # who in ffmpeg says it, with an address in memory


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
    "flac": Recipe("mp4", 'audio/mp4; codecs="flac"', (*COPY, *FRAGMENTED)),
    "aac": Recipe("mp4", 'audio/mp4; codecs="mp4a.40.2"', (*COPY, *FRAGMENTED)),
    "opus": Recipe("mp4", 'audio/mp4; codecs="opus"', (*COPY, *FRAGMENTED)),
    "vorbis": VORBIS,
}
CONVERTED = Recipe("mp4", 'audio/mp4; codecs="flac"', ("-c:a", "flac", *FRAGMENTED))


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
        made = folder / f"source.{recipe.extension}"
        duration_ms = _convert(master, recipe, source, made) if recipe.options else _cut(source, made)
        _compare_durations(duration_ms, master.duration_ms)
        stored = media.put_rendition(made, recipe.extension)
    _show(master, recipe, stored, duration_ms)


def choose_recipe(master: Master) -> Recipe:
    """Return the recipe for the master's codec: copied where browsers play it, else turned into FLAC."""
    if master.codec == "mp3" and master.container == "mp3":
        return MP3
    if master.container not in DEMUXERS:
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


def _convert(master: Master, recipe: Recipe, source: Path, made: Path) -> int:
    """Run ffmpeg in the sandbox and return the duration of what it made, in ms."""
    seconds = master.duration_ms / 1000
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    argv = [ffmpeg, *QUIET, "-f", DEMUXERS[master.container], "-i", f"file:{source}"]
    argv += [*AUDIO_ONLY, *REPEATABLE, *recipe.options, f"file:{made}"]
    walled = walls.command(
        argv,
        readable=[source, ffmpeg],
        writable=made.parent,
        cpu_s=60 + int(seconds / 4),
        fsize=(1 << 30) + int(seconds * 1_000_000),
    )
    ended = children.run(walled, limit_s=120 + 4 * seconds)
    if ended.code != 0:
        raise work.Refused(f"ffmpeg could not read it: {_first_words(ended.errors, source) or f'exit {ended.code}'}")
    if not made.is_file() or made.stat().st_size == 0:
        raise work.Refused("There is no audio in it.")
    return _indexed_ms(made) if recipe.extension == "mp4" else _reported_ms(ended.output)


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


def _indexed_ms(made: Path) -> int:
    with made.open("rb") as file:
        try:
            index = fragments.read_index(file)
        except fragments.Broken as error:
            raise work.Failed(f"What ffmpeg made is broken: {error}.") from error
    if index.size != made.stat().st_size:
        raise work.Failed("What ffmpeg made is not whole.")
    return index.duration_ms


def _reported_ms(progress: str) -> int:
    """Return the last time in ffmpeg's report (`out_time_us=`), in ms."""
    times = [line.partition("=")[2] for line in progress.splitlines() if line.startswith("out_time_us=")]
    return int(times[-1]) // 1000 if times and times[-1].isdigit() else 0


def _compare_durations(made_ms: int, master_ms: int) -> None:
    """Refuse what is more than 2 % (and a quarter second) from what its file promised: it is cut off or damaged."""
    if master_ms and abs(made_ms - master_ms) > max(master_ms * 0.02, 250):
        raise work.Refused(f"It should be {master_ms / 1000:.1f} s long, and {made_ms / 1000:.1f} s can be read.")
    if not made_ms:
        raise work.Refused("There is no audio in it.")


def _first_words(errors: str, source: Path) -> str:
    """Return what ffmpeg said first, the cause, without our paths and its own `[decoder @ 0x55ef4908]`."""
    said = errors.replace(f"file:{source}", "the file").strip()
    return SPEAKERS.sub("", said.partition("\n")[0]).strip()


def _show(master: Master, recipe: Recipe, stored: media.Stored, duration_ms: int) -> None:
    """Write the row that makes the rendition visible, last of all."""
    with transaction.atomic():
        if not Master.objects.filter(id=master.id).exists():
            return  # deleted while we worked
        Rendition.objects.update_or_create(
            track_id=master.track_id,
            name="source",
            defaults={
                "master": master,
                "key": stored.key,
                "extension": recipe.extension,
                "mime": recipe.mime,
                "bitrate": round(stored.size * 8 / duration_ms),
                "size": stored.size,
                "file": None,
                "created_at": timezone.now(),
            },
        )
        derived.refresh_cards([master.track_id])
        derived.bump_version()
        uploads.arrive(master.track_id)
