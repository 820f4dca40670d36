"""A sheet may name audio that lies in the storage: it is read, copied, and played as what an import brings."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from catalog import objects, work
from catalog.models import Master, Track
from catalog.tests import audio, recounts

pytestmark = pytest.mark.django_db

HEAD = "artist\talbum\ttitle\ttrack\tduration_ms\taudio"


@pytest.fixture
def put(kept_in: str, settings: Any) -> Callable[[str, bytes], None]:
    """Return what puts an object where sheets name it: beside the masters of a folder, or in the bucket."""

    def into_folder(name: str, data: bytes) -> None:
        path = Path(storages["masters"].path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def into_bucket(name: str, data: bytes) -> None:
        home = objects.home()
        home.client.put_object(Bucket=home.origin.bucket, Key=name, Body=data)

    return into_folder if kept_in == "folder" else into_bucket


@pytest.fixture
def song(tmp_path: Path) -> bytes:
    return audio.make(tmp_path / "song.mp3", title="What the file says", artist="Somebody else").read_bytes()


def take(tmp_path: Path, *rows: str) -> None:
    sheet = tmp_path / "sheet.tsv"
    sheet.write_text("\n".join((HEAD, *rows)))
    call_command("import_catalog", str(sheet))


def test_a_row_with_audio_becomes_a_song_that_plays(
    put: Callable[[str, bytes], None], song: bytes, tmp_path: Path, client: Any
) -> None:
    put("theirs/0001.mp3", song)
    take(tmp_path, "Low\tTrust\tTonight\t1\t1\ttheirs/0001.mp3", "Low\tTrust\tCanada\t2\t1\t")
    with_audio, without = Track.objects.order_by("track_number")
    master = Master.objects.get()
    assert (master.track, master.container, master.size) == (with_audio, "mp3", len(song))
    assert with_audio.title == "Tonight"
    assert with_audio.duration_ms == master.duration_ms > 1  # the sound's, and not the sheet's
    with storages["masters"].open(master.storage_name) as kept:
        assert kept.read() == song
    work.run_due(limit=20)
    assert client.get(f"/api/v1/tracks/{with_audio.id}").json()["audio_url"]
    assert client.get(f"/api/v1/tracks/{without.id}").json()["audio_url"] is None
    recounts.compare()


def test_the_same_sheet_again_reads_no_object_and_a_later_one_adds_audio_to_a_song_without(
    put: Callable[[str, bytes], None], song: bytes, tmp_path: Path
) -> None:
    put("a.mp3", song)
    take(tmp_path, "Low\tTrust\tTonight\t1\t1\t")
    take(tmp_path, "Low\tTrust\tTonight\t1\t1\ta.mp3")
    master = Master.objects.get()
    take(tmp_path, "Low\tTrust\tTonight\t1\t1\ta.mp3")
    assert Master.objects.get() == master
    assert Track.objects.get() == master.track


def test_what_is_not_there_is_an_error_of_its_row_and_what_is_no_music_leaves_a_song_without(
    put: Callable[[str, bytes], None], song: bytes, tmp_path: Path, capsys: Any
) -> None:
    put("good.mp3", song)
    put("bad.mp3", b"<html>no music" * 100)
    rows = ("A\t\tOne\t\t\tgone.mp3", "A\t\tTwo\t\t\tbad.mp3", "A\t\tThree\t\t\tgood.mp3", "A\t\tFour\t\t\t/etc/passwd")
    with pytest.raises(CommandError, match="Not all rows"):
        take(tmp_path, *rows)
    said = capsys.readouterr().out
    assert 'Row 2 names audio that is not in the storage: "gone.mp3".' in said
    assert 'Row 3 is in without audio: "bad.mp3" ' in said
    assert 'Row 5 audio "/etc/passwd" is no name of an object in the storage.' in said
    assert sorted(Track.objects.values_list("title", flat=True)) == ["Three", "Two"]
    assert Master.objects.get().track.title == "Three"


def test_a_dry_run_looks_for_audio_and_takes_nothing(
    put: Callable[[str, bytes], None], song: bytes, tmp_path: Path, capsys: Any
) -> None:
    put("good.mp3", song)
    sheet = tmp_path / "sheet.tsv"
    sheet.write_text(f"{HEAD}\nA\t\tOne\t\t\tgone.mp3\nA\t\tThree\t\t\tgood.mp3")
    with pytest.raises(CommandError):
        call_command("import_catalog", str(sheet), dry_run=True)
    said = capsys.readouterr().out
    assert "Would add 1 tracks" in said
    assert "gone.mp3" in said
    assert not Track.objects.exists()
    assert not Master.objects.exists()
