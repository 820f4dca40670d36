"""Run ffmpeg behind the walls: what it is told in every run, how far it has come, and what it said went wrong."""

import re
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import imageio_ffmpeg

from catalog import children, fragments, walls, work
from catalog.models import Master

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
QUIET = ("-nostdin", "-hide_banner", "-nostats")
# Nothing but the sound, without pictures and tags; and the same bytes out for the same bytes in, so the same key.
BARE = (
    *("-vn", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1", "-threads", "1"),
    *("-fflags", "+bitexact", "-flags:a", "+bitexact"),
)
# One file that plays from its first bytes and can be cut by range: fragments of 2 s with one index in front.
FRAGMENTED = ("-f", "mp4", "-movflags", "+cmaf+delay_moov+global_sidx+skip_trailer", "-frag_duration", "2000000")

REPORTED = ("-progress", "pipe:1")  # what `Report` reads

# How a program ends by a signal: as the shell and bwrap say it, and as the kernel does.
KILLED = {sign for number in (signal.SIGKILL, signal.SIGTERM) for sign in (128 + number, -number)}  # not by the file
EXHAUSTED = {128 + signal.SIGXCPU, -signal.SIGXCPU}

SPEAKERS = re.compile(r"^(\[[^\]]*\] ?)+")  # who in ffmpeg says it, with an address in memory, and how bad it is
CAUSE = re.compile(r"^(?:\[[^\]]*@[^\]]*\] )?\[(?:error|fatal|panic)\] ")


class Report:
    """Reads ffmpeg's report of how far it has come, which it makes twice a second."""

    def __init__(self, told: Callable[[int], None]) -> None:
        """Take what is told of every new position, in ms."""
        self.ms = 0
        self._told = told
        self._rest = b""

    def take(self, piece: bytes) -> None:
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            name, _, value = line.partition(b"=")
            if name == b"out_time_us" and value.isdigit():
                self.ms = int(value) // 1000
                self._told(self.ms)


def run(
    master: Master, source: Path, folder: Path, told: Sequence[str], *, take: Callable[[bytes], None] | None = None
) -> str:
    """Run ffmpeg on a master's file, with the outputs that `told` describes; return what it said.

    It may write into `folder` alone. `take` is given its standard output. Raise work.Refused where it fails, and
    work.Failed where it was killed.
    """
    seconds = master.duration_ms / 1000
    program = imageio_ffmpeg.get_ffmpeg_exe()
    argv = [program, *QUIET, "-v", "level+info", "-protocol_whitelist", "file"]
    argv += ["-threads", "1", "-f", DEMUXERS[master.container], "-i", f"file:{source}", *told]
    walled = walls.command(
        argv,
        readable=[source, program],
        writable=folder,
        cpu_s=60 + int(seconds / 4),
        fsize=(1 << 30) + int(seconds * 1_000_000),
    )
    ended = children.run(walled, limit_s=120 + 4 * seconds, take=take)
    if ended.code in KILLED:
        raise work.Failed("Its encoder was killed.")
    if ended.code in EXHAUSTED:
        raise work.Refused("It takes longer to read than a file may.")
    if ended.code != 0:
        raise work.Refused(f"ffmpeg could not read it: {_cause(ended.errors, source) or f'exit {ended.code}'}")
    return ended.errors


def index_of(made: Path) -> fragments.Index:
    """Return the index of a fragmented MP4 that ffmpeg made; raise work.Failed where it is not whole."""
    try:
        with made.open("rb") as file:
            index = fragments.read_index(file)
    except (OSError, fragments.Broken) as error:
        raise work.Failed(f"What ffmpeg made is broken: {error}.") from error
    if index.size != made.stat().st_size:
        raise work.Failed("What ffmpeg made is not whole.")
    return index


def compare_durations(made_ms: int, master_ms: int) -> None:
    """Refuse what is more than 2 % (and a quarter second) from what its file promised: it is cut off or damaged."""
    if not made_ms:
        raise work.Refused("There is no audio in it.")
    if master_ms and abs(made_ms - master_ms) > max(master_ms * 0.02, 250):
        raise work.Refused(f"It should be {master_ms / 1000:.1f} s long, and {made_ms / 1000:.1f} s can be read.")


def _cause(said: str, source: Path) -> str:
    """Return the first complaint, without our paths and its own `[decoder @ 0x55ef4908]`."""
    first = next((line for line in said.splitlines() if CAUSE.match(line)), "")
    return SPEAKERS.sub("", first.replace(f"file:{source}", "the file")).strip()
