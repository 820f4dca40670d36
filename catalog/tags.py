"""Read one audio file: its tags, its sound, and the hashes that tell it from others. Pure, and run in the sandbox.

tinytag reads first, being quick; mutagen is asked where tinytag fails or is not exact enough.
"""

import dataclasses
import hashlib
import os
import re
from collections import defaultdict
from dataclasses import dataclass
from math import isfinite
from typing import Any, BinaryIO

import mutagen
import tinytag

from catalog import credits, mpeg, remarks, streams, tagnames  # noqa: A004 - the built-in one is for the console
from catalog.credits import Credit
from catalog.sandbox import Unreadable

EDGE = 64 * 1024  # bytes at each end of a file that tell it from others
LONGEST_MS = 24 * 3600 * 1000
HIGHEST_RATE = 192_000  # Hz
MOST_CHANNELS = 8
DEEPEST = 64  # bits a sample
FASTEST = 1_000_000  # kbit/s; more is a hole in the file, and not worth a refusal
LOUDEST = 60.0  # decibels of gain; more is a typing error
MBID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PLAYABLE = {  # what browsers play as it is: container and codec to suffix and mime (RFC 6381)
    ("mp3", "mp3"): ("mp3", "audio/mpeg"),
    ("flac", "flac"): ("flac", "audio/flac"),
    ("mp4", "aac"): ("m4a", 'audio/mp4; codecs="mp4a.40.2"'),
    ("ogg", "opus"): ("opus", 'audio/ogg; codecs="opus"'),
    ("ogg", "vorbis"): ("ogg", 'audio/ogg; codecs="vorbis"'),
}


@dataclass(frozen=True)
class Sound:
    """The stream of a file."""

    container: str  # mp3, flac, ogg, mp4, wav, aiff, asf, ape
    codec: str  # mp3, flac, vorbis, opus, aac, alac, pcm, wma, ape ...
    duration_ms: int
    bitrate: int | None  # kbit/s
    sample_rate: int | None  # Hz
    channels: int | None
    bit_depth: int | None


@dataclass(frozen=True)
class Reading:
    """What a file says of itself, cleaned and capped; what it does not say is taken from its path."""

    title: str
    artist: str  # as the tags write it
    credits: list[Credit]
    album: str  # empty for a single track
    album_artist: str  # empty where the tags do not say
    album_credits: list[Credit]
    compilation: bool
    disc: int | None
    number: int | None
    year: int | None
    genres: list[str]
    explicit: bool
    gain_db: float | None  # ReplayGain track gain, decibels
    isrc: str
    mbid: str | None  # MusicBrainz release track id
    album_mbid: str | None  # MusicBrainz release id
    picture: str  # sha256 of the embedded front cover; empty if there is none, or the album's was read before
    fingerprint: str  # sha256 of size and both ends: equal for moved, renamed and touched files
    key: str  # that with library, size and time: the address of exactly this state of the file
    sound: Sound
    remarks: list[str]  # what was mended or left out, in words

    @classmethod
    def of(cls, answer: dict[str, Any]) -> "Reading":
        """Rebuild a reading from its JSON; raise TypeError or KeyError if it is none."""
        people = {name: [Credit(**one) for one in answer[name]] for name in ("credits", "album_credits")}
        return cls(**answer | people | {"sound": Sound(**answer["sound"])})


_pictured: dict[tuple[str, str], None] = {}  # albums whose picture this process has read: once an album is enough


def read(file: BinaryIO, *, path: str, library: int = 0) -> Reading:
    """Return what the file says; raise Unreadable with a reason. The relative `path` stands in for tags."""
    seen = os.fstat(file.fileno())
    if not seen.st_size:
        raise Unreadable("is empty")
    container = streams.sniff(file)
    found = _tags(file, container)
    sound = _sound(file, container, seen.st_size, found)
    head, tail = _edges(file, seen.st_size)
    fingerprint = hashlib.sha256(b"%d\n" % seen.st_size + head + tail).hexdigest()
    state = f"{library}\n{seen.st_size}\n{seen.st_mtime_ns}\n{fingerprint}"
    return Reading(
        **_words(found.texts, path),
        picture=_picture(file, container, path, found.texts["album"]),
        fingerprint=fingerprint,
        key=hashlib.sha256(state.encode()).hexdigest() if library else "",
        sound=sound,
        remarks=remarks.of(found),
    )


def extract_picture(file: BinaryIO) -> bytes:
    """Return the embedded front cover, or another picture for want of one; raise Unreadable if there is none."""
    container = streams.sniff(file)
    try:
        image = tinytag.TinyTag.get(f"x.{tagnames.SUFFIX[container]}", file, duration=False, image=True).images
        found = image.front_cover or image.any
        data = found.data if found else b""
    except (tinytag.TinyTagException, KeyError):
        data = tagnames.picture_by_mutagen(_mutagen(file))
    if not data:
        raise Unreadable("holds no picture")
    return data


def _tags(file: BinaryIO, container: str) -> tagnames.Found:
    """Return what tinytag finds; what mutagen finds where tinytag raises, lacks, or mixes ARTIST with ARTISTS."""
    try:
        found = tagnames.by_tinytag(tinytag.TinyTag.get(f"x.{tagnames.SUFFIX[container]}", file))
    except (tinytag.TinyTagException, KeyError):
        found = None
    if found and found.texts["title"] and len(found.texts["artist"]) < 2 and (found.duration_ms or container == "mp3"):
        return found
    try:
        second = tagnames.by_mutagen(_mutagen(file))
    except Unreadable:
        if found is None:
            raise
        return found
    if found is None:
        return second
    texts = {name: second.texts[name] or found.texts[name] for name in found.texts.keys() | second.texts.keys()}
    numbers = {name: getattr(found, name) or getattr(second, name) for name in tagnames.NUMBERS}
    return dataclasses.replace(found, texts=defaultdict(list, texts), **numbers)


def _mutagen(file: BinaryIO) -> mutagen.FileType:
    file.seek(0)
    try:
        opened = mutagen.File(file)
    except Exception as error:  # parsers of hostile bytes raise anything
        raise Unreadable("is damaged: neither of two readers makes sense of it") from error
    if opened is None:
        raise Unreadable("is damaged: neither of two readers makes sense of it")
    return opened


def _sound(file: BinaryIO, container: str, size: int, found: tagnames.Found) -> Sound:
    """Return the stream's figures, with the duration corrected to what is really there."""
    duration_ms, codec = found.duration_ms or 0, found.codec
    bitrate, rate, channels = found.bitrate, found.sample_rate, found.channels
    if container == "mp3":
        frames = mpeg.measure(file)
        duration_ms, bitrate, rate, channels = frames.duration_ms, frames.bitrate, frames.sample_rate, frames.channels
    elif container == "flac":
        duration_ms = streams.measure_flac(file, size)
    elif container == "ogg":
        codec, measured, rate, channels = streams.measure_ogg(file, size)
        duration_ms = duration_ms if measured is None else measured
    elif container == "mp4":
        duration_ms = streams.measure_mp4(file, size) or duration_ms
    else:  # the header may promise more than there is
        there, promised = streams.measure_chunk(file, size, container)
        plain = container in {"wav", "aiff"} and bitrate
        duration_ms = min(duration_ms or LONGEST_MS, there * 8 // plain) if plain else duration_ms * there // promised
    if not codec:
        raise Unreadable("holds no sound that can be played")
    if not duration_ms:
        raise Unreadable("holds no sound, or not enough to tell how long it is")
    if duration_ms > LONGEST_MS or (rate or 0) > HIGHEST_RATE or (channels or 0) > MOST_CHANNELS:
        raise Unreadable("is longer than 24 hours, above 192 kHz or has more than 8 channels")
    if container not in {"mp3", "wav", "aiff"}:
        bitrate = size * 8 // duration_ms
    depth = found.bit_depth if (found.bit_depth or 0) <= DEEPEST else None
    return Sound(
        container, credits.clean(codec, 16), duration_ms, min(bitrate or 0, FASTEST) or None, rate, channels, depth
    )


def _edges(file: BinaryIO, size: int) -> tuple[bytes, bytes]:
    file.seek(0)
    head = file.read(EDGE)
    file.seek(max(0, size - EDGE))
    return head, file.read(EDGE)


def _picture(file: BinaryIO, container: str, path: str, album: list[str]) -> str:
    folder = path.rpartition("/")[0]
    if album and (folder, album[0]) in _pictured:
        return ""
    try:
        picture = extract_picture(file)
    except Unreadable:
        return ""
    if album:
        _pictured[folder, album[0]] = None
        if len(_pictured) > 1000:
            del _pictured[next(iter(_pictured))]
    return hashlib.sha256(picture).hexdigest()


def _words(texts: dict[str, list[str]], path: str) -> dict[str, Any]:
    """Return the fields of a Reading that are made of words and numbers."""
    told = bool(texts["title"] or texts["artist"] or texts["album"])
    place = credits.read_path(path)
    title = credits.clean(texts["title"][0]) if texts["title"] else ""
    roles = [(role, texts[role]) for role in ("remixer", "composer", "conductor", "lyricist")]
    shown, people = credits.credit(
        artist=texts["artist"] or texts["artists"] or texts["albumartist"] or [place.artist or credits.UNKNOWN],
        artists=texts["artists"],
        title=title,
        mbids=_mbids(texts["musicbrainzartistid"]),
        others=roles,
    )
    album = credits.clean(texts["album"][0]) if texts["album"] else "" if told else place.album
    album_artist, album_credits = credits.credit(
        artist=texts["albumartist"], mbids=_mbids(texts["musicbrainzalbumartistid"]), artists=texts["albumartists"]
    )
    return {
        "title": title or place.title or "Untitled",
        "artist": shown or credits.UNKNOWN,
        "credits": people or [Credit(credits.UNKNOWN, "main")],
        "album": album,
        "album_artist": album_artist,
        "album_credits": album_credits,
        "compilation": texts["compilation"][:1] in (["1"], ["true"], ["True"]),
        "disc": _number(texts["discnumber"], place.disc),
        "number": _number(texts["tracknumber"], place.number),
        "year": credits.year_of(texts["date"]) or (None if told else place.year),
        "genres": tagnames.genres(credits.clean_all(";".join(texts["genre"][:50]).split(","), 100)),
        "explicit": texts["advisory"][:1] in (["1"], ["4"]),
        "gain_db": _gain(texts),
        "isrc": isrc if len(isrc := re.sub(r"[^A-Z0-9]", "", "".join(texts["isrc"][:1]).upper())) == 12 else "",
        "mbid": next(iter(_mbids(texts["musicbrainzreleasetrackid"])), None),
        "album_mbid": next(iter(_mbids(texts["musicbrainzalbumid"])), None),
    }


def _mbids(values: list[str]) -> list[str]:
    return [found for value in values for found in MBID.findall(value.lower())][: credits.MOST_VALUES]


def _number(values: list[str], otherwise: int | None) -> int | None:
    """Return a track or disc number of `3`, `03/12`; those above 32,767 are no numbers of tracks."""
    found = re.match(r"\s*(\d{1,5})", values[0]) if values else None
    return int(found[1]) if found and 0 < int(found[1]) < 32768 else otherwise


def _gain(texts: dict[str, list[str]]) -> float | None:
    """Return decibels; R128_TRACK_GAIN (RFC 7845, 5.2.1) is in 1/256 dB to -23 LUFS, 5 dB below ReplayGain's."""
    for name, scale, offset in (("replaygaintrackgain", 1.0, 0.0), ("r128trackgain", 1 / 256, 5.0)):
        found = re.match(r"\s*([+-]?\d+(?:\.\d+)?)", texts[name][0]) if texts[name] else None
        if found and isfinite(gain := float(found[1]) * scale + offset) and abs(gain) <= LOUDEST:
            return round(gain, 2)
    return None
