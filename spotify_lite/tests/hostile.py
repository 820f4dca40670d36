"""Files that mean harm, or are damaged beyond use, under the names of music; some of them point at a listener."""

import random
import struct
from pathlib import Path

from catalog.tests import audio
from spotify_lite.tests import corpus

FLIPPED = 0.004  # of the bytes of a mutant


def make(folder: Path, port: int) -> list[str]:
    """Write files that must each end with a reason; return their names. `port` is where nobody may call."""
    names = corpus.make_bad(folder)
    url = f"http://127.0.0.1:{port}/stolen"
    good = {
        kind: audio.make(folder.parent / "whole" / f"a.{suffix}", format=kind, seconds=3).read_bytes()
        for kind, (suffix, _) in audio.FORMATS.items()
    }
    contents = {
        "magic.flac": b"fLaC",
        "magic.ogg": b"OggS\x00\x02",
        "magic.wav": b"RIFF\x24\x00\x00\x00WAVE",
        "magic.mp3": b"ID3\x04\x00\x00",
        "magic.m4a": b"\x00\x00\x00\x18ftypM4A ",
        "hls.mp3": f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{url}.ts\n#EXT-X-ENDLIST\n".encode(),
        "concat.mp3": f"ffconcat version 1.0\nfile {url}.mp3\n".encode(),
        "session.mp3": b"v=0\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n",
        "dash.mp3": f'<?xml version="1.0"?><MPD><BaseURL>{url}</BaseURL></MPD>'.encode(),
        "smil.mp3": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{url}">]><x>&e;</x>'.encode(),
        "wide.wav": wav(channels=32, rate=44_100, seconds=0.5),
        "fast.wav": wav(channels=2, rate=384_000, seconds=0.5),
        "day.wav": wav(channels=1, rate=8_000, seconds=0.0, claimed=25 * 3600),
        "half.m4a": good["m4a"][: len(good["m4a"]) // 2],
        "head.mp3": good["mp3"][:200],
        "polyglot.mp3": b"PK\x03\x04" + bytes(26) + good["mp3"][:300],
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [*names, *contents]


def make_doubtful(folder: Path, port: int, *, mutants: int) -> list[str]:
    """Write files that may be played, as far as there is sound in them, or refused, as long as nothing breaks.

    `mutants` is how many are good files, of every format in turn, with some bits flipped.
    """
    m4a = audio.make(folder.parent / "whole" / "b.m4a", seconds=3, tone=290).read_bytes()
    flac = audio.make(folder.parent / "whole" / "b.flac", seconds=3, tone=290).read_bytes()
    contents = {
        "external.m4a": external(m4a, f"http://127.0.0.1:{port}/stolen".encode()),
        "second.wav": wav(channels=1, rate=8_000, seconds=1.0, claimed=25 * 3600),
        "half.flac": flac[: len(flac) // 2],
    }
    for seed in range(mutants):
        chance = random.Random(seed)
        kind, (suffix, _) = list(audio.FORMATS.items())[seed % len(audio.FORMATS)]
        whole = audio.make(folder.parent / "whole" / f"c.{suffix}", format=kind, seconds=3, tone=300 + seed)
        body = bytearray(whole.read_bytes())
        for _ in range(max(1, round(len(body) * FLIPPED))):
            body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        contents[f"mutant-{seed}.{suffix}"] = bytes(body)
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return list(contents)


def external(m4a: bytes, url: bytes) -> bytes:
    """Return the file with its sound said to lie at an address (ISO 14496-12, 8.7.2: `url ` without the flag 1)."""
    inside = b"url \x00\x00\x00\x01"
    at = m4a.index(inside)
    spare = m4a.replace(inside, b"url \x00\x00\x00\x00", 1)
    grown = struct.pack(">I", 12 + len(url) + 1) + spare[at : at + 8] + url + b"\0"
    changed = bytearray(spare[: at - 4] + grown + spare[at + 8 :])
    for box in (b"dref", b"dinf", b"minf", b"mdia", b"trak", b"moov"):  # each holds the one before
        place = changed.index(box) - 4
        size = struct.unpack_from(">I", changed, place)[0]
        struct.pack_into(">I", changed, place, size + len(url) + 1)
    return bytes(changed)


def wav(*, channels: int, rate: int, seconds: float, claimed: float = 0.0) -> bytes:
    """Return silence, whose header may claim to be longer."""
    frame = 2 * channels
    sound = bytes(round(seconds * rate) * frame)
    size = round((claimed or seconds) * rate) * frame
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, channels, rate, rate * frame,
                       frame, 16, b"data", size)  # fmt: skip
    return head + sound
