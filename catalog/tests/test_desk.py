"""What the desk's pages say: counts, sizes, and the ways between the desk and the player."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog import desk as first_page
from catalog import sizes
from catalog.models import Genre, Track, Upload

pytestmark = pytest.mark.django_db


def save(client: Client, track: Track, **changes) -> str:
    """Save the track's page as a browser does, without its credits; return the page that follows."""
    form = {"title": track.title, "artist": track.artist, "album": track.album_id, "disc_number": 1, "published": "on"}
    form |= {f"{rows}-{what}_FORMS": 0 for rows in ("credits", "track_genres") for what in ("TOTAL", "INITIAL")}
    form |= changes
    answer = client.post(
        reverse("admin:catalog_track_change", args=[track.pk]),
        {name: value for name, value in form.items() if value is not None},
        follow=True,
    )
    return answer.content.decode()


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1024, "1 kB"),
        (132_000, "129 kB"),
        (3_565_158, "3.4 MB"),
        (1024**3, "1 GB"),
        (5 * 1024**4, "5120 GB"),
    ],
)
def test_sizes_are_said_in_one_way(count, words):
    assert sizes.say(count) == words


def test_released_songs_are_scheduled_no_more(make_track):
    now = timezone.now()
    tracks = [make_track(title=f"Song {number}") for number in range(3)]
    for track, moment in zip(tracks, (now - timedelta(days=1), now + timedelta(days=1), None), strict=True):
        Track.objects.filter(id=track.id).update(release_at=moment)
    assert first_page.overview().scheduled == 1


def test_saving_says_so_and_leads_to_the_player(desk, make_track):
    track = make_track(title="Oat Milk")
    page = save(desk, track, title="Oat Milk Summer")
    assert "“Oat Milk Summer” was saved." in page
    assert f'href="{reverse("track", args=[track.id])}">See it in the player' in page
    assert Track.objects.get().title == "Oat Milk Summer"


def test_hidden_song_leads_to_no_page_of_the_player(desk, make_track):
    track = make_track()
    page = save(desk, track, published=None)
    assert "was saved." in page
    assert "See it in the player" not in page
    own = desk.get(reverse("admin:catalog_track_change", args=[track.id])).content.decode()
    assert "See it in the player" not in own


@pytest.mark.parametrize("kind", ["track", "album", "artist"])
def test_curators_alone_get_from_the_player_to_the_desk(kind, desk, listener, make_track):
    track = make_track()
    row_id = {"track": track.id, "album": track.album_id, "artist": track.credits.get().artist_id}[kind]
    address, edit = reverse(kind, args=[row_id]), reverse(f"admin:catalog_{kind}_change", args=[row_id])
    assert edit in desk.get(address).content.decode()
    other = Client()
    assert edit not in other.get(address).content.decode()
    other.force_login(listener)
    assert edit not in other.get(address).content.decode()


def test_genre_that_songs_have_is_kept_and_the_page_says_how_many_have_it(desk, make_track):
    for number in range(3):
        make_track(title=f"Song {number}", genres=("Dub",))
    genre = Genre.objects.get(name="Dub")
    address = reverse("admin:catalog_genre_delete", args=[genre.id])
    page = desk.get(address).content.decode()
    assert "3 places of songs or albums: take it off there first." in page
    assert "object (" not in page
    desk.post(address, {"post": "yes"})
    assert Genre.objects.filter(id=genre.id).exists()


def test_upload_is_told_in_words_and_links_to_its_song_alone(desk, curator, make_track):
    track = make_track()
    upload = Upload.objects.create(
        curator=curator, name="song.mp3", sha256="0" * 64, size=132_000, track=track, created_at=timezone.now()
    )
    page = desk.get(reverse("admin:catalog_upload_change", args=[upload.id])).content.decode()
    assert "129 kB" in page
    assert f'href="{reverse("admin:catalog_track_change", args=[track.id])}"' in page
    assert "/admin/accounts/" not in page
    assert "/history/" not in page
