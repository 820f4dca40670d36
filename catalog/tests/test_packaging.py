"""What came in becomes what browsers play: whole, without tags, once."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from catalog import fragments, media, work
from catalog.models import CatalogVersion, Library, LibraryFile, Master, Rendition, SearchChange, Track, Work
from catalog.tests import audio

pytestmark = pytest.mark.django_db

FLAC = 'audio/mp4; codecs="flac"'
KINDS = {  # format of the test audio: container, codec, and the mime of the rendition
    "mp3": ("mp3", "mp3", "audio/mpeg"),
    "flac": ("flac", "flac", FLAC),
    "ogg": ("ogg", "vorbis", 'audio/ogg; codecs="vorbis"'),
    "opus": ("ogg", "opus", 'audio/mp4; codecs="opus"'),
    "m4a": ("mp4", "aac", 'audio/mp4; codecs="mp4a.40.2"'),
    "alac": ("mp4", "alac", FLAC),
    "wav": ("wav", "pcm", FLAC),
    "aiff": ("aiff", "pcm", FLAC),
}
SECRET = "the singer's telephone number"


@pytest.fixture
def upload(make_track, tmp_path):
    """Return a maker of a master that was uploaded: its file in storage, its source wanted."""

    def make(kind: str = "flac", *, file: Path | None = None, **fields) -> Master:
        container, codec, _ = KINDS[kind]
        seconds = fields.pop("seconds", 3.0)
        suffix = audio.FORMATS[kind][0]
        path = file or audio.make(
            tmp_path / f"in.{suffix}", format=kind, seconds=seconds, title=SECRET, cover=audio.picture()
        )
        stored = media.put_master(path, suffix)
        track = fields.pop("track", None) or make_track(playable=False, duration_ms=round(seconds * 1000))
        master = Master.objects.create(
            track=track,
            fingerprint=stored.key,
            sha256=stored.key,
            storage_name=stored.name,
            size=stored.size,
            **{"container": container, "codec": codec, "duration_ms": round(seconds * 1000)} | fields,
        )
        work.enqueue("source", master.id)
        return master

    return make


def reason() -> str:
    row = Work.objects.get()
    assert row.state == Work.State.FAILED
    return row.reason


def stored_files() -> list[Path]:
    return [path for path in (settings.MEDIA_DIR / "media").rglob("*") if path.is_file()]


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_becomes_playable_and_loses_its_tags(kind, upload):
    master = upload(kind)
    work.run_due(limit=1)
    assert not Work.objects.exists(), Work.objects.get().reason
    rendition = Rendition.objects.get()
    path = media.rendition_path(rendition.key, rendition.extension)
    body = path.read_bytes()
    assert (rendition.mime, rendition.size) == (KINDS[kind][2], len(body))
    assert media.sha256_of(path) == rendition.key
    assert SECRET.encode() not in body
    assert b"PNG" not in body
    card = Track.objects.get(id=master.track_id).card
    assert card["audio"] == [
        {
            "name": "source",
            "key": rendition.key,
            "ext": rendition.extension,
            "mime": rendition.mime,
            "bitrate": rendition.bitrate,
            "bytes": rendition.size,
        }
    ]
    if rendition.extension == "mp4":
        with path.open("rb") as file:
            index = fragments.read_index(file)
        assert index.size == len(body)
        assert abs(index.duration_ms - 3000) < 100
        assert len(index.segments) >= 2
        assert all(body[segment.offset + 4 : segment.offset + 8] == b"moof" for segment in index.segments)


def test_making_it_twice_makes_the_same_one(upload):
    master = upload("flac")
    work.run_due(limit=1)
    first = Rendition.objects.get()
    version = CatalogVersion.objects.get().number
    work.enqueue("source", master.id)
    work.run_due(limit=1)
    again = Rendition.objects.get()
    assert (again.id, again.key) == (first.id, first.key)
    assert CatalogVersion.objects.get().number == version + 1
    assert len(stored_files()) == 1


def test_the_new_rendition_is_announced_to_search_and_caches(upload):
    master = upload("m4a")
    SearchChange.objects.all().delete()
    before = CatalogVersion.objects.get().number
    work.run_due(limit=1)
    assert SearchChange.objects.filter(kind="track", subject_id=master.track_id).exists()
    assert CatalogVersion.objects.get().number > before


def test_deep_and_wide_sound_keeps_its_bits(upload, tmp_path):
    deep = audio.make(tmp_path / "deep.wav", seconds=3.0, options=("-c:a", "pcm_s24le", "-ar", "96000", "-ac", "6"))
    upload("wav", file=deep, sample_rate=96_000, channels=6, bit_depth=24)
    work.run_due(limit=1)
    stream_info = _flac_stream_info(stored_files()[0].read_bytes())
    assert stream_info == (96_000, 6, 24)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"duration_ms": 25 * 3600 * 1000}, "It is longer than 24 hours."),
        ({"channels": 32}, "It has 32 channels; at most 8 can be played."),
        ({"sample_rate": 384_000}, "Its sample rate is 384000 Hz; at most 192000 can be played."),
        ({"container": "hls"}, "Files of the kind hls are not taken."),
        ({"duration_ms": 60_000}, "It should be 60.0 s long, and 3.0 s can be read."),
    ],
)
def test_what_cannot_be_played_is_refused_in_words(upload, fields, words):
    upload("flac", **fields)
    work.run_due(limit=1)
    assert reason() == words
    assert not Rendition.objects.exists()
    assert stored_files() == []


def test_noise_that_claims_to_be_music_is_refused(upload, tmp_path):
    noise = tmp_path / "noise.flac"
    noise.write_bytes(b"<html>not music</html>" * 500)
    upload("flac", file=noise)
    work.run_due(limit=1)
    assert reason().startswith("ffmpeg could not read it: ")
    assert str(settings.MEDIA_DIR) not in reason()
    assert "0x" not in reason()  # where in memory ffmpeg was, is nothing to a curator


def test_tags_without_audio_are_refused(upload, tmp_path):
    hollow = tmp_path / "hollow.mp3"
    hollow.write_bytes(b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10))
    upload("mp3", file=hollow)
    work.run_due(limit=1)
    assert reason() == "There is no audio in it."


def test_noise_that_claims_to_be_an_mp3_is_refused(upload, tmp_path):
    noise = tmp_path / "noise.mp3"
    noise.write_bytes(b"<html>not music</html>" * 500)
    upload("mp3", file=noise)
    work.run_due(limit=1)
    assert reason() == "It holds no MP3 frames."


def test_mp3_that_is_cut_off_is_refused(upload, tmp_path):
    whole = audio.make(tmp_path / "whole.mp3", seconds=6.0)
    half = tmp_path / "half.mp3"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    upload("mp3", file=half, seconds=6.0)
    work.run_due(limit=1)
    assert reason().startswith("It should be 6.0 s long, and ")


def test_playlist_that_claims_to_be_music_opens_no_other_file(upload, tmp_path):
    trap = tmp_path / "trap.m4a"
    trap.write_text(f"#EXTM3U\n#EXTINF:3,\nfile://{settings.BASE_DIR}/manage.py\n")
    upload("m4a", file=trap)
    work.run_due(limit=1)
    assert reason().startswith("ffmpeg could not read it: ")


def test_master_that_is_gone_takes_its_work_along(upload):
    upload("flac").delete()
    work.run_due(limit=1)
    assert not Work.objects.exists()


def test_file_in_place_that_browsers_do_not_play_is_converted(make_track, tmp_path):
    file = audio.make(tmp_path / "music" / "song.aiff", seconds=3.0)
    _, master = _in_place(make_track(playable=False, duration_ms=3000), file)
    work.enqueue("source", master.id)
    work.run_due(limit=1)
    rendition = Rendition.objects.get()
    assert (rendition.mime, rendition.file) == (FLAC, None)
    assert file.exists()


def test_changed_file_waits_for_the_next_scan(make_track, tmp_path):
    file = audio.make(tmp_path / "music" / "song.aiff", seconds=3.0)
    _, master = _in_place(make_track(playable=False, duration_ms=3000), file)
    file.write_bytes(file.read_bytes() + b"more")
    work.enqueue("source", master.id)
    work.run_due(limit=1)
    row = Work.objects.get()
    assert row.state == Work.State.QUEUED
    assert row.reason == "Its file has changed since it was read; the next scan takes it up."


def test_second_master_leaves_the_source_that_plays(upload):
    first = upload("flac")
    work.run_due(limit=1)
    upload("mp3", track=first.track)
    work.run_due(limit=1)
    assert Rendition.objects.get().master == first


def test_second_master_replaces_a_source_whose_file_is_gone(upload, make_track, tmp_path):
    track = make_track(playable=False, duration_ms=3000)
    row, gone = _in_place(track, audio.make(tmp_path / "music" / "song.aiff", seconds=3.0))
    Rendition.objects.create(
        track=track, master=gone, name="source", key="0" * 64, extension="aiff", mime="audio/aiff", size=1,
        file=row, created_at=timezone.now(),
    )  # fmt: skip
    LibraryFile.objects.update(missing=True)
    other = upload("flac", track=track)
    work.run_due(limit=1)
    assert Rendition.objects.get().master == other


def test_leftovers_of_a_killed_worker_are_swept_after_a_day(upload):
    left = settings.MEDIA_DIR / "scratch" / "left"
    left.mkdir(parents=True)
    (left / "half.mp4").write_bytes(b"half")
    fresh = settings.MEDIA_DIR / "scratch" / "fresh"
    fresh.mkdir()
    _age(left, timedelta(days=2))
    upload("flac")
    work.run_due(limit=1)
    assert (left.exists(), fresh.exists()) == (False, True)


def test_sha256_of_a_file_in_place_is_filled_in_later(make_track, tmp_path):
    file = audio.make(tmp_path / "music" / "song.wav")
    _, master = _in_place(make_track(playable=False), file)
    assert [media.want_hashes() for _ in range(2)] == [1, 0]
    work.run_due(limit=1)
    master.refresh_from_db()
    assert master.sha256 == media.sha256_of(file)
    assert media.want_hashes() == 0
    assert not Work.objects.exists()


def test_hash_of_a_file_that_fails_is_not_asked_for_again_and_again(make_track, tmp_path):
    row, _ = _in_place(make_track(playable=False), audio.make(tmp_path / "music" / "song.wav"))
    Path(row.library.root, row.path).unlink()
    assert media.want_hashes() == 1
    Work.objects.update(state=Work.State.FAILED)
    assert media.want_hashes() == 0
    assert Work.objects.get().state == Work.State.FAILED


def _in_place(track: Track, file: Path) -> tuple[LibraryFile, Master]:
    seen = file.stat()
    master = Master.objects.create(
        track=track,
        fingerprint="f" * 64,
        container=file.suffix.lstrip("."),
        codec="pcm",
        duration_ms=track.duration_ms,
        size=seen.st_size,
    )
    library = Library.objects.create(root=str(file.parent))
    row = LibraryFile.objects.create(
        library=library, path=file.name, size=seen.st_size, mtime_ns=seen.st_mtime_ns, master=master
    )
    return row, master


def _age(path: Path, by: timedelta) -> None:
    then = (timezone.now() - by).timestamp()
    os.utime(path, (then, then))


def _flac_stream_info(body: bytes) -> tuple[int, int, int]:
    """Return sample rate, channels and bits of the first STREAMINFO block, which dfLa holds."""
    at = body.index(b"dfLa") + 4 + 4 + 4 + 10  # version and flags, block header, block and frame sizes
    bits = int.from_bytes(body[at : at + 8], "big")
    return bits >> 44, (bits >> 41 & 7) + 1, (bits >> 36 & 31) + 1
