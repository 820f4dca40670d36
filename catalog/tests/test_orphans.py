"""What no row names is deleted everywhere, a day later; what a row names, or may yet name, never is."""

import hashlib
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from catalog import covers, leftovers, media, orphans, stores
from catalog.models import Cover, Master, Placement, Rendition, Sweep, Track, Upload
from conftest import MakeTrack
from spotify_lite.places import Origin
from spotify_lite.tests.rig import s3

pytestmark = pytest.mark.django_db

FOREIGN = ("aa/notes.txt", "aa/ready", "zz/" + "a" * 64 + ".mp4", "incoming/1234")  # names that are not ours
SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(10**6)


@pytest.fixture
def track(make_track: MakeTrack) -> Track:
    return make_track(playable=False)


def put(alias: str, body: bytes, pattern: str = "{}.mp4") -> str:
    """Keep bytes under their hash and return the name; of covers one size under the key that they would have."""
    sha256 = hashlib.sha256(body).hexdigest()
    name = f"{sha256[:2]}/{pattern.format(sha256)}"
    stores.store(alias).put(name, BytesIO(body), size=len(body), sha256=sha256)
    return name


def name_by_row(alias: str, name: str, track: Track) -> None:
    """Write the row that makes the object wanted."""
    key = name.split("/")[1].partition(".")[0]
    about = {"track": track, "fingerprint": key, "container": "wav", "codec": "pcm", "size": 1}
    if alias == "covers":
        Cover.objects.create(key=key, tint="rust", created_at=timezone.now())
    elif alias == "masters":
        Master.objects.create(storage_name=name, sha256=key, **about)
    else:
        master = Master.objects.create(**about)
        label = f"r{Rendition.objects.count()}"
        Rendition.objects.create(
            track=track, master=master, name=label, key=key, extension="mp4", size=1, created_at=timezone.now()
        )


def pause() -> datetime:
    """Return a moment between what was kept so far and what is kept from now on: storages count whole seconds."""
    time.sleep(1.01 - time.time() % 1)
    moment = timezone.now()
    time.sleep(1.01)
    return moment


def names(store: stores.Store) -> set[str]:
    return {one.name for one in store.under("")}


def kept() -> dict[str, set[str]]:
    return {alias: names(stores.store(alias)) for alias in ("renditions", "covers", "masters")}


def old(alias: str, name: str) -> None:
    """Make a file look as if it was written days ago; buckets cannot be made to."""
    ago = time.time() - 3 * 24 * 3600
    os.utime(storages[alias].path(name), (ago, ago))


def in_thread(function: Callable[[], object]) -> threading.Thread:
    """Run the function in a thread with a connection of its own, and return once it waits for its turn."""

    def run() -> None:
        try:
            function()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    until = time.monotonic() + 20
    while not _waits(thread):
        assert thread.is_alive(), "it did not wait"
        assert time.monotonic() < until
        time.sleep(0.01)
    return thread


def _waits(thread: threading.Thread) -> bool:
    frame = sys._current_frames().get(thread.ident or 0)
    while frame and frame.f_code is not leftovers.turn.__wrapped__.__code__:
        frame = frame.f_back
    return frame is not None


def test_mixed_storage_loses_exactly_what_is_old_and_nameless(kept_in, track, monkeypatch):
    """Any mix of kinds, ages, rows and foreign names; the seed is printed, SEED=... repeats it."""
    monkeypatch.setattr(orphans, "IRREPLACEABLE", orphans.OLD)
    print(f"SEED={SEED}")
    chance = random.Random(SEED)
    patterns = {"renditions": "{}.mp4", "covers": "{}/320.webp", "masters": "{}.wav"}
    expected: dict[str, set[str]] = {alias: set() for alias in patterns}
    lost = 0
    for young in (False, True):
        for number in range(40):
            alias = chance.choice(list(patterns))
            name = put(alias, f"{number} {young} {alias}".encode(), patterns[alias])
            named = chance.random() < 0.5
            if named:
                name_by_row(alias, name, track)
            if named or young:
                expected[alias].add(name)
            lost += not (named or young)
        if not young:
            for name in FOREIGN:
                stores.store("masters").put(name, BytesIO(b"x"), size=1, sha256=hashlib.sha256(b"x").hexdigest())
                expected["masters"].add(name)
            border = pause()
    found = [one for prefix in orphans.PREFIXES for one in orphans.sweep(prefix, at=border + orphans.OLD)]
    assert kept() == expected
    assert len(found) == lost > 0


def test_upload_that_waits_names_its_file_and_one_that_has_failed_too(track):
    waiting, failed, ready = (put("masters", body, "{}.wav") for body in (b"waiting", b"failed", b"ready"))
    for name, state in ((waiting, "waiting"), (failed, "failed"), (ready, "ready")):
        Upload.objects.create(
            name="song", storage_name=name, sha256=name[3:67], size=1, state=state, created_at=timezone.now()
        )
    for prefix in {name[:2] for name in (waiting, failed, ready)}:
        orphans.sweep(prefix, at=timezone.now() + timedelta(days=31))
    assert kept()["masters"] == {waiting, failed}


def test_master_that_a_restored_backup_does_not_know_stays_for_a_month(track):
    """The rows of the last week's uploads are in a newer backup; their bytes are nowhere else."""
    master, rendition = put("masters", b"upload", "{}.wav"), put("renditions", b"upload")
    for name in (master, rendition):
        orphans.sweep(name[:2], at=timezone.now() + timedelta(days=29))
    assert kept() == {"masters": {master}, "renditions": set(), "covers": set()}
    orphans.sweep(master[:2], at=timezone.now() + timedelta(days=31))
    assert kept()["masters"] == set()


def test_picture_that_is_still_to_be_cut_stays():
    name = put("masters", b"picture", "{}.png")
    row = covers.enqueue(name[3:67], payload={"picture": name})
    assert orphans.sweep(name[:2], at=timezone.now() + timedelta(days=31)) == []
    row.delete()
    assert [one.name for one in orphans.sweep(name[:2], at=timezone.now() + timedelta(days=31))] == [name]


@pytest.mark.rig
@pytest.mark.xdist_group("s3")
def test_what_belonged_to_a_deleted_track_goes_with_its_copies(make_track, empty_s3, settings):
    s3.use(empty_s3, settings)
    far = Origin("far", empty_s3.endpoint, "music-swept")
    settings.ORIGINS = (empty_s3.origin, far)
    empty_s3.client().create_bucket(Bucket=far.bucket)
    track, other = make_track("Gone", playable=False), make_track("Stays", playable=False)
    gone, stays = put("renditions", b"gone"), put("renditions", b"stays")
    name_by_row("renditions", gone, track)
    name_by_row("renditions", stays, other)
    there = stores.store_at(far, "renditions")
    for name, body in ((gone, b"gone"), (stays, b"stays")):
        there.put(name, BytesIO(body), size=len(body), sha256=name[3:67])
        Placement.objects.create(name=f"media/{name}", region="far", size=1, created_at=timezone.now())
    track.delete()
    at = timezone.now() + timedelta(days=2)
    found = orphans.sweep(gone[:2], at=at) + orphans.sweep(stays[:2], at=at)
    assert [(one.region, one.name) for one in found] == [("", gone), ("far", gone)]
    assert names(there) == kept()["renditions"] == {stays}
    assert Placement.objects.get().name == f"media/{stays}"


@pytest.mark.django_db(transaction=True)
def test_row_that_is_written_between_the_listing_and_the_deletion_saves_its_object(track):
    name = put("renditions", b"song")
    old("renditions", name)
    with leftovers.turn():
        sweep = in_thread(lambda: orphans.sweep(name[:2], at=timezone.now()))
        name_by_row("renditions", name, track)
    sweep.join()
    assert kept()["renditions"] == {name}


@pytest.mark.django_db(transaction=True)
def test_object_that_is_wanted_again_between_the_listing_and_the_deletion_stays():
    name = put("renditions", b"song")
    old("renditions", name)
    with leftovers.turn():
        sweep = in_thread(lambda: orphans.sweep(name[:2], at=timezone.now()))
        os.utime(storages["renditions"].path(name))  # what a writer does in its turn
    sweep.join()
    assert kept()["renditions"] == {name}


@pytest.mark.django_db(transaction=True)
def test_writer_who_is_slower_than_the_sweep_writes_it_again():
    name = put("renditions", b"song")
    old("renditions", name)
    with leftovers.turn():
        writer = in_thread(lambda: put("renditions", b"song"))
        stores.store("renditions").delete(name)
    writer.join()
    assert kept()["renditions"] == {name}


def test_writing_what_is_old_saves_it_from_the_next_sweep(tmp_path: Path):
    (tmp_path / "song").write_bytes(b"song")
    name = media.put_rendition(tmp_path / "song", "mp4").name
    old("renditions", name)
    media.put_rendition(tmp_path / "song", "mp4")
    assert orphans.sweep(name[:2], at=timezone.now()) == []
    old("renditions", name)
    assert [one.name for one in orphans.sweep(name[:2], at=timezone.now())] == [name]


def test_runs_go_on_where_the_last_one_ended_and_begin_anew_a_day_later(monkeypatch):
    monkeypatch.setattr(orphans, "SLICE", 0.0)  # a prefix a run
    now = timezone.now()
    for _ in range(3):
        orphans.sweep_due(at=now)
    assert list(Sweep.objects.order_by("prefix").values_list("prefix", flat=True)) == ["00", "01", "02"]
    Sweep.objects.bulk_create(Sweep(prefix=prefix, at=now) for prefix in orphans.PREFIXES[3:])
    orphans.sweep_due(at=now + timedelta(hours=1))
    assert not Sweep.objects.exclude(at=now).exists()
    Sweep.objects.filter(prefix="7f").update(at=now - timedelta(hours=1))
    orphans.sweep_due(at=now + timedelta(days=1))
    assert [one.prefix for one in Sweep.objects.exclude(at=now)] == ["7f"]


def test_small_storage_is_swept_in_one_run(track):
    name = put("covers", b"picture", "{}/64.webp")
    name_by_row("renditions", put("renditions", b"song"), track)
    assert [one.name for one in orphans.sweep_due(at=timezone.now() + timedelta(days=2))] == [name]
    assert Sweep.objects.count() == 256


def test_storage_of_another_database_is_left_alone(track):
    """Somebody starts a node with an empty database, or a backup, on a full storage."""
    songs = {put("renditions", b"%d" % number) for number in range(20)}
    later = timezone.now() + timedelta(days=2)
    with pytest.raises(orphans.Strange, match="20 of 20 objects have no row"):
        orphans.sweep_due(at=later)
    for name in songs:
        old("renditions", name)
    with pytest.raises(CommandError, match="20 of 20 objects have no row"):
        call_command("sweep_objects")
    assert kept()["renditions"] == songs
    assert not Sweep.objects.exists()
    for name in sorted(songs)[:10]:
        name_by_row("renditions", name, track)
    assert {one.name for one in orphans.sweep_due(at=later)} == set(sorted(songs)[10:])


def test_storage_that_is_away_ends_the_run_and_nothing_else(settings):
    settings.S3_ACCESS_KEY = settings.S3_SECRET_KEY = "key"
    settings.ORIGINS = (Origin("home", "http://127.0.0.1:9", "music"), Origin("far", "http://127.0.0.1:9", "music"))
    name = put("renditions", b"song")
    orphans.sweep_due(at=timezone.now())
    assert not Sweep.objects.exists()
    with pytest.raises(CommandError, match="Stopped after 0 objects: 00/ cannot be listed"):
        call_command("sweep_objects", "--all")
    assert kept()["renditions"] == {name}


def test_command_lists_and_deletes():
    gone, young = put("renditions", b"gone"), put("renditions", b"young")
    old("renditions", gone)
    said = StringIO()
    call_command("sweep_objects", "--dry-run", stdout=said)
    assert said.getvalue().splitlines() == [f"home renditions {gone} 4", "1 objects would go, 4 bytes."]
    assert kept()["renditions"] == {gone, young}
    assert not Sweep.objects.exists()
    call_command("sweep_objects", "--all", stdout=said)
    assert said.getvalue().splitlines()[-1] == "1 objects deleted, 4 bytes."
    assert kept()["renditions"] == {young}


def test_looking_up_costs_one_query_and_not_one_an_object(django_assert_num_queries, track):
    everything: list[Any] = []
    for number in range(12):
        name = put("renditions", b"%d" % number)
        name_by_row("renditions", name, track)
        everything += [one for one in stores.store("renditions").under(name[:2]) if one.name == name]
    for some in (everything[:3], everything):
        with django_assert_num_queries(1):
            assert orphans._without_row("renditions", some) == []


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there, nobody limits a statement")
def test_turn_that_does_not_come_in_time_is_a_storage_that_is_busy() -> None:
    """A web node limits its statements: who sent bytes that are here already, in the middle of a sweep, got a 500."""
    other = connection.copy()
    try:
        with other.cursor() as sweeping:
            sweeping.execute("SELECT pg_advisory_lock(%s)", [leftovers.SWEEP_LOCK])
        with connection.cursor() as own:
            own.execute("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(stores.Unreachable), transaction.atomic(), leftovers.turn():
            pass
    finally:
        other.close()


def test_nothing_is_deleted_while_a_backup_is_made_and_only_one_is(track: Track) -> None:
    """Its rows are of the moment at which it began: they name what no row may name by now."""
    name = put("renditions", b"was replaced while it was copied")
    later = timezone.now() + timedelta(days=2)
    begun, over, refused = threading.Event(), threading.Event(), []

    def back_up() -> None:  # another process has a connection of its own, as a thread has
        with leftovers.backup() as alone:
            assert alone
            begun.set()
            over.wait(20)
        connection.close()

    def back_up_too() -> None:
        with leftovers.backup() as alone:
            refused.append(not alone)
        connection.close()

    first, second = threading.Thread(target=back_up), threading.Thread(target=back_up_too)
    first.start()
    assert begun.wait(20)
    second.start()
    second.join()
    assert orphans.sweep(name[:2], at=later) == []
    assert orphans.sweep_due(at=later) == []
    over.set()
    first.join()
    assert refused == [True]
    assert [one.name for one in orphans.sweep(name[:2], at=later)] == [name]
