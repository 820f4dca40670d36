"""Objects are whole under the hash of their bytes, or not there."""

import errno
import hashlib
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages

from catalog import media, mp3, stores, work
from catalog.models import Master, Rendition, Work
from catalog.tests import audio
from spotify_lite.tests.rig import s3


@pytest.fixture
def song(tmp_path) -> Path:
    path = tmp_path / "song.bin"
    path.write_bytes(os.urandom(3 * media.CHUNK + 7))
    return path


class Broken:
    """A file whose bytes end in an error after the first half: a full disk or a pulled cable."""

    def __init__(self, path: Path, error: int) -> None:
        self.half, self.error = path.read_bytes()[: path.stat().st_size // 2], error

    def read(self, size: int) -> bytes:
        if not self.half:
            raise OSError(self.error, os.strerror(self.error))
        piece, self.half = self.half[:size], self.half[size:]
        return piece


def everything() -> list[Path]:
    return [path for path in settings.MEDIA_DIR.rglob("*") if path.is_file()]


def test_what_is_stored_is_there_under_its_hash_wherever_that_is(song, kept_in, tmp_path):
    digest = hashlib.sha256(song.read_bytes()).hexdigest()
    name = f"{digest[:2]}/{digest}.mp4"
    for alias, put in (("renditions", media.put_rendition), ("masters", media.put_master)):
        assert put(song, "mp4") == media.Stored(digest, name, song.stat().st_size)
        kept = stores.store(alias)
        assert [(one.name, one.size) for one in kept.under("")] == [(name, song.stat().st_size)]
        assert kept.look(name) == next(iter(kept.under(f"{name[:2]}/")))
        assert media.fetch(kept, name, tmp_path / "copy") == digest
        assert (tmp_path / "copy").read_bytes() == song.read_bytes()
    media.drop_master(name)
    assert stores.store("masters").look(name) is None


def test_bytes_that_are_not_what_was_promised_are_not_kept(song, kept_in):
    promised = hashlib.sha256(b"another song").hexdigest()
    with song.open("rb") as file, pytest.raises(OSError, match="was not kept"):
        media.put_upload(file, promised, song.stat().st_size, "mp3")
    assert [*stores.store("masters").under("")] == []


def test_object_is_stored_under_the_hash_of_its_bytes(song):
    stored = media.put_rendition(song, "mp4")
    digest = hashlib.sha256(song.read_bytes()).hexdigest()
    assert (stored.key, stored.name, stored.size) == (digest, f"{digest[:2]}/{digest}.mp4", song.stat().st_size)
    assert media.rendition_path(digest, "mp4").read_bytes() == song.read_bytes()
    assert everything() == [media.rendition_path(digest, "mp4")]


def test_storing_it_again_does_not_touch_it(song):
    path = media.rendition_path(media.put_rendition(song, "mp4").key, "mp4")
    before = path.stat()
    media.put_rendition(song, "mp4")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_object_that_was_cut_short_is_made_whole(song):
    path = media.rendition_path(media.put_rendition(song, "mp4").key, "mp4")
    path.write_bytes(b"stump")
    media.put_rendition(song, "mp4")
    assert path.read_bytes() == song.read_bytes()


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
def test_failed_write_leaves_nothing_behind(song, error):
    with pytest.raises(OSError, match=os.strerror(error)):
        storages["renditions"].save("aa/aaaa.mp4", File(Broken(song, error)))
    assert everything() == []


def test_old_object_stays_when_its_replacement_fails(song):
    path = media.rendition_path(media.put_rendition(song, "mp4").key, "mp4")
    name = str(path.relative_to(settings.MEDIA_DIR / "media"))
    with pytest.raises(OSError, match="No space"):
        storages["renditions"].save(name, File(Broken(song, errno.ENOSPC)))
    assert path.read_bytes() == song.read_bytes()


@pytest.mark.django_db
def test_storage_that_takes_nothing_makes_no_row_and_is_tried_again(make_track, tmp_path):
    track = make_track(playable=False, duration_ms=3000)
    stored = media.put_master(audio.make(tmp_path / "song.wav", seconds=3.0), "wav")
    master = Master.objects.create(
        track=track, fingerprint="f", storage_name=stored.name, container="wav", codec="pcm", size=1, duration_ms=3000
    )
    (settings.MEDIA_DIR / "media").write_text("a file where the folder should be")
    row = work.enqueue("source", master.id)
    work.run(row.id)
    row.refresh_from_db()
    assert row.state == Work.State.QUEUED
    assert row.reason
    assert not Rendition.objects.exists()
    (settings.MEDIA_DIR / "media").unlink()
    Work.objects.update(ready_at=row.created_at)
    work.run(row.id)
    assert Rendition.objects.count() == 1


@pytest.mark.django_db
def test_master_whose_object_is_missing_says_so(make_track, kept_in):
    master = Master.objects.create(
        track=make_track(), fingerprint="f", storage_name="aa/aaaa.wav", container="wav", codec="pcm", size=1
    )
    with pytest.raises(work.Failed, match="Its master is not in the storage"), media.open_master(master):
        pass


@pytest.mark.django_db
def test_master_is_given_as_a_file_as_long_as_it_is_needed(make_track, song, kept_in):
    stored = media.put_master(song, "wav")
    master = Master.objects.create(
        track=make_track(), fingerprint="f", storage_name=stored.name, container="wav", codec="pcm", size=1
    )
    with media.open_master(master) as path:
        assert path.read_bytes() == song.read_bytes()
        here = path
    assert here.exists() == (kept_in == "folder")
    assert everything() == ([here] if kept_in == "folder" else [])


@pytest.mark.django_db
@pytest.mark.rig
@pytest.mark.xdist_group("s3")
def test_master_that_was_damaged_in_its_bucket_is_not_read(make_track, song, empty_s3, settings):
    s3.use(empty_s3, settings)
    stored = media.put_master(song, "wav")
    master = Master.objects.create(
        track=make_track(), fingerprint="f", storage_name=stored.name, container="wav", codec="pcm", size=1
    )
    noise = os.urandom(stored.size)
    empty_s3.client().put_object(Bucket=empty_s3.origin.masters, Key=f"masters/{stored.name}", Body=noise)
    with pytest.raises(work.Failed, match="is damaged in the storage"), media.open_master(master):
        pass


ID3V2 = b"ID3\x04\x00\x00\x00\x00\x00\x05" + b"title"
ID3V2_AT_THE_END = ID3V2 + b"3DI\x04\x00\x10\x00\x00\x00\x05"
APE = b"APETAGEX" + (2000).to_bytes(4, "little") + (32 + 6).to_bytes(4, "little") + bytes(4) + b"\x00\x00\x00\xa0"
APE_TAG = APE + bytes(8) + b"artist" + APE[:20] + b"\x00\x00\x00\x80" + bytes(8)
ID3V1 = b"TAG" + bytes(125)
LYRICS = b"LYRICSBEGINla la la" + b"000019" + b"LYRICS200"
FRAMES = b"\xff\xfb\x90\x00" + bytes(range(256)) * 4


@pytest.mark.parametrize("before", [b"", ID3V2, ID3V2 + ID3V2, APE_TAG])
@pytest.mark.parametrize("after", [b"", ID3V1, APE_TAG, APE_TAG + ID3V1, LYRICS + ID3V1, ID3V2_AT_THE_END])
def test_mp3_is_cut_exactly_at_its_tags(before, after, tmp_path):
    path = tmp_path / "song.mp3"
    path.write_bytes(before + FRAMES + after)
    with path.open("rb") as file:
        span = mp3.find_audio(file, path.stat().st_size)
    assert path.read_bytes()[span.start : span.end] == FRAMES


@pytest.mark.parametrize("body", [b"", b"I", ID3V2[:12], b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f", ID3V1, b"LYRICS200", APE])
def test_mp3_tags_that_lie_about_their_length_are_survived(body, tmp_path):
    path = tmp_path / "song.mp3"
    path.write_bytes(body)
    with path.open("rb") as file:
        span = mp3.find_audio(file, len(body))
    assert 0 <= span.start <= span.end <= len(body)
