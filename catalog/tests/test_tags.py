"""What a file says is read, whatever its format; what it cannot say is refused in words."""

import hashlib
import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from catalog import tags
from catalog.sandbox import Unreadable
from catalog.tests import audio

MBIDS = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"]


def read(path: Path, name: str = "", library: int = 0) -> tags.Reading:
    with path.open("rb") as file:
        return tags.read(file, path=name or path.name, library=library)


def decoded_ms(path: Path) -> float:
    """Ask ffmpeg how long it plays: the only judge that listens."""
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-i", str(path), "-map", "0:a:0", "-f", "null", "-"]
    heard = subprocess.run(argv, capture_output=True, check=False, text=True).stderr
    hours, minutes, seconds = re.findall(r"time=(\d+):(\d+):([\d.]+)", heard)[-1]
    return (int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * 1000


@pytest.mark.parametrize("kind", audio.FORMATS)
def test_everything_is_read_from_every_format(kind, tmp_path):
    path = audio.make(
        tmp_path / f"x.{audio.FORMATS[kind][0]}",
        format=kind,
        seconds=2,
        cover=audio.picture(),
        title="Ebb",
        artist=["Ida", "Otto"],
        album="Tides",
        albumartist="Ida",
        tracknumber="3/9",
        discnumber="2/2",
        date="2021-03-04",
        genre=["Rock", "Hip-Hop/Rap"],
        composer="Carl",
        compilation="1",
        isrc="USABC1234567",
        musicbrainz_artistid=MBIDS,
        musicbrainz_albumid=MBIDS[0],
        musicbrainz_releasetrackid=MBIDS[1],
        replaygain_track_gain="-6.50 dB",
        itunesadvisory="1",
    )
    reading = read(path, f"{kind}/x")  # the picture of an album is read once
    assert (reading.title, reading.artist, reading.album, reading.album_artist) == ("Ebb", "Ida, Otto", "Tides", "Ida")
    assert [(one.name, one.role, one.mbid) for one in reading.credits] == [
        ("Ida", "main", MBIDS[0]),
        ("Otto", "main", MBIDS[1]),
        ("Carl", "composer", None),
    ]
    assert (reading.disc, reading.number, reading.year) == (2, 3, 2021)
    assert reading.genres == ["Rock", "Hip-Hop/Rap"]
    assert (reading.compilation, reading.explicit, reading.gain_db) == (True, True, -6.5)
    assert (reading.isrc, reading.album_mbid, reading.mbid) == ("USABC1234567", *MBIDS)
    assert reading.picture == hashlib.sha256(audio.picture()).hexdigest()
    assert reading.sound.duration_ms == pytest.approx(2000, rel=0.02)
    assert reading.sound.codec == {"m4a": "aac", "ogg": "vorbis", "wav": "pcm", "aiff": "pcm"}.get(kind, kind)


def test_suffix_is_not_believed(tmp_path):
    path = audio.make(tmp_path / "x.flac", title="Ebb").rename(tmp_path / "x.mp3")
    assert read(path).sound.container == "flac"


def test_several_artists_stay_apart_from_the_artist_as_written(tmp_path):
    """tinytag alone mixes the two tags, in the order in which they lie in the file."""
    path = audio.make(tmp_path / "x.mp3", title="Ebb", artists=["Ida", "Otto"], artist="Ida & Otto")
    reading = read(path)
    assert reading.artist == "Ida & Otto"
    assert [one.name for one in reading.credits] == ["Ida", "Otto"]


def test_path_stands_in_for_missing_tags(tmp_path):
    reading = read(audio.make(tmp_path / "x.mp3"), "Ida/Tides (2001)/03 - Ebb.mp3")
    assert (reading.title, reading.artist, reading.album, reading.number) == ("Ebb", "Ida", "Tides", 3)


def test_single_with_tags_gets_no_album_from_its_folder(tmp_path):
    assert read(audio.make(tmp_path / "x.mp3", title="Ebb", artist="Ida"), "Downloads/x.mp3").album == ""


def test_numbered_genres_are_spelt_out(tmp_path):
    assert read(audio.make(tmp_path / "x.flac", title="Ebb", genre=["(17)", "Dub; Ambient"])).genres == [
        "Rock",
        "Dub",
        "Ambient",
    ]


def test_hostile_tags_make_a_good_file(tmp_path):
    path = audio.make(
        tmp_path / "x.mp3", title="T" * 1_000_000, artist="a\u202e<script>\x07", album="x", comment="c" * 10_000_000
    )
    reading = read(path)
    assert reading.title == "T" * 256
    assert reading.artist == "a<script>"
    assert reading.remarks == [
        "a tag of 10.0 MB was left out",
        "the title was longer than 256 characters and was cut",
        "control characters were removed from the artist",
        "the artist holds markup, which is shown as text",
    ]


def test_clean_tags_need_no_remark(tmp_path):
    path = audio.make(tmp_path / "x.flac", title="Ebb < Flow\nII", artist="می\u200cخواهم", album="Tides & <3")
    assert read(path).remarks == []


@pytest.mark.parametrize("kind", audio.FORMATS)
def test_length_is_what_is_heard(kind, tmp_path):
    path = audio.make(tmp_path / f"x.{audio.FORMATS[kind][0]}", format=kind, seconds=7.5)
    assert read(path).sound.duration_ms == pytest.approx(decoded_ms(path), rel=0.02)


@pytest.mark.parametrize(
    "options",
    [("-b:a", "0", "-q:a", "4", "-write_xing", "0"), ("-write_xing", "0"), ("-b:a", "0", "-q:a", "0")],
    ids=["variable without a table", "constant without a table", "variable with a table"],
)
def test_length_of_mp3_does_not_hang_on_a_table(options, tmp_path):
    path = audio.make(tmp_path / "x.mp3", seconds=30, options=options)
    assert read(path).sound.duration_ms == pytest.approx(30_000, rel=0.02)


@pytest.mark.parametrize("kind", ["mp3", "flac", "ogg", "opus", "wav", "aiff"])
def test_cut_off_file_is_as_long_as_what_is_left(kind, tmp_path):
    path = audio.make(tmp_path / f"x.{kind}", seconds=60)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    heard = decoded_ms(path)
    assert heard < 45_000
    assert read(path).sound.duration_ms == pytest.approx(heard, rel=0.02)


@pytest.mark.parametrize("kind", audio.FORMATS)
def test_file_without_whole_sound_is_refused(kind, tmp_path):
    """Seen: a FLAC of 30 bytes came in as a good track, as long as its header said."""
    whole = audio.make(tmp_path / "whole", format=kind, title="Ebb", artist="Ida", cover=audio.picture()).read_bytes()
    path = tmp_path / "cut"
    for length in (5, 13, 21, 30, 37, 40, 46, 60, 128, 300):
        path.write_bytes(whole[:length])
        try:
            assert read(path).sound.duration_ms < 5, f"believed {length} bytes"  # of samples that stand there plainly
        except Unreadable:
            continue


def test_flac_that_ends_in_its_first_frame_is_refused(tmp_path):
    path = audio.make(tmp_path / "x.flac", seconds=2, title="Ebb")
    whole = path.read_bytes()
    frame = whole.index(b"\xff\xf8")
    for length in (frame, frame + 20, frame + 200):
        path.write_bytes(whole[:length])
        with pytest.raises(Unreadable, match="holds no sound"):
            read(path)


def test_flac_behind_a_long_foreign_tag_has_its_length(tmp_path):
    path = audio.make(tmp_path / "x.flac", seconds=2, title="Ebb")
    path.write_bytes(path.read_bytes() + bytes(400_000))
    assert read(path).sound.duration_ms == 2000


@pytest.mark.parametrize(("kind", "chunk"), [("wav", b"data"), ("aiff", b"SSND")])
def test_pcm_header_is_believed_as_far_as_there_are_samples(kind, chunk, tmp_path):
    path = audio.make(tmp_path / f"x.{kind}", seconds=2)
    whole = path.read_bytes()
    head = whole.index(chunk) + (8 if kind == "wav" else 16)
    path.write_bytes(whole[:head])
    with pytest.raises(Unreadable, match="holds no sound"):
        read(path)
    path.write_bytes(whole[: head + 44_100])
    assert read(path).sound.duration_ms == pytest.approx(500, rel=0.02)


def test_wma_is_as_long_as_its_packets(tmp_path):
    path = tmp_path / "x.wma"
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "sine=duration=4", "-c:a", "wmav2"]
    subprocess.run([*argv, str(path)], check=True)
    whole = path.read_bytes()
    assert read(path).sound.duration_ms == pytest.approx(4000, rel=0.02)
    path.write_bytes(whole[: len(whole) // 2])
    assert read(path).sound.duration_ms == pytest.approx(2000, rel=0.05)
    path.write_bytes(whole[:500])
    with pytest.raises(Unreadable, match="holds no sound"):
        read(path)


@pytest.mark.parametrize("kind", ["m4a", "alac"])
def test_cut_off_mp4_is_refused(kind, tmp_path):
    path = audio.make(tmp_path / "x.m4a", format=kind, seconds=20, options=("-movflags", "+faststart"))
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(Unreadable, match=r"is cut off: \d+ % of it is there"):
        read(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><title>404</title>", "is not audio but HTML"),
        (b"<svg xmlns='x'/>", "is not audio but XML"),
        (b"%PDF-1.7", "is not audio but a PDF document"),
        (b"PK\x03\x04zip", "is not audio but an archive"),
        (b"MZ\x90", "is not audio but a program"),
        (b"#EXTM3U\nfile:///etc/passwd", "is not audio but a playlist"),
        (b"ffconcat version 1.0", "is not audio but a playlist"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x00", "holds tags but no sound"),
        (b"fLaC", "holds no sound"),
        (b"OggS", "is damaged"),
        (b"\x00\x00\x00\x14ftypM4A ", "is cut off: its index"),
        (b"RIFF\x00\x00\x00\x00WAVE", "holds no sound"),
        (b"\xff\xfb\x90\x64", "holds no audio"),
        (bytes(100_000), "holds no audio"),
    ],
)
def test_what_is_no_music_is_refused_in_words(content, reason, tmp_path):
    path = tmp_path / "x.mp3"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=re.escape(reason)):
        read(path)


def test_key_is_of_this_state_and_the_fingerprint_of_the_bytes(tmp_path):
    path = audio.make(tmp_path / "x.mp3", title="Ebb")
    first = read(path, library=1)
    path.touch()
    second = read(path, library=1)
    assert first.fingerprint == second.fingerprint
    assert len({first.key, second.key, read(path, library=2).key}) == 3
