"""What is served is copied to every region, once and whole, whichever of them are away meanwhile."""

import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog import copies, covers, media, work
from catalog.models import Library, LibraryFile, Master, Placement, Rendition, Work
from catalog.tests import audio
from catalog.tests.conftest import ON_S3
from conftest import MakeTrack
from spotify_lite.places import Origin
from spotify_lite.tests.rig import faults, s3

pytestmark = [*ON_S3, pytest.mark.django_db]

NEAR = "near"  # a region whose bucket lies on the home server, and so is there whenever that is


@pytest.fixture(scope="module")
def far_server(tmp_path_factory: pytest.TempPathFactory, running_s3: s3.Storage) -> Iterator[s3.Storage]:
    """Start a second server with the node's keys: one pair serves all origins."""
    port, folder = s3.paired_port(), tmp_path_factory.mktemp("far")
    running = s3.Storage(port, folder, "music-far", "far", running_s3.access_key, running_s3.secret_key)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def line(far_server: s3.Storage) -> Iterator[faults.Proxy]:
    with faults.proxy(far_server.port) as proxy:
        yield proxy


@pytest.fixture
def home(empty_s3: s3.Storage, far_server: s3.Storage, line: faults.Proxy, settings: Any) -> s3.Storage:
    """Keep media in S3 with a second region on a server of its own, behind a line that counts."""
    s3.use(empty_s3, settings)
    settings.ORIGINS = (empty_s3.origin, Origin("far", line.url, far_server.bucket))
    line.heal()
    line.forget()
    for key in far_server.names():
        far_server.client().delete_object(Bucket=far_server.bucket, Key=key)
    return empty_s3


@pytest.fixture
def make_rendition(make_track: MakeTrack, tmp_path: Path) -> Any:
    """Return a maker of a track with a stored rendition; the sound is its title."""

    def make(title: str, *, plays: int = 0) -> Rendition:
        track = make_track(title, plays=plays)
        path = tmp_path / "sound"
        path.write_bytes(title.encode() * 1000)
        stored = media.put_rendition(path, "mp4")
        Rendition.objects.filter(track=track).update(key=stored.key, extension="mp4", size=stored.size)
        return Rendition.objects.get(track=track)

    return make


@pytest.fixture
def make_master(make_track: MakeTrack, tmp_path: Path) -> Any:
    """Return a maker of a stored master that has no rendition yet: a tone of a second."""

    def make(tone: int) -> Master:
        stored = media.put_master(audio.make(tmp_path / "tone.wav", tone=tone), "wav")
        return Master.objects.create(
            track=make_track(f"Tone {tone}", playable=False, duration_ms=1000),
            fingerprint=stored.key,
            sha256=stored.key,
            storage_name=stored.name,
            container="wav",
            codec="pcm",
            duration_ms=1000,
            size=stored.size,
        )

    return make


def bytes_in(storage: s3.Storage, bucket: str = "") -> dict[str, str]:
    """Return the hash of each object."""
    client, bucket = storage.client(), bucket or storage.bucket
    return {
        name: hashlib.sha256(client.get_object(Bucket=bucket, Key=name)["Body"].read()).hexdigest()
        for name in storage.names(bucket)
    }


def puts(line: faults.Proxy) -> Counter[str]:
    found: Counter[str] = Counter()
    for (method, path, _), count in line.requests.items():
        if method == "PUT":
            found[path] += count
    return found


def run_all() -> None:
    """Do all work, and that which waits for its next try too."""
    Work.objects.update(ready_at=timezone.now())
    cache.clear()  # which region did not answer
    work.run_due(limit=100)


def told(*arguments: str) -> str:
    """Run the command, and return what it said."""
    said = io.StringIO()
    call_command("copy_objects", *arguments, stdout=said)
    return said.getvalue()


def path_of(rendition: Rendition) -> str:
    return f"media/{rendition.key[:2]}/{rendition.key}.mp4"


def test_rendition_is_copied_and_noted(home, far_server, make_rendition):
    rendition = make_rendition("Tideline")
    copies.want([rendition])
    run_all()
    assert bytes_in(far_server) == bytes_in(home) == {path_of(rendition): rendition.key}
    placed = Placement.objects.get()
    assert (placed.name, placed.region, placed.size) == (path_of(rendition), "far", rendition.size)
    assert not Work.objects.exists()


def test_what_is_there_is_not_sent_again(home, far_server, line, make_rendition):
    copies.want([make_rendition("Tideline")])
    run_all()
    assert sum(puts(line).values()) == 1
    line.forget()
    copies.want(Rendition.objects.all())
    run_all()
    assert not line.requests


def test_the_most_played_goes_first(home, make_rendition):
    cold, hot = make_rendition("Cold"), make_rendition("Hot", plays=1_000_000)
    copies.want([cold, hot])
    assert work.run_due(limit=1) == 1
    assert Placement.objects.get().name == path_of(hot)


def test_cover_is_copied_in_all_sizes(home, far_server):
    key = covers.take(io.BytesIO(audio.picture()))
    run_all()
    assert len(far_server.names()) == 4
    assert bytes_in(far_server) == bytes_in(home)
    assert sorted(Placement.objects.values_list("name", flat=True)) == far_server.names()
    assert all(name.startswith(f"covers/{key[:2]}/{key}/") for name in far_server.names())


def test_region_that_refuses_holds_up_no_other(home, far_server, settings):
    """One that takes none of our objects came first: those behind it got nothing, of a cover not even one size."""
    shut = Origin("shut", home.endpoint, "NO")  # a bucket cannot be called so
    settings.ORIGINS = (home.origin, shut, *settings.ORIGINS[1:])
    covers.take(io.BytesIO(audio.picture()))
    run_all()
    assert bytes_in(far_server) == bytes_in(home)
    assert set(Placement.objects.values_list("region", flat=True)) == {"far"}
    assert Work.objects.get().reason.startswith("Region shut does not take it: ")
    for _ in range(work.ATTEMPTS):
        run_all()
    assert Work.objects.get().state == Work.State.FAILED


def test_nothing_is_asked_for_where_there_is_nowhere_to_copy_to(make_track):
    make_track()
    copies.want(Rendition.objects.all())
    assert not Work.objects.exists()
    with pytest.raises(CommandError, match="nowhere to copy to"):
        call_command("copy_objects")


def test_what_is_played_in_place_and_what_has_gone_is_not_copied(home, line, make_rendition):
    gone, in_place = make_rendition("Gone"), make_rendition("In place")
    copies.want([gone])
    gone.delete()
    library = Library.objects.create(root="/music")
    in_place.file = LibraryFile.objects.create(library=library, path="song.mp3", size=1, mtime_ns=1)
    in_place.save()
    copies.want([in_place])
    assert Work.objects.count() == 1
    run_all()
    assert not Work.objects.exists()
    assert not line.requests


def test_region_that_was_dead_gets_everything_once_when_it_is_back(home, far_server, line, make_master, settings):
    """The whole way: masters are packaged while a region is dead, and that holds up neither packaging nor others."""
    near = Origin(NEAR, home.endpoint, "music-near")
    settings.ORIGINS = (*settings.ORIGINS, near)
    home.client().create_bucket(Bucket=near.bucket)
    far_server.stop()
    masters = [make_master(tone) for tone in (330, 440, 550)]
    work.enqueue_many("source", {master.pk: {} for master in masters})
    work.run_due(limit=6)
    assert Rendition.objects.count() == 3
    assert bytes_in(home, near.bucket) == bytes_in(home)
    waiting = Work.objects.filter(kind="copy")
    for _ in range(work.ATTEMPTS + 2):  # more tries than a failure has
        run_all()
    assert [(row.state, row.attempts) for row in waiting] == [(Work.State.QUEUED, 0)] * 3
    assert all(row.ready_at > timezone.now() + timedelta(seconds=10) for row in waiting)
    far_server.start()
    line.forget()
    run_all()
    assert not Work.objects.filter(kind="copy").exists()
    assert bytes_in(far_server) == bytes_in(home)
    assert len(far_server.names()) == 3
    assert puts(line) == {f"/{far_server.bucket}/{name}": 1 for name in far_server.names()}
    assert Placement.objects.filter(region="far").count() == Placement.objects.filter(region=NEAR).count() == 3


def test_dead_region_is_asked_once_and_not_by_every_row(home, line, make_rendition):
    copies.want([make_rendition(f"Song {number}") for number in range(4)])
    line.spoil(refuse=True)
    work.run_due(limit=10)
    line.heal()
    work.run_due(limit=10)
    assert not line.requests
    assert Work.objects.filter(state=Work.State.QUEUED, attempts=0).count() == 4


def test_waits_get_longer_and_end_somewhere(home, line, make_rendition):
    copies.want([make_rendition("Tideline")])
    line.spoil(refuse=True)
    waits = []
    for age in (timedelta(0), timedelta(minutes=10), timedelta(days=30)):
        Work.objects.update(created_at=timezone.now() - age)
        run_all()
        waits.append(Work.objects.get().ready_at - timezone.now())
    assert timedelta(seconds=10) < waits[0] < timedelta(minutes=1) < waits[1] < timedelta(minutes=8)
    assert timedelta(minutes=29) < waits[2] < timedelta(minutes=31)


def test_damaged_object_is_not_spread(home, far_server, make_rendition):
    rendition = make_rendition("Tideline")
    home.client().put_object(Bucket=home.bucket, Key=path_of(rendition), Body=b"x" * rendition.size)
    copies.want([rendition])
    run_all()
    assert "is damaged in the storage" in Work.objects.get().reason
    assert far_server.names() == []
    assert not Placement.objects.exists()


def test_damaged_copy_is_replaced(home, far_server, make_rendition):
    rendition = make_rendition("Tideline")
    far_server.client().put_object(Bucket=far_server.bucket, Key=path_of(rendition), Body=b"stump")
    copies.want([rendition])
    run_all()
    assert bytes_in(far_server) == {path_of(rendition): rendition.key}


def test_region_that_is_added_gets_what_is_there(home, far_server, line, make_rendition, settings):
    both = settings.ORIGINS
    settings.ORIGINS = both[:1]
    renditions = [make_rendition(f"Song {number}") for number in range(5)]
    key = covers.take(io.BytesIO(audio.picture()))
    settings.ORIGINS = both
    assert "Done. 6 of 6 lack a copy" in told()
    run_all()
    assert bytes_in(far_server) == bytes_in(home)
    assert len(far_server.names()) == 5 + len(media.cover_names(key))
    assert "Done. 0 of 6 lack a copy" in told()
    assert "Done. 0 of 2 lack a copy" in told("--after", str(renditions[2].id))
    assert not Work.objects.exists()
    for name in far_server.names():
        far_server.client().delete_object(Bucket=far_server.bucket, Key=name)
    assert "Forgot 9 objects of far." in told("--anew", "far")
    run_all()
    assert bytes_in(far_server) == bytes_in(home)
    with pytest.raises(CommandError, match="none of the regions"):
        told("--anew", "moon")


def test_looking_for_what_lacks_costs_a_few_queries_a_thousand(home, make_rendition, django_assert_num_queries):
    for number in range(10):
        make_rendition(f"Song {number}")
    with django_assert_num_queries(9):  # renditions, what is placed, tracks, 4 of the work, no more renditions
        assert [looked.asked for looked in copies.want_lacking(after=1)] == [Rendition.objects.filter(id__gt=1).count()]
