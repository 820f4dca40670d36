"""One vocabulary for the tags of every format: those of tinytag and mutagen under the names of Vorbis comments.

Pure. ID3 frames as ID3v2.4 names them, MP4 atoms as iTunes does, free-form names as MusicBrainz Picard writes them.
"""

import base64
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import tinytag
from mutagen import asf, flac, id3, mp4
from mutagen._constants import GENRES

SUFFIX = {
    "mp3": "mp3",
    "flac": "flac",
    "ogg": "ogg",
    "mp4": "m4a",
    "wav": "wav",
    "aiff": "aiff",
    "asf": "wma",
}  # tinytag's
NUMBERS = ("duration_ms", "codec", "bitrate", "sample_rate", "channels", "bit_depth")
LONGEST = 64 * 1024  # characters of one value; nothing that we show needs more
NAMES = {  # where a name without spaces, `_`, `/` and capitals is not ours already
    "track": "tracknumber",
    "disc": "discnumber",
    "year": "date",
    "tcmp": "compilation",
    "cpil": "compilation",
    "iscompilation": "compilation",
    "tpe4": "remixer",
    "mixartist": "remixer",
    "modifiedby": "remixer",
    "rtng": "advisory",
    "itunesadvisory": "advisory",
    "albumartistsort": "",
    "writer": "lyricist",
    # mutagen's
    "TIT2": "title",
    "TPE1": "artist",
    "TALB": "album",
    "TPE2": "albumartist",
    "TRCK": "tracknumber",
    "TPOS": "discnumber",
    "TDRC": "date",
    "TCON": "genre",
    "TCMP": "compilation",
    "TCOM": "composer",
    "TPE3": "conductor",
    "TPE4": "remixer",
    "TEXT": "lyricist",
    "TSRC": "isrc",
    "\xa9nam": "title",
    "\xa9art": "artist",
    "\xa9alb": "album",
    "aart": "albumartist",
    "\xa9day": "date",
    "\xa9gen": "genre",
    "\xa9wrt": "composer",
    "trkn": "tracknumber",
    "author": "artist",
    "wmalbumtitle": "album",
    "wmalbumartist": "albumartist",
    "wmtracknumber": "tracknumber",
    "wmpartofset": "discnumber",
    "wmyear": "date",
    "wmgenre": "genre",
    "wmcomposer": "composer",
}


@dataclass(frozen=True)
class Found:
    """What a reader found: values by name, and the stream's figures as the headers tell them."""

    texts: defaultdict[str, list[str]]
    duration_ms: int | None = None
    codec: str = ""  # empty where the reader does not know it
    bitrate: int | None = None  # kbit/s
    sample_rate: int | None = None  # Hz
    channels: int | None = None
    bit_depth: int | None = None
    left_out: tuple[int, ...] = ()  # characters of values that are too long to be looked at


def by_tinytag(tag: tinytag.TinyTag) -> Found:
    """Translate a TinyTag. It puts ARTIST and ARTISTS into one list, and Vorbis's several values in order of coming."""
    texts: defaultdict[str, list[str]] = defaultdict(list)
    left_out = [len(tag.comment)] if tag.comment and len(tag.comment) > LONGEST else []
    for name in ("title", "artist", "album", "albumartist", "composer", "genre", "year", "track", "disc"):
        value = getattr(tag, name)
        if value is not None:
            texts[_name(name)].append(str(value)[:LONGEST])
    for name, values in tag.other.items():
        texts[_name(name)] += [str(value)[:LONGEST] for value in values]
        left_out += [len(value) for value in values if isinstance(value, str) and len(value) > LONGEST]
    _, _, codecs = (tag.mime_type or "").partition('codecs="')
    codec = _codec(tag.mime_type or "", codecs.rstrip('"'))
    return Found(
        texts,
        round(tag.duration * 1000) if tag.duration else None,
        codec,
        round(tag.bitrate) if tag.bitrate else None,
        tag.samplerate,
        tag.channels,
        tag.bitdepth,
        tuple(left_out),
    )


def _codec(mime: str, codecs: str) -> str:
    if mime.startswith("audio/wav"):
        return "pcm" if codecs in {"1", "3"} else f"wav-{codecs}"
    if mime.startswith("audio/aiff"):
        return "pcm" if codecs in {"NONE", "twos", "sowt", "raw ", "in24", "in32", "fl32", "fl64"} else codecs.strip()
    if codecs.startswith("mp4a.40"):
        return "aac"
    if codecs in {"mp4a.6B", "mp4a.69"}:
        return "mp3"
    return codecs or {"audio/mpeg": "mp3", "audio/flac": "flac", "application/vnd.ms-asf": "wma"}.get(mime, "")


@lru_cache(maxsize=512)  # a library uses few names
def _name(name: str) -> str:
    plain = re.sub(r"[\s_/-]", "", name.lower())
    return NAMES.get(plain, plain)


def by_mutagen(opened: Any) -> Found:
    """Translate what mutagen opened (a mutagen.FileType), whatever its kind of tags."""
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for name, values in (opened.tags or {}).items():
        if isinstance(opened.tags, id3.ID3):
            _take_frame(texts, name, values)
        else:
            plain = name.removeprefix("----:com.apple.iTunes:")
            several = values if isinstance(values, list) else [values]
            texts[_name(plain)] += [text for value in several[:200] if (text := _text(value))]
    info = opened.info
    kind = type(opened).__name__
    codec = {"MP3": "mp3", "FLAC": "flac", "WAVE": "pcm", "AIFF": "pcm", "ASF": "wma", "MonkeysAudio": "ape"}.get(
        kind, ""
    )
    if kind == "MP4":
        codec = "aac" if info.codec.startswith("mp4a.40") else info.codec.lower()
    return Found(
        texts,
        round(info.length * 1000) or None,
        codec,
        round(getattr(info, "bitrate", 0) / 1000) or None,
        getattr(info, "sample_rate", None),
        getattr(info, "channels", None),
        getattr(info, "bits_per_sample", None) or None,
    )


def _take_frame(texts: defaultdict[str, list[str]], name: str, frame: Any) -> None:
    if name.startswith("TXXX:"):
        texts[_name(frame.desc)] += [str(text)[:LONGEST] for text in frame.text]
    elif name[:4] in NAMES:
        values = frame.genres if isinstance(frame, id3.TCON) else frame.text
        texts[NAMES[name[:4]]] += [str(text)[:LONGEST] for text in values]


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return "" if len(value) > LONGEST else bytes(value).decode("utf-8", "replace")
    if isinstance(value, tuple):  # MP4's number and total
        return str(value[0]) if value and value[0] else ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)[:LONGEST]


def picture_by_mutagen(opened: Any) -> bytes:
    """Return the front cover, another picture for want of one, or nothing."""
    tags = opened.tags or {}
    if isinstance(opened, flac.FLAC):
        pictures = opened.pictures
    elif isinstance(tags, id3.ID3):
        pictures = tags.getall("APIC")
    elif isinstance(opened, mp4.MP4):
        return bytes(next(iter(tags.get("covr", [])), b""))
    elif isinstance(opened, asf.ASF):
        return b""
    else:
        pictures = [flac.Picture(base64.b64decode(text)) for text in tags.get("metadata_block_picture", [])]
    front = [picture for picture in pictures if picture.type == id3.PictureType.COVER_FRONT]
    return next((bytes(picture.data) for picture in front + list(pictures)), b"")


def genres(values: list[str]) -> list[str]:
    """Return the names, with ID3v1's numbers, as `17` or `(17)`, spelt out."""
    numbered = [re.fullmatch(r"\(?(\d{1,3})\)?", value) for value in values]
    return [
        GENRES[int(found[1])] if found and int(found[1]) < len(GENRES) else value
        for value, found in zip(values, numbered, strict=True)
    ]
