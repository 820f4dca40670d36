"""Make the demo catalog's folder: play, encode, tag, and move each file into place once it is whole."""

import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from catalog import drawn
from catalog.demo import effects, styles, tags
from catalog.demo.catalog import RECORDS, Record, Song
from catalog.demo.sound import RATE, Samples

CODECS = {  # how files are encoded: the suffix, and what ffmpeg is told
    "mp3-128": (".mp3", ("-c:a", "libmp3lame", "-b:a", "128k")),
    "mp3-160": (".mp3", ("-c:a", "libmp3lame", "-b:a", "160k")),
    "mp3-192": (".mp3", ("-c:a", "libmp3lame", "-b:a", "192k")),
    "flac": (".flac", ("-c:a", "flac", "-sample_fmt", "s16")),
    "m4a": (".m4a", ("-c:a", "aac", "-b:a", "160k", "-movflags", "+faststart")),
    "opus": (".opus", ("-c:a", "libopus", "-b:a", "112k")),
}
COVER = 600  # pixels a side
PRESSING = 318  # the first number with which no two records have the same arrangement or palette
UNSAFE = re.compile(r'[/\\:*?"<>|\x00-\x1f]')
LONGEST = 80  # bytes of a title in a file's name
SEED = ".seed"  # names the seed that the files are of
PROCESSES = 2  # as many as a laptop has to spare while it also serves

Progress = Callable[[int, int], None]  # files done, files in all


@dataclass(frozen=True)
class File:
    """A file to be made."""

    record: Record
    song: Song
    path: str  # relative to the folder


def make(folder: Path, *, seed: int, progress: Progress | None = None) -> int:
    """Make what is missing of the catalog in the folder and return how many files that were.

    Files appear under their names only when they are whole, and a file that is there is kept, so a run that was
    killed is taken up by the next one. A folder that another seed filled is made anew. Raise RuntimeError, with
    ffmpeg's words, if a file cannot be encoded.
    """
    wanted = _begun(folder, seed)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn"), initializer=_leave_with_parent) as pool:
        running = [pool.submit(make_file, folder, file, seed=seed) for file in wanted]
        try:
            for count, future in enumerate(as_completed(running), start=1):
                future.result()
                if progress:
                    progress(count, len(wanted))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return len(wanted)


def _begun(folder: Path, seed: int) -> list[File]:
    """Return the files to make, after clearing away what another seed or a killed run has left."""
    mark = folder / SEED
    if not mark.exists() or mark.read_text() != str(seed):
        for file in listed():
            (folder / file.path).unlink(missing_ok=True)
        _write(mark, str(seed).encode())  # only now: a run that is killed before this clears again
    for part in folder.rglob(".*.part*"):
        part.unlink(missing_ok=True)
    for record in RECORDS:
        if not record.embedded:
            _write(folder / _folder(record) / "cover.jpg", drawn.jpeg(_cover_key(record), COVER))
    return [file for file in listed() if not (folder / file.path).exists()]


def _leave_with_parent() -> None:
    """End this worker when the process that started it has been killed; the pool alone would wait for ever."""
    threading.Thread(target=_watch_parent, daemon=True).start()


def _watch_parent() -> None:
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(1)


def listed() -> list[File]:
    """Return every file of the catalog."""
    return [
        File(record, song, str(_folder(record) / name))
        for record in RECORDS
        for song, name in zip(record.songs, _names(record), strict=True)
    ]


def make_file(folder: Path, file: File, *, seed: int) -> None:
    """Play, encode and tag one file."""
    record, song = file.record, file.song
    sound = styles.play(song.piece, seed=f"{seed}/{record.artist}/{record.title}/{song.title}")
    path = folder / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem[:40]}.{os.getpid()}.part{path.suffix}")
    try:
        encode(sound, part, kind=record.kind)
        gain = tags.REFERENCE - effects.loudness(sound) if record.replay_gain else None
        cover = drawn.jpeg(_cover_key(record), COVER) if record.embedded else None
        tags.write(part, record, song, cover=cover, gain=gain, peak=float(np.abs(sound).max()))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def encode(sound: Samples, path: Path, *, kind: str) -> None:
    """Encode samples into a file; raise RuntimeError if ffmpeg will not."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "s16le", "-ar", str(RATE), "-ac", "2",
        "-i", "pipe:0", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", *CODECS[kind][1],
        str(path),
    ]  # fmt: skip
    ran = subprocess.run(command, input=pcm(sound), capture_output=True, check=False)
    if ran.returncode:
        raise RuntimeError(f"{path.name} could not be encoded: {ran.stderr.decode(errors='replace').strip()[-300:]}")


def pcm(sound: Samples) -> bytes:
    """Return 16-bit little-endian frames, dithered: fades end in noise below hearing instead of a crackle."""
    dice = np.random.default_rng(sound.shape[-1])
    dither = dice.random(sound.shape, dtype=np.float32) - dice.random(sound.shape, dtype=np.float32)
    return bytes(np.round(sound * 32_766 + dither).clip(-32_768, 32_767).astype("<i2").T.tobytes())


def _names(record: Record) -> Iterator[str]:
    suffix = CODECS[record.kind][0]
    for song in record.songs:
        number = record.number(song)
        place = f"{song.disc}-{number:02}" if record.discs > 1 else f"{number:02}"
        yield f"{place} {_safe(song.title)}{suffix}"


def _folder(record: Record) -> Path:
    return Path(_safe(record.artist), _safe(record.title))


def _safe(name: str) -> str:
    """Return a name that every file system takes: no separators, not too long, no dot or space at the end."""
    short = UNSAFE.sub("_", name).encode()[:LONGEST].decode(errors="ignore")
    return short.strip(" .")


def _cover_key(record: Record) -> str:
    return f"{record.artist}/{record.title}/{PRESSING}"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(path)
