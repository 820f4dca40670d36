"""Package one song on one core: how many times faster than it plays, beside one plain AAC encoding of the same file.

    .venv/bin/python -m benchmarks.packaging [--seconds 240] [--rounds 2]

The song goes the whole way, from its row of work over the walls and the measuring to the rows that show its ladder.
Look at the ratio to the plain encoding, which makes one step of three and measures nothing: the rest is the machine's.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

OWN = tempfile.mkdtemp(prefix="spotify-lite-packaging-")
os.environ |= {"VAR_DIR": OWN, "DATABASE_URL": "", "BROKER_URL": "", "ORIGINS": "", "PACKAGING": "off"}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spotify_lite.settings")

import django  # noqa: E402

django.setup()

import imageio_ffmpeg  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from catalog import children, media, work  # noqa: E402
from catalog.models import Master, Measurement, Rendition, Track, Work  # noqa: E402

# Noise with beats and tones: an encoder has as much to do as with music, and more than with one sine.
SOUND = (
    "anoisesrc=d={seconds}:c=pink:r=44100:a=0.25:seed=7,tremolo=f=2:d=0.8[noise];"
    "sine=f=220:d={seconds}:b=4[tone];[noise][tone]join=inputs=2:channel_layout=stereo"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=240, help="of the song")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    try:
        if sys.platform == "linux":
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # children inherit it
        call_command("migrate", verbosity=0)
        song = Path(OWN) / "song.flac"
        make(song, options.seconds)
        master = add(song, options.seconds)
        memory = Memory()
        memory.start()
        ladders, plains = [], []
        for _ in range(options.rounds):
            plains.append(timed(lambda: encode(song)))
            ladders.append(timed(lambda: package(master)))
        report(options.seconds, min(ladders), min(plains), master, memory.peak)
    finally:
        shutil.rmtree(OWN, ignore_errors=True)


def make(song: Path, seconds: int) -> None:
    graph = SOUND.format(seconds=seconds)
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-f", "lavfi", "-i", graph, "-c:a", "flac"]
    subprocess.run([*argv, str(song)], check=True)


def add(song: Path, seconds: int) -> Master:
    """Put the song into the catalog, with its source."""
    stored = media.put_master(song, "flac")
    track = Track.objects.create(
        title="Song", sort_title="song", artist="A", duration_ms=seconds * 1000, created_at=timezone.now()
    )
    master = Master.objects.create(
        track=track, fingerprint=stored.key, sha256=stored.key, storage_name=stored.name, container="flac",
        codec="flac", channels=2, duration_ms=seconds * 1000, size=stored.size,
    )  # fmt: skip
    work.enqueue("source", master.id)
    work.run_due(limit=1)
    return master


def package(master: Master) -> None:
    Rendition.objects.exclude(name="source").delete()
    Measurement.objects.all().delete()
    work.enqueue("ladder", master.id)
    work.run_due(limit=1)
    if failed := Work.objects.first():
        raise SystemExit(failed.reason)


def encode(song: Path) -> None:
    made = song.with_suffix(".mp4")
    argv = [
        *children.NICE,
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-nostdin",
        "-y",
        "-threads",
        "1",
        "-i",
        str(song),
    ]
    subprocess.run([*argv, "-c:a", "aac", "-b:a", "128k", "-threads", "1", str(made)], check=True)


def timed(do: Callable[[], object]) -> float:
    began = time.monotonic()
    do()
    return time.monotonic() - began


class Memory(threading.Thread):
    """The most memory that an encoder has had: behind the walls, its parent is not told."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0  # MB

    def run(self) -> None:
        while True:
            for entry in Path("/proc").glob("[0-9]*"):
                with suppress(OSError, ValueError, IndexError):
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    if b"ffmpeg" in words[0] and any(OWN.encode() in word for word in words):
                        said = (entry / "status").read_text().partition("VmHWM:")[2]
                        self.peak = max(self.peak, int(said.split()[0]) >> 10)
            time.sleep(0.1)


def report(seconds: int, ladder: float, plain: float, master: Master, memory: int) -> None:
    steps = Rendition.objects.filter(master=master).exclude(name="source").count()
    kib = 1 if sys.platform == "linux" else 1024  # of ru_maxrss, which macOS counts in bytes
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // kib >> 10
    print(f"{seconds} s of stereo, one core, the best of its rounds")
    print(f"ladder of {steps} steps, measured   {ladder:6.2f} s   {seconds / ladder:6.1f} times realtime")
    print(f"one plain AAC encoding      {plain:6.2f} s   {seconds / plain:6.1f} times realtime")
    print(f"the ladder costs {ladder / plain:.2f} plain encodings; memory: worker {own} MB, ffmpeg {memory} MB")


if __name__ == "__main__":
    main()
