"""Make small real audio files of every format that is taken in, with the tags and the picture asked for."""

import atexit
import base64
import functools
import io
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from mutagen import aiff, flac, id3, mp3, mp4, oggopus, oggvorbis, wave
from PIL import Image

# suffix and encoder options; `alac` is the one whose name is not its suffix
FORMATS: dict[str, tuple[str, list[str]]] = {
    "mp3": ("mp3", ["-c:a", "libmp3lame", "-b:a", "64k"]),
    "flac": ("flac", ["-c:a", "flac"]),
    "ogg": ("ogg", ["-c:a", "libvorbis", "-q:a", "2"]),
    "opus": ("opus", ["-c:a", "libopus", "-b:a", "48k"]),
    "m4a": ("m4a", ["-c:a", "aac", "-b:a", "64k"]),
    "alac": ("m4a", ["-c:a", "alac"]),
    "wav": ("wav", ["-c:a", "pcm_s16le"]),
    "aiff": ("aiff", ["-c:a", "pcm_s16be"]),
}
FRAMES = {
    "title": id3.TIT2,
    "artist": id3.TPE1,
    "album": id3.TALB,
    "albumartist": id3.TPE2,
    "tracknumber": id3.TRCK,
    "discnumber": id3.TPOS,
    "date": id3.TDRC,
    "genre": id3.TCON,
    "compilation": id3.TCMP,
    "composer": id3.TCOM,
    "conductor": id3.TPE3,
    "remixer": id3.TPE4,
    "lyricist": id3.TEXT,
    "isrc": id3.TSRC,
}
ATOMS = {
    "title": "\xa9nam",
    "artist": "\xa9ART",
    "album": "\xa9alb",
    "albumartist": "aART",
    "date": "\xa9day",
    "genre": "\xa9gen",
    "composer": "\xa9wrt",
}
# As MusicBrainz Picard names them in ID3 (TXXX descriptions) and MP4 (freeform atoms); Vorbis comments use our names.
FREE = {
    "musicbrainz_artistid": "MusicBrainz Artist Id",
    "musicbrainz_albumid": "MusicBrainz Album Id",
    "musicbrainz_albumartistid": "MusicBrainz Album Artist Id",
    "musicbrainz_releasetrackid": "MusicBrainz Release Track Id",
}


def make(
    path: Path,
    *,
    format: str = "",  # noqa: A002 - the word that it is
    seconds: float = 1.0,
    tone: int = 440,
    options: tuple[str, ...] = (),
    cover: bytes | None = None,
    **tags: Any,
) -> Path:
    """Write a sine of `tone` Hz to `path`; the format is the suffix's unless it is given. Return the path.

    Tags are named as in Vorbis comments (title, artist, albumartist, tracknumber, date ...); a list is several values.
    `options` are further encoder options of ffmpeg; another `tone` makes other bytes.
    """
    kind = format or path.suffix.lstrip(".")
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_sound(kind, seconds, tone, options), path)
    values = {name: [str(value) for value in _several(given)] for name, given in tags.items() if given is not None}
    if values or cover:
        _WRITERS[kind](path, values, cover)
    return path


def picture(colour: str = "teal", size: tuple[int, int] = (96, 96), format: str = "PNG") -> bytes:  # noqa: A002
    """Return the bytes of a plain picture."""
    drawn = io.BytesIO()
    Image.new("RGB", size, colour).save(drawn, format)
    return drawn.getvalue()


@functools.cache
def _sound(kind: str, seconds: float, tone: int, options: tuple[str, ...]) -> Path:
    """Encode once a process: copies are quick."""
    suffix, encoder = FORMATS[kind]
    name = f"{kind}-{seconds}-{tone}-{abs(hash(options))}.{suffix}"
    path = _folder() / name
    source = f"sine=frequency={tone}:duration={seconds}:sample_rate=44100"
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-nostdin", "-f", "lavfi", "-i", source]
    argv += [*encoder, *options, "-map_metadata", "-1", "-threads", "1", str(path)]
    subprocess.run(argv, check=True, timeout=120)
    return path


@functools.cache
def _folder() -> Path:
    """Return a folder of this process, which goes with it."""
    own = tempfile.TemporaryDirectory(prefix="spotify-lite-audio-")
    atexit.register(own.cleanup)
    return Path(own.name)


def _several(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]


def _frames(tags: Any, values: dict[str, list[str]], cover: bytes | None) -> None:
    for name, texts in values.items():
        if name in FRAMES:
            tags.add(FRAMES[name](encoding=id3.Encoding.UTF8, text=texts))
        else:
            tags.add(id3.TXXX(encoding=id3.Encoding.UTF8, desc=FREE.get(name, name.upper()), text=texts))
    if cover:
        tags.add(id3.APIC(encoding=id3.Encoding.UTF8, mime="image/png", type=id3.PictureType.COVER_FRONT, data=cover))


def _write_id3(kind: Any) -> Any:
    def write(path: Path, values: dict[str, list[str]], cover: bytes | None) -> None:
        file = kind(path)
        if file.tags is None:
            file.add_tags()
        _frames(file.tags, values, cover)
        file.save()

    return write


def _picture_block(cover: bytes) -> flac.Picture:
    block = flac.Picture()
    block.type, block.mime, block.data = id3.PictureType.COVER_FRONT, "image/png", cover
    return block


def _write_vorbis(kind: Any) -> Any:
    def write(path: Path, values: dict[str, list[str]], cover: bytes | None) -> None:
        file = kind(path)
        for name, texts in values.items():
            file[name] = texts
        if cover and kind is flac.FLAC:
            file.add_picture(_picture_block(cover))
        elif cover:
            file["metadata_block_picture"] = [base64.b64encode(_picture_block(cover).write()).decode()]
        file.save()

    return write


def _write_mp4(path: Path, values: dict[str, list[str]], cover: bytes | None) -> None:
    file = mp4.MP4(path)
    for name, texts in values.items():
        if name in ATOMS:
            file[ATOMS[name]] = texts
        elif name in {"tracknumber", "discnumber"}:
            number, _, total = texts[0].partition("/")
            file["trkn" if name == "tracknumber" else "disk"] = [(int(number), int(total or 0))]
        elif name == "compilation":
            file["cpil"] = texts[0] == "1"
        elif name == "itunesadvisory":
            file["rtng"] = [int(texts[0])]
        else:
            file[f"----:com.apple.iTunes:{FREE.get(name, name.upper())}"] = [text.encode() for text in texts]
    if cover:
        file["covr"] = [mp4.MP4Cover(cover, mp4.MP4Cover.FORMAT_PNG)]
    file.save()


_WRITERS: dict[str, Any] = {
    "mp3": _write_id3(mp3.MP3),
    "flac": _write_vorbis(flac.FLAC),
    "ogg": _write_vorbis(oggvorbis.OggVorbis),
    "opus": _write_vorbis(oggopus.OggOpus),
    "m4a": _write_mp4,
    "alac": _write_mp4,
    "wav": _write_id3(wave.WAVE),
    "aiff": _write_id3(aiff.AIFF),
}
