"""A folder of sixty good files over all formats and of damaged ones, with what is to be said of each."""

import io
import random
import struct
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
from mutagen import id3, mp3

from catalog.tests import audio

WORDS = ("Amber", "Boreal", "Cinder", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Indigo", "Juniper")
SCRIPT = "<script>document.title='stolen'</script>"


@dataclass(frozen=True)
class Good:
    """A file that must be found, last as long as it sounds, and play."""

    path: str  # relative to the folder
    title: str
    artist: str
    seconds: float


def make_good(folder: Path) -> list[Good]:
    """Write sixty files: every format, with tags and without, names of several scripts."""
    files = []
    artists = ("AC/DC", "Earth, Wind & Fire", "Björk Ástvaldsdóttir", "青木なつみ", "نور الحسيني")
    for place in range(60):
        kind = list(audio.FORMATS)[place % len(audio.FORMATS)]
        suffix = audio.FORMATS[kind][0]
        title = f"{WORDS[place % 10]} {WORDS[place // 10]} {kind}"
        artist = artists[place % len(artists)]
        seconds = 2.0 + place % 5
        tags: dict[str, object] = {}
        if place % 3:
            path = f"tagged/{place:02}.{suffix}"
            tags = {"title": title, "artist": artist, "album": f"Album {place // 10}", "tracknumber": place % 10 + 1}
            tags |= {"date": "1999-05-04", "genre": "Test Pop"}
        else:
            path = f"{artist.replace('/', '-')}/Untagged {place // 10}/{place % 10 + 1:02} {title}.{suffix}"
            artist = artist.replace("/", "-")
        audio.make(folder / path, format=kind, seconds=seconds, tone=200 + place * 7, **tags)
        files.append(Good(path, title, artist, seconds))
    return files


def make_awkward(folder: Path) -> dict[str, str]:
    """Write files that sound right and whose tags are a mess; return the title that is to be shown, by path."""
    huge = audio.make(folder / "huge-tag.mp3", tone=300, title="Huge tag", artist="Mess")
    tags = mp3.MP3(huge)
    tags.tags.add(id3.TXXX(encoding=3, desc="NOISE", text=["n" * 10_000_000]))
    tags.save()
    audio.make(folder / "long-title.mp3", tone=310, title="L" * 1_000_000, artist="Mess")
    audio.make(folder / "control.flac", tone=320, title="Bell\x07 and\x1b[31m red \u202eoverride", artist="Mess")
    audio.make(folder / "script.m4a", tone=330, title=SCRIPT, artist="<img src=x onerror=alert(1)>", album=SCRIPT)
    return {
        "huge-tag.mp3": "Huge tag",
        "long-title.mp3": "L" * 256,
        "control.flac": "Bell and[31m red override",
        "script.m4a": SCRIPT,
    }


def make_bad(folder: Path) -> list[str]:
    """Write files that must each be reported with a reason; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    sound = {kind: audio.make(folder.parent / "whole" / f"a.{kind}", format=kind, seconds=3) for kind in audio.FORMATS}
    whole = {kind: path.read_bytes() for kind, path in sound.items()}
    for path in sound.values():
        path.unlink()
    noise = random.Random(5).randbytes(20_000)
    contents = {
        "empty.mp3": b"",
        "page.mp3": b"<!DOCTYPE html><html><body>404 not found</body></html>" * 20,
        "drawing.mp3": b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>' * 20,
        "noise.flac": noise,
        "stump.flac": whole["flac"][:30],
        "no-moov.m4a": whole["m4a"][:20] + struct.pack(">I", 400) + b"mdat" + noise[:392],
        "no-samples.wav": whole["wav"][:40] + struct.pack("<I", 0),
        "program.opus": b"MZ" + noise,
        "playlist.mp3": b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/secret.ts\n#EXT-X-ENDLIST\n",
        "document.ogg": b"%PDF-1.7\n" + noise,
        "stump.ogg": whole["ogg"][:40],
        "text.aiff": b"Liebe Freunde, dies ist kein Lied.\n" * 50,
        "only-a-tag.mp3": _only_a_tag(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    with zipfile.ZipFile(folder / "archive.m4a", "w") as archive:
        archive.writestr("song.txt", "la la la")
    film = ["-v", "error", "-f", "lavfi", "-i", "testsrc=duration=1:size=64x64:rate=5", "-c:v", "mpeg4"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *film, "-f", "mp4", str(folder / "film.m4a")], check=True)
    return [*contents, "archive.m4a", "film.m4a"]


def _only_a_tag() -> bytes:
    tag, written = id3.ID3(), io.BytesIO()
    tag.add(id3.TIT2(encoding=id3.Encoding.UTF8, text=["No sound"]))
    tag.save(written)
    return written.getvalue()
