"""Music that lies in a bucket already is taken in by streaming, and what is as it was is not fetched again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from catalog import bucketimport, media, objects, stores, work
from catalog.models import Album, BucketObject, Cover, LibraryFile, Master, Rendition, Track
from catalog.tests import audio
from catalog.tests.conftest import ON_S3
from spotify_lite.tests.rig import chaos, s3, server

pytestmark = [pytest.mark.django_db, *ON_S3]

THEIRS = "theirs"
SONGS = 40  # a round
MOST_FILES = 12  # on disk at once: fetched ahead, being read, being copied


@pytest.fixture(scope="module")
def theirs(running_s3: s3.Storage) -> None:
    running_s3.client().create_bucket(Bucket=THEIRS)


@pytest.fixture
def storage(storage: s3.Storage, theirs: None) -> s3.Storage:
    """Return the home of this node's media, with an empty bucket of the operator's beside it."""
    storage.empty(THEIRS)
    return storage


def put(storage: s3.Storage, folder: Path, *songs: str, album: str = "Harbour") -> dict[str, bytes]:
    """Put songs of these keys into their bucket, and return their bytes."""
    made = {}
    for number, key in enumerate(songs):
        path = audio.make(
            folder / f"{len(list(folder.glob('*.mp3')))}.mp3",
            title=f"Song {key}",
            artist="Mira Vale",
            album=album,
            tone=300 + number,
            tracknumber=number + 1,
        )
        made[key] = path.read_bytes()
        storage.client().put_object(Bucket=THEIRS, Key=key, Body=made[key])
    return made


def masters(storage: s3.Storage) -> list[str]:
    return storage.names(storage.origin.masters)


def run(prefix: str = "", **options: Any) -> None:
    call_command("import_bucket", prefix, bucket=THEIRS, **options)


def test_music_becomes_songs_that_lie_in_masters(storage: s3.Storage, tmp_path: Path, capsys: Any) -> None:
    songs = put(storage, tmp_path, "lib/Mira/01 Ä+& ö.mp3", "lib/Mira/02.mp3", "other/03.mp3")
    storage.client().put_object(Bucket=THEIRS, Key="lib/notes.txt", Body=b"no music")
    run("lib/")
    assert "Done. 2 files: 2 read, 0 unchanged, 0 gone" in capsys.readouterr().out
    assert {track.title for track in Track.objects.all()} == {f"Song {key}" for key in songs if key.startswith("lib/")}
    kept = {storages["masters"].open(master.storage_name).read() for master in Master.objects.all()}
    assert kept == {content for key, content in songs.items() if key.startswith("lib/")}
    assert masters(storage) == sorted(
        f"masters/{name}" for name in Master.objects.values_list("storage_name", flat=True)
    )
    assert len(storage.names(THEIRS)) == 4, "what is theirs stays"
    assert not LibraryFile.objects.exists()
    while work.run_due(limit=20):
        pass
    assert Rendition.objects.filter(name="source").count() == 2


def test_what_is_as_it_was_is_not_fetched_again(
    storage: s3.Storage, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    put(storage, tmp_path, "a/1.mp3", "a/2.mp3")
    storage.client().put_object(Bucket=THEIRS, Key="a/page.mp3", Body=b"<html>")
    run()
    capsys.readouterr()
    fetched: list[str] = []
    fetch = objects.fetch
    monkeypatch.setattr(objects, "fetch", lambda found, path: fetched.append(found.key) or fetch(found, path))
    run()
    out = capsys.readouterr().out
    assert "Done. 3 files: 0 read, 3 unchanged" in out
    assert "1 could not be read:\n  a/page.mp3 is not audio but HTML\n" in out
    assert fetched == []
    put(storage, tmp_path, "a/2.mp3", album="Another")
    run()
    assert "1 read, 2 unchanged" in capsys.readouterr().out
    assert fetched == ["a/2.mp3"]


def test_same_bytes_under_two_names_are_one_song(storage: s3.Storage, tmp_path: Path) -> None:
    content = put(storage, tmp_path, "a/1.mp3")["a/1.mp3"]
    storage.client().put_object(Bucket=THEIRS, Key="b/1.mp3", Body=content)
    run()
    assert (Track.objects.count(), Master.objects.count(), BucketObject.objects.count()) == (1, 1, 2)


def test_picture_beside_the_music_becomes_the_cover(storage: s3.Storage, tmp_path: Path) -> None:
    put(storage, tmp_path, "a/1.mp3", "a/2.mp3")
    for name, colour in (("cover.png", "teal"), ("album.png", "red")):
        storage.client().put_object(Bucket=THEIRS, Key=f"a/{name}", Body=audio.picture(colour, (300, 300)))
    run()
    while work.run_due(limit=20):
        pass
    album, cover = Album.objects.get(), Cover.objects.get()
    assert album.cover_key == cover.key
    assert any(name.startswith(f"covers/{cover.key[:2]}/{cover.key}/") for name in storage.names())


def test_never_more_than_a_few_files_lie_here(storage: s3.Storage, tmp_path: Path, monkeypatch: Any) -> None:
    put(storage, tmp_path, *(f"a/{number}.mp3" for number in range(40)))
    lying: list[int] = []
    take = objects.take

    def count(*args: Any) -> media.Stored:
        lying.append(sum(path.is_file() for path in (media.settings.MEDIA_DIR / "scratch").rglob("*")))
        return take(*args)

    monkeypatch.setattr(objects, "take", count)
    run()
    print(f"at most {max(lying)} files of 40 lay here at once")
    assert 0 < max(lying) <= MOST_FILES
    assert not any((media.settings.MEDIA_DIR / "scratch").iterdir())
    assert Track.objects.count() == 40


def test_what_cannot_be_copied_there_is_sent_from_here(storage: s3.Storage, tmp_path: Path, monkeypatch: Any) -> None:
    def refuse(*_: Any) -> None:
        raise OSError("was not copied: the storage refuses (NotImplemented)")

    content = put(storage, tmp_path, "a/1.mp3")["a/1.mp3"]
    monkeypatch.setattr(objects, "take", refuse)
    run()
    assert storages["masters"].open(Master.objects.get().storage_name).read() == content


def test_object_that_is_not_given_costs_the_others_nothing(
    storage: s3.Storage, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    put(storage, tmp_path, "a/1.mp3", "a/2.mp3")
    listed = objects.under

    def vanish(*args: Any) -> Iterator[objects.Found]:
        yield from list(listed(*args))
        storage.client().delete_object(Bucket=THEIRS, Key="a/1.mp3")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(objects, "under", vanish)
        run()
    assert "1 could not be read:\n  a/1.mp3 could not be fetched: it is not in the storage" in capsys.readouterr().out
    assert [track.title for track in Track.objects.all()] == ["Song a/2.mp3"]
    assert not BucketObject.objects.filter(name="a/1.mp3").exists(), "the next run asks again"


def test_storage_that_goes_away_ends_the_run_and_the_next_goes_on(
    storage: s3.Storage, tmp_path: Path, monkeypatch: Any
) -> None:
    put(storage, tmp_path, *(f"a/{number}.mp3" for number in range(5)))
    fetch, left = objects.fetch, [2]

    def fail(found: objects.Found, path: Path) -> str:
        left[0] -= 1
        if left[0] < 0:
            raise stores.Unreachable("the storage does not answer")
        return fetch(found, path)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(objects, "fetch", fail)
        with pytest.raises(CommandError, match="run it again"):
            run()
    run()
    assert Track.objects.count() == 5


@pytest.mark.parametrize("what", ["masters", "media/", "bucket", "nowhere"])
def test_what_is_ours_or_not_there_is_refused(storage: s3.Storage, what: str, settings: Any) -> None:
    if what == "nowhere":
        settings.STORAGES = settings.STORAGES | {"masters": {"BACKEND": "catalog.folders.Folder"}}
    bucket = {"masters": storage.origin.masters, "media/": storage.bucket, "bucket": "none"}.get(what)
    prefix = what if what.endswith("/") else ""
    words = {"masters": "own", "media/": "own", "bucket": "cannot be listed", "nowhere": "ORIGINS is not set"}[what]
    with pytest.raises(CommandError, match=words):
        call_command("import_bucket", prefix, bucket=bucket)


def test_served_bucket_is_imported_without_what_is_served(storage: s3.Storage, tmp_path: Path) -> None:
    content = put(storage, tmp_path, "x.mp3")["x.mp3"]
    for key in ("media/aa/served.mp3", "their music/1.mp3"):
        storage.client().put_object(Bucket=storage.bucket, Key=key, Body=content)
    assert bucketimport.import_bucket("").found == 1


@pytest.mark.slow
def test_killed_at_random_and_run_again_everything_is_in_once(storage: s3.Storage, tmp_path: Path) -> None:
    dice, killed_within = chaos.dice(), 0
    variables = server.environment(tmp_path / "var", 1, storage.environment)
    (tmp_path / "var").mkdir()
    server.make_tables(variables)
    for turn in range(1, chaos.ROUNDS + 1):
        put(storage, tmp_path, *(f"{turn}/{number}.mp3" for number in range(SONGS)))
        argv = ["import_bucket", f"{turn}/", "--bucket", THEIRS]
        before, enough = len(masters(storage)), dice.randrange(1, SONGS)
        running = subprocess.Popen(
            [sys.executable, "manage.py", *argv], cwd=server.ROOT, env=variables, stderr=subprocess.DEVNULL
        )
        while running.poll() is None and len(masters(storage)) < before + enough:
            time.sleep(0.005)
        killed_within += running.poll() is None
        if running.poll() is None:
            os.kill(running.pid, signal.SIGKILL)
        running.wait()
        ended = server.manage(variables, *argv).stdout
        assert ended.startswith("Done."), ended
        counted = "from catalog.models import *; print(Track.objects.count(), Master.objects.count())"
        told = server.manage(variables, "shell", "-v0", "-c", counted).stdout.split()
        assert told == [str(turn * SONGS)] * 2
        assert len(masters(storage)) == turn * SONGS
    print(f"{killed_within} of {chaos.ROUNDS} kills in the middle: {chaos.ROUNDS * SONGS} songs, each once")
    assert killed_within, "every kill came after the last song"
