"""Curators publish, hide and schedule songs and whole albums; listeners see it at once, or at the moment."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog import edits, releases, search
from catalog.models import Album, Artist, Change, Genre, Track

pytestmark = pytest.mark.django_db


def do(desk: Client, what: str, ids, *, kind: str = "track", **fields):
    form = {"ids": ",".join(map(str, ids)), "step": "apply", **fields}
    return desk.post(reverse(f"admin:catalog_{kind}_together", args=[what]), form, follow=True)


def seen(track: Track) -> set[str]:
    """Return where a listener finds the track."""
    search.index_pending()
    client = Client()
    found = {
        "page": client.get(f"/tracks/{track.id}").status_code == 200,
        "api": client.get(f"/api/v1/tracks/{track.id}").status_code == 200,
        "list": track.id in [row["id"] for row in client.get("/api/v1/tracks").json()["results"]],
        "search": track.id in [row["id"] for row in client.get("/api/v1/search", {"q": track.title}).json()["tracks"]],
        "album": track.album_id in [row["id"] for row in client.get("/api/v1/albums").json()["results"]],
        "play": client.post(f"/api/v1/tracks/{track.id}/play", {}, content_type="application/json").status_code == 201,
    }
    return {name for name, there in found.items() if there}


EVERYWHERE = {"page", "api", "list", "search", "album", "play"}


def test_hidden_song_is_seen_nowhere_and_comes_back_when_published(desk, make_track):
    track = make_track("Tideline")
    assert seen(track) == EVERYWHERE
    do(desk, "hide", [track.id])
    assert seen(track) == set()
    do(desk, "publish", [track.id])
    assert seen(track) == EVERYWHERE
    assert list(Change.objects.order_by("id").values_list("verb", flat=True)) == ["hidden", "published"]
    assert Genre.objects.get().tracks_count == Artist.objects.get().tracks_count == 1


def test_first_page_shows_what_will_be_done_and_does_nothing(desk, make_track):
    track = make_track("Tideline")
    page = desk.post(
        reverse("admin:catalog_track_changelist"), {"action": "hide", "_selected_action": [track.id]}
    ).content.decode()
    assert "Hide: 1 song" in page
    assert Track.objects.get().published


def test_scheduled_song_is_seen_from_its_moment_on_and_not_before(desk, make_track):
    track = make_track("Tideline")
    moment = timezone.now() + timedelta(hours=3)
    do(desk, "schedule", [track.id], release_at_0=moment.strftime("%Y-%m-%dT%H:%M"), release_at_1="UTC")
    track.refresh_from_db()
    assert track.release_at == moment.replace(second=0, microsecond=0)
    assert seen(track) == set()
    Track.objects.filter(id=track.id).update(release_at=timezone.now() - timedelta(seconds=1))
    releases.show_released(at=timezone.now())
    assert seen(track) == EVERYWHERE


@pytest.mark.parametrize(
    ("written", "zone", "kept"),
    [
        ("2030-07-01T10:30", "Europe/Berlin", datetime(2030, 7, 1, 8, 30, tzinfo=UTC)),
        ("2030-12-01T10:30", "Europe/Berlin", datetime(2030, 12, 1, 9, 30, tzinfo=UTC)),
        ("2030-07-01T10:30", "Asia/Kolkata", datetime(2030, 7, 1, 5, 0, tzinfo=UTC)),
        ("2030-07-01T10:30", "UTC", datetime(2030, 7, 1, 10, 30, tzinfo=UTC)),
    ],
)
def test_moment_is_read_in_its_zone_and_kept_in_utc(written, zone, kept, desk, make_track):
    track = make_track()
    do(desk, "schedule", [track.id], release_at_0=written, release_at_1=zone)
    assert Track.objects.get().release_at == kept
    page = desk.get(reverse("admin:catalog_track_change", args=[track.id])).content.decode()
    assert f'value="{kept:%Y-%m-%dT%H:%M}"' in page
    assert '<option value="UTC" selected>' in page


@pytest.mark.parametrize(
    ("written", "zone", "said"),
    [
        ("2030-03-31T02:30", "Europe/Berlin", "The clocks change in that hour"),  # there is no such time
        ("2030-10-27T02:30", "Europe/Berlin", "The clocks change in that hour"),  # there are two
        ("", "UTC", "Give date and time."),
        ("soon", "UTC", "Enter a valid date/time."),
        ("2030-03-31T02:30", "Mars/Olympus", "Select a valid choice"),
    ],
)
def test_moment_that_is_none_is_refused_in_words(written, zone, said, desk, make_track):
    track = make_track()
    answer = do(desk, "schedule", [track.id], release_at_0=written, release_at_1=zone)
    assert said in answer.content.decode()
    assert Track.objects.get().release_at is None


def test_album_is_published_hidden_and_scheduled_as_a_whole(desk, make_track):
    album = make_track("One").album
    make_track("Two")
    other = make_track("Three", album="Elsewhere")
    do(desk, "hide", [album.id], kind="album")
    assert set(Track.objects.filter(published=False).values_list("title", flat=True)) == {"One", "Two"}
    assert [row["id"] for row in Client().get("/api/v1/albums").json()["results"]] == [other.album_id]
    do(desk, "schedule", [album.id], kind="album", release_at_0="2030-07-01T10:30", release_at_1="UTC")
    assert Track.objects.filter(release_at__year=2030, published=True).count() == 2
    do(desk, "publish", [album.id], kind="album")
    assert Album.objects.get(id=album.id).tracks_count == 2


def test_albums_with_more_songs_than_one_act_may_change_are_refused(desk, make_track, monkeypatch):
    album = make_track("One").album
    make_track("Two")
    monkeypatch.setattr(edits, "MOST", 1)
    assert "Choose at most 1 at once." in do(desk, "hide", [album.id], kind="album").content.decode()
    assert not Change.objects.exists()


def test_lists_can_be_narrowed_to_what_is_hidden_or_scheduled(desk, make_track):
    make_track("Listed")
    make_track("Hidden", published=False)
    make_track("Coming", release_at=timezone.now() + timedelta(days=2))
    make_track("Gone", available=False)

    def found(state: str) -> list[str]:
        answer = desk.get(reverse("admin:catalog_track_changelist"), {"shown": state})
        return [track.title for track in answer.context["cl"].result_list]

    assert {state: found(state) for state in ("listed", "hidden", "scheduled", "gone")} == {
        "listed": ["Listed"],
        "hidden": ["Hidden"],
        "scheduled": ["Coming"],
        "gone": ["Gone"],
    }


def test_cached_answer_does_not_outlive_a_change(desk, make_track):
    track = make_track("Tideline")
    client = Client()
    first = client.get(f"/api/v1/albums/{track.album_id}")
    do(desk, "hide", [make_track("Ebb").id])
    again = client.get(f"/api/v1/albums/{track.album_id}", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert [song["title"] for song in again.json()["tracks"]] == ["Tideline"]
