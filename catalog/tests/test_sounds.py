"""Curators see what there is to hear of a song, how loud it is, and what is being made or was given up."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog import progress, work
from catalog.models import Artist, Measurement, Rendition, Track, Upload, Work

pytestmark = pytest.mark.django_db


@pytest.fixture
def track(make_track):
    """Return a song with a ladder of one step."""
    track = make_track()
    master = track.masters.get()
    Rendition.objects.create(
        track=track, master=master, name="aac128", key="a" * 64, extension="mp4", mime="audio/mp4", bitrate=129,
        size=2_900_000, created_at=timezone.now(),
    )  # fmt: skip
    Measurement.objects.create(
        master=master, fingerprint=master.fingerprint, recipe=1, steps="128", samples=1, sample_rate=44100,
        loudness_lufs=-11.23, true_peak_dbtp=-0.4, waveform=b"", created_at=timezone.now(),
    )  # fmt: skip
    return track


def words(body: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body.decode()))


def queue(track: Track, **fields) -> Work:
    row = work.enqueue("ladder", track.masters.get().id)
    Work.objects.filter(id=row.id).update(**fields)
    row.refresh_from_db()
    return row


def test_song_shows_its_renditions_and_its_loudness(desk, track):
    said = words(desk.get(reverse("admin:catalog_track_change", args=[track.id])).content)
    assert "as it came in audio/mpeg 128" in said
    assert "aac128 audio/mp4 129 2.8 MB" in said
    assert "Its loudness is -11.2 LUFS, its true peak -0.4 dBTP." in said


def test_song_shows_what_is_being_made_and_why_it_was_given_up(desk, track):
    queue(track, state="running", progress=45, lease_owner="x")
    page = reverse("admin:catalog_track_change", args=[track.id])
    assert "Encode and measure a song: running (45 %)" in words(desk.get(page).content)
    queue(track, state="failed", progress=45, reason="There is no audio in it.")
    assert "Encode and measure a song: failed – There is no audio in it." in words(desk.get(page).content)


def test_silent_song_says_so(desk, track):
    Measurement.objects.update(loudness_lufs=None, true_peak_dbtp=None)
    page = reverse("admin:catalog_track_change", args=[track.id])
    assert "it is silent or very short" in words(desk.get(page).content)


def test_upload_shows_the_same_of_its_song(desk, curator, track):
    upload = Upload.objects.create(
        curator=curator, name="a.mp3", sha256="0" * 64, size=1, track=track, created_at=timezone.now()
    )
    said = words(desk.get(reverse("admin:catalog_upload_change", args=[upload.id])).content)
    assert "Its loudness is -11.2 LUFS" in said


def test_work_names_its_song_and_how_far_it_is(desk, track):
    queue(track, state="running", progress=45, attempts=2, lease_owner="x")
    answer = desk.get(reverse("admin:catalog_work_changelist"))
    assert f"encode and measure a song {track.title} running, 45 %" in words(answer.content)
    assert reverse("admin:catalog_track_change", args=[track.id]).encode() in answer.content


def test_work_names_its_artist_and_no_number_where_it_is_about_all(desk, track):
    artist = Artist.objects.get()
    for kind, subject in (("artist", artist.id), ("index", 0)):
        work.enqueue(kind, subject)
    Work.objects.update(state=Work.State.FAILED, reason="It crashed.")
    link = f'href="{reverse("admin:catalog_artist_change", args=[artist.id])}"'
    listed, overview = (desk.get(reverse(f"admin:{page}")) for page in ("catalog_work_changelist", "index"))
    assert f"count the songs of an artist {artist.name} failed" in words(listed.content)
    assert "build the search index - failed" in words(listed.content)
    assert f"Count the songs of an artist It crashed. {artist.name}" in words(overview.content)
    assert "Build the search index It crashed." in words(overview.content)
    assert link in listed.content.decode()
    assert link in overview.content.decode()


def test_progress_is_written_seldom_and_only_by_who_holds_the_work(track, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    row = queue(track, state="running", lease_owner="one")
    told, seen = progress.Progress(row, 200), []
    for second in range(7):
        clock[0] = 100.0 + second
        told.tell(10 * second)
        seen.append(Work.objects.get().progress)
    assert seen == [None, None, 10, 10, 20, 20, 30]
    Work.objects.update(lease_owner="another", progress=None)
    clock[0] += 10
    told.tell(100)
    assert Work.objects.get().progress is None


def test_overview_names_the_songs_of_work_that_was_given_up(desk, track):
    queue(track, state="failed", attempts=5, reason="There is no audio in it.")
    Work.objects.filter(id=work.enqueue("cover", track.masters.get().id).id).update(state="failed")
    page = words(desk.get("/admin/").content)
    assert f"Encode and measure a song There is no audio in it. {track.title}" in page
    assert f"Cut a cover {track.masters.get().id}" in page, "a cover's work has another subject, whatever its number"
