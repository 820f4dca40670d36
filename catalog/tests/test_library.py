"""A scan reads what has changed, hides what has gone, and steps over what is no music."""

import hashlib
import os
import shutil
import socket

import pytest
from django.db import connection
from django.utils import timezone

from catalog import imports, library, media, paths, scan, work
from catalog.models import Album, Artist, CatalogVersion, Genre, LibraryFile, Master, Rendition, Track, Work
from catalog.tests import audio

pytestmark = pytest.mark.django_db


@pytest.fixture
def music(tmp_path):
    folder = tmp_path / "music"
    audio.make(
        folder / "Ida" / "Tides" / "1.mp3", title="Ebb", artist="Ida", album="Tides", genre="Dub", tracknumber="1"
    )
    audio.make(folder / "Ida" / "Tides" / "2.mp3", title="Flow", artist="Ida", album="Tides", tone=300, tracknumber="2")
    return folder


@pytest.fixture(autouse=True)
def own_turn(settings, tmp_path):
    """Imports of tests that run beside this one are none of its business."""
    settings.VAR_DIR = tmp_path


def reasons(report) -> dict[str, str]:
    return dict(report.unreadable)


def test_files_are_found_by_suffix_in_every_folder(music):
    for name in ("notes.txt", "cover.jpg", ".hidden.mp3", "._1.mp3"):
        (music / name).write_bytes(b"x")
    (music / ".Trash").mkdir()
    audio.make(music / ".Trash" / "x.mp3")
    audio.make(music / "Loud.MP3", tone=500, format="mp3")
    report = library.import_folder(music)
    assert (report.found, report.read, report.unreadable) == (3, 3, [])


def test_unchanged_files_are_not_opened(music, monkeypatch):
    library.import_folder(music)
    monkeypatch.setattr(os, "open", None)  # whoever opens a file now, fails
    assert library.import_folder(music).unchanged == 2


def test_unchanged_scan_costs_a_handful_of_queries(music, django_assert_num_queries):
    library.import_folder(music)
    turn = 2 if connection.vendor == "postgresql" else 0  # its advisory lock, taken and given back
    with django_assert_num_queries(turn + 3):  # the library, its files, the search outbox
        library.import_folder(music)


def test_removed_file_is_hidden_and_comes_back(music):
    library.import_folder(music)
    track, version = Track.objects.get(title="Ebb"), CatalogVersion.objects.get().number
    path = music / "Ida" / "Tides" / "1.mp3"
    path.rename(music.parent / "away.mp3")
    assert library.import_folder(music).gone == 1
    track.refresh_from_db()
    assert (track.available, Album.objects.get().tracks_count, Artist.objects.get().tracks_count) == (False, 1, 1)
    assert Genre.objects.get().tracks_count == 0
    assert CatalogVersion.objects.get().number > version
    (music.parent / "away.mp3").rename(path)
    library.import_folder(music)
    track.refresh_from_db()
    assert (track.available, Album.objects.get().tracks_count, Track.objects.count()) == (True, 2, 2)


def test_another_song_at_an_old_path_is_another_track(music):
    library.import_folder(music)
    old = Track.objects.get(title="Ebb")
    audio.make(music / "Ida" / "Tides" / "1.mp3", title="Else", artist="Otto", seconds=9)
    library.import_folder(music)
    old.refresh_from_db()
    assert (old.title, old.available) == ("Ebb", False)
    assert Track.objects.filter(title="Else", available=True).count() == 1


def test_unreadable_files_are_listed_and_change_nothing_else(music):
    (music / "empty.mp3").touch()
    (music / "page.mp3").write_bytes(b"<html>404</html>")
    (music / "noise.flac").write_bytes(bytes(range(256)) * 100)
    (music / "gone.mp3").symlink_to("nowhere")
    os.mkfifo(music / "pipe.mp3")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(music / "socket.mp3"))
        first = library.import_folder(music)
        second = library.import_folder(music)
    assert Track.objects.count() == 2
    assert reasons(first) == {
        "empty.mp3": "is empty",
        "page.mp3": "is not audio but HTML",
        "noise.flac": "holds no audio that can be recognised",
        "gone.mp3": "is a broken link",
        "pipe.mp3": "is not a file",
        "socket.mp3": "is not a file",
    }
    assert second.unreadable == first.unreadable
    assert second.read == 0
    assert LibraryFile.objects.get(path="page.mp3").reason == "is not audio but HTML"


def test_file_without_permission_is_listed(music):
    (music / "Ida" / "Tides" / "1.mp3").chmod(0)
    assert reasons(library.import_folder(music)) == {"Ida/Tides/1.mp3": "could not be opened: permission denied"}


def test_mended_file_comes_in_and_a_spoilt_one_is_hidden(music):
    path = music / "Ida" / "Tides" / "1.mp3"
    whole = path.read_bytes()
    path.write_bytes(b"<html>")
    library.import_folder(music)
    assert Track.objects.get().title == "Flow"
    path.write_bytes(whole)
    library.import_folder(music)
    track = Track.objects.get(title="Ebb")
    path.write_bytes(b"")
    library.import_folder(music)
    track.refresh_from_db()
    assert not track.available
    path.write_bytes(whole)
    library.import_folder(music)
    track.refresh_from_db()
    assert track.available


def test_loops_end_and_links_out_of_the_library_are_followed(music):
    (music / "Ida" / "loop").symlink_to(music)
    (music / "A loop").symlink_to(music / "Ida")
    audio.make(music.parent / "elsewhere" / "3.mp3", title="Rise", artist="Ida", tone=500)
    (music / "outside").symlink_to(music.parent / "elsewhere")
    (music / "one.mp3").symlink_to(music.parent / "elsewhere" / "3.mp3")
    report = library.import_folder(music)
    assert report.found == 4
    assert set(LibraryFile.objects.values_list("path", flat=True)) >= {"Ida/Tides/1.mp3", "outside/3.mp3", "one.mp3"}
    assert Track.objects.count() == 3


def test_names_that_are_not_text_are_kept_to_the_byte(music):
    name = os.fsdecode(b"caf\xe9.mp3")
    audio.make(music / "x.mp3", tone=500).rename(music / name)
    library.import_folder(music)
    library.import_folder(music)
    file = LibraryFile.objects.get(path__startswith="caf")
    assert file.path == "caf//e9.mp3"
    assert Track.objects.get(masters__files=file).title == "caf\xe9"
    assert paths.absolute(file.library.root, file.path) == music / name
    assert paths.absolute(file.library.root, file.path).exists()


def test_folder_that_cannot_be_listed_is_an_error(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        list(scan.walk(str(tmp_path / "none")))


def test_stop_keeps_what_is_written_and_the_next_run_goes_on(tmp_path):
    for place in range(40):
        audio.make(tmp_path / f"{place}.mp3", title=f"Song {place}", artist="Ida", seconds=1 + place / 100)
    done = []
    report = library.import_folder(tmp_path, progress=lambda now, total: done.append(now), stop=lambda: len(done) >= 10)
    assert (report.stopped, Track.objects.count()) == (True, 10)
    report = library.import_folder(tmp_path)
    assert (report.unchanged, report.read, Track.objects.count()) == (10, 30, 40)


def test_rescan_takes_up_one_changed_file(music):
    library.import_folder(music)
    file = LibraryFile.objects.get(path="Ida/Tides/1.mp3")
    key = Rendition.objects.get(file=file).key
    os.utime(music / file.path, ns=(5, 5))
    library.rescan(Work(subject_id=file.id))
    assert Rendition.objects.get(file=file).key != key
    assert Album.objects.get().tracks_count == 2
    (music / file.path).unlink()
    library.rescan(Work(subject_id=file.id))
    assert Album.objects.get().tracks_count == 1
    library.rescan(Work(subject_id=0))


def test_copies_do_not_need_the_folder(music, settings):
    library.import_folder(music, copy=True)
    masters = list(Master.objects.order_by("id"))
    assert [master.storage_name for master in masters] == [media.object_name(one.sha256, "mp3") for one in masters]
    assert Work.objects.filter(kind="source").count() == 2
    assert not LibraryFile.objects.exists()
    library.import_folder(music, copy=True)
    assert (Track.objects.count(), Master.objects.count()) == (2, 2)
    assert set(Track.objects.values_list("available", flat=True)) == {True}


def test_copy_of_a_folder_in_place_outlives_the_folder(music):
    library.import_folder(music)
    library.import_folder(music, copy=True)
    work.run_due(limit=10)
    os.utime(music / "Ida" / "Tides" / "1.mp3", ns=(5, 5))  # a look at the folder does not tie them to it again
    library.import_folder(music)
    shutil.rmtree(music)
    music.mkdir()
    library.import_folder(music)
    assert set(Track.objects.values_list("available", flat=True)) == {True}
    for rendition in Rendition.objects.all():
        assert rendition.file is None
        assert media.rendition_path(rendition.key, "mp3").is_file()


def test_copy_takes_over_when_another_encoding_in_place_goes(music):
    library.import_folder(music, copy=True)
    work.run_due(limit=10)
    Rendition.objects.all().delete()
    other = music.parent / "other"
    audio.make(other / "1.flac", title="Ebb", artist="Ida", album="Tides", tracknumber="1", albumartist="Ida")
    library.import_folder(other)
    Rendition.objects.update_or_create(
        name="source",
        track=Track.objects.get(title="Ebb"),
        defaults={"master": Master.objects.get(codec="flac"), "file": LibraryFile.objects.get(), "key": "a" * 64}
        | {"extension": "flac", "mime": "audio/flac", "size": 1, "created_at": timezone.now()},
    )
    (other / "1.flac").unlink()
    library.import_folder(other)
    work.run_due(limit=10)
    assert Rendition.objects.get(track__title="Ebb").mime == "audio/mpeg"
    assert Track.objects.get(title="Ebb").available


def test_folder_picture_that_comes_later_is_noticed(music):
    library.import_folder(music)
    assert Album.objects.get().cover_wanted is None
    for colour in ("teal", "coral"):
        (music / "Ida" / "Tides" / "cover.png").write_bytes(audio.picture(colour))
        library.import_folder(music)
        assert Album.objects.get().cover_wanted == hashlib.sha256(audio.picture(colour)).hexdigest()
        assert library.import_folder(music).read == 0
    (music / "Ida" / "Tides" / "cover.png").unlink()
    assert library.import_folder(music).gone == 0


def test_embedded_picture_stays_when_one_is_laid_beside_it(tmp_path):
    for place in (1, 2, 3):
        path = tmp_path / f"{place}.mp3"
        cover = audio.picture() if place == 2 else None
        audio.make(path, title=f"{place}", artist="Ida", album="Tides", tracknumber=place, tone=place * 99, cover=cover)
    library.import_folder(tmp_path)
    (tmp_path / "folder.jpg").write_bytes(audio.picture("coral"))
    library.import_folder(tmp_path)
    assert Album.objects.get().cover_wanted == hashlib.sha256(audio.picture()).hexdigest()


def test_second_import_waits_for_the_first(music, transactional_db):
    told: list[str] = []
    with imports.turn() as ours:
        assert ours
        report = library.import_folder(music, waiting=lambda: told.append("waits"), stop=lambda: bool(told))
        assert (report.stopped, told, Track.objects.count()) == (True, ["waits"], 0)
        with pytest.raises(work.Failed, match="An import is running"):
            library.rescan(Work(subject_id=1))
    assert library.import_folder(music, waiting=lambda: told.append("again")).read == 2
    assert told == ["waits"]


def test_copy_with_new_tags_is_the_same_track(music):
    library.import_folder(music, copy=True)
    ids = set(Track.objects.values_list("id", flat=True))
    audio.make(
        music / "Ida" / "Tides" / "1.mp3", title="Ebb", artist="Ida", album="Tides", tracknumber="1", genre="Ambient"
    )
    library.import_folder(music, copy=True)
    assert set(Track.objects.values_list("id", flat=True)) == ids
