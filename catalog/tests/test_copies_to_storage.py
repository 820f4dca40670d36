"""A folder that is copied into S3: several files at once, each with its checksum, and nothing is sent twice."""

import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from catalog import supply, work
from catalog.buckets import Bucket
from catalog.models import Album, Cover, Master, Track
from catalog.tests import audio
from catalog.tests.conftest import ON_S3
from spotify_lite.tests.rig import s3

pytestmark = [pytest.mark.django_db, *ON_S3]


@pytest.fixture
def music(tmp_path: Path) -> Path:
    for number in range(20):
        path = tmp_path / "music" / f"{number % 2}" / f"{number}.mp3"
        audio.make(path, title=f"Song {number}", artist="Ida", album=f"Tides {number % 2}", tracknumber=number + 1)
    (tmp_path / "music" / "0" / "cover.png").write_bytes(audio.picture("teal", (300, 300)))
    return tmp_path / "music"


def test_every_file_lies_in_masters_with_its_checksum(storage: s3.Storage, music: Path) -> None:
    call_command("import_music", str(music), "--copy")
    names = list(Master.objects.values_list("storage_name", flat=True))
    assert (len(names), Track.objects.count()) == (20, 20)
    for master in Master.objects.all():
        assert storages["masters"].holds(master.storage_name, size=master.size, sha256=master.sha256)
        head = {"Bucket": storage.origin.masters, "Key": f"masters/{master.storage_name}", "ChecksumMode": "ENABLED"}
        assert storage.client().head_object(**head)["ChecksumSHA256"]


def test_second_run_sends_nothing(storage: s3.Storage, music: Path, monkeypatch: Any) -> None:
    call_command("import_music", str(music), "--copy")
    sent: list[str] = []
    monkeypatch.setattr(Bucket, "put", lambda self, name, *args, **options: sent.append(name))
    (music / "1" / "19.mp3").unlink()
    call_command("import_music", str(music), "--copy")
    assert [name for name in sent if name.endswith(".mp3")] == []
    assert (Track.objects.count(), Master.objects.count()) == (20, 20)


def test_several_are_sent_at_once_and_never_more_than_said(storage: s3.Storage, music: Path, monkeypatch: Any) -> None:
    under_way, most, lock, put = [0], [0], threading.Lock(), Bucket.put

    def counted(self: Bucket, name: str, *args: Any, **options: Any) -> bool:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        try:
            threading.Event().wait(0.02)  # as over a network
            return put(self, name, *args, **options)
        finally:
            with lock:
                under_way[0] -= 1

    monkeypatch.setattr(Bucket, "put", counted)
    call_command("import_music", str(music), "--copy")
    assert 1 < most[0] <= supply.FolderSupply.senders


def test_picture_beside_the_music_becomes_the_cover(storage: s3.Storage, music: Path) -> None:
    """Nothing of the folder is needed any more when the worker cuts it."""
    call_command("import_music", str(music), "--copy")
    (music / "0" / "cover.png").unlink()
    while work.run_due(limit=50):
        pass
    assert Album.objects.get(title="Tides 0").cover_key == Cover.objects.get().key
    assert Album.objects.get(title="Tides 1").cover_key in {None, ""}


def test_storage_that_is_away_ends_the_run_and_the_next_goes_on(storage: s3.Storage, music: Path) -> None:
    storage.stop()
    try:
        with pytest.raises(CommandError, match="run it again to go on"):
            call_command("import_music", str(music), "--copy")
        assert not Track.objects.exists()
    finally:
        storage.start()
    call_command("import_music", str(music), "--copy")
    assert Track.objects.count() == 20
