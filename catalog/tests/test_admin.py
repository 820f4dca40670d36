"""Curators change the catalog, and everything that is kept follows at once."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, User
from catalog import curation, search, work
from catalog.admin import scale
from catalog.models import Album, Artist, CatalogVersion, Credit, Genre, Library, LibraryFile, SearchChange, Track, Work
from playback.models import Play

pytestmark = pytest.mark.django_db

LISTS = [
    *("artist", "album", "track", "genre", "library", "libraryfile", "master", "rendition", "work"),
    *("accounts_user", "accounts_apitoken", "playback_play"),
]


@pytest.fixture
def office(superuser) -> Client:
    client = Client()
    client.force_login(superuser)
    return client


def page(model: str, row_id: int | None = None) -> str:
    if row_id is None:
        return reverse(f"admin:catalog_{model}_add")
    return reverse(f"admin:catalog_{model}_change", args=[row_id])


@pytest.mark.parametrize("model", [Artist, Album, Track, Genre])
def test_every_page_opens(model, desk, make_track):
    make_track()
    name = model._meta.model_name
    assert desk.get(page(name, model.objects.get().id)).status_code == 200
    assert desk.get(page(name)).status_code == (403 if model is Track else 200)  # a song begins with its file


def track_form(track: Track, **changes) -> dict:
    """Return what the browser sends for this track's page."""
    form = {
        "title": track.title,
        "artist": track.artist,
        "album": track.album_id or "",
        "disc_number": 1,
        "published": "on",
    }
    for prefix, rows, columns in (
        ("credits", track.credits.order_by("position"), ("artist_id", "role", "position")),
        ("track_genres", track.track_genres.order_by("position"), ("genre_id", "position")),
    ):
        form |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": len(rows)}
        for place, row in enumerate(rows):
            form |= {f"{prefix}-{place}-id": row.id, f"{prefix}-{place}-track": track.id}
            form |= {f"{prefix}-{place}-{name.removesuffix('_id')}": getattr(row, name) for name in columns}
    return {name: value for name, value in (form | changes).items() if value is not None}


def saved(answer) -> None:
    assert answer.status_code == 302, answer.context["errors"]


def test_retitled_track_is_retitled_everywhere(desk, make_track):
    track = make_track("Tideline")
    SearchChange.objects.all().delete()
    version = CatalogVersion.objects.get().number
    saved(desk.post(page("track", track.id), track_form(track, title="The Ebb")))
    track.refresh_from_db()
    assert (track.card["title"], track.sort_title) == ("The Ebb", "ebb")
    assert SearchChange.objects.filter(kind="track", subject_id=track.id).exists()
    assert CatalogVersion.objects.get().number > version


def test_unpublished_track_leaves_the_counts(desk, make_track):
    track = make_track("One")
    make_track("Two")
    saved(desk.post(page("track", track.id), track_form(track, published=None)))
    assert not Track.objects.get(id=track.id).published
    assert (Album.objects.get().tracks_count, Artist.objects.get().tracks_count) == (1, 1)
    assert Genre.objects.get().tracks_count == 1


def test_moved_track_is_counted_on_its_new_album_only(desk, make_track):
    track, other = make_track("One", album="Left"), make_track("Two", album="Right")
    saved(desk.post(page("track", track.id), track_form(track, album=other.album_id)))
    counts = dict(Album.objects.values_list("title", "tracks_count"))
    assert counts == {"Left": 0, "Right": 2}
    assert Track.objects.get(id=track.id).card["album"] == {"id": other.album_id, "title": "Right"}


def test_new_credit_is_on_the_card_and_in_the_artists_list(desk, make_track):
    track = make_track("One", plays=500)
    guest = make_track("Two", artist="青木なつみ", album=None).credits.get().artist
    form = track_form(track)
    form |= {"credits-TOTAL_FORMS": 2, "credits-1-track": track.id, "credits-1-artist": guest.id}
    form |= {"credits-1-role": "featured", "credits-1-position": 1}
    saved(desk.post(page("track", track.id), form))
    track.refresh_from_db()
    assert [artist["name"] for artist in track.card["artists"]] == ["Halcyon Pike", "青木なつみ"]
    assert Credit.objects.get(track=track, artist=guest).bucket == track.bucket
    guest.refresh_from_db()
    assert guest.tracks_count == 2


def test_renamed_artist_is_renamed_on_cards_and_albums_and_still_found_by_files(desk, make_track):
    track = make_track()
    artist = Artist.objects.get()
    saved(desk.post(page("artist", artist.id), {"name": "Hálcyon Pike", "aliases": "HP; Pike"}))
    artist.refresh_from_db()
    assert (artist.match_key, artist.sort_name) == ("halcyon pike", "halcyon pike")
    assert Track.objects.get(id=track.id).card["artists"][0]["name"] == "Hálcyon Pike"
    assert Album.objects.get().artists[0]["name"] == "Hálcyon Pike"
    assert set(SearchChange.objects.values_list("kind", flat=True)) == {"track", "album", "artist"}


def test_second_artist_of_a_name_is_refused(desk, make_track):
    make_track()
    answer = desk.post(page("artist"), {"name": "HALCYON  pike", "aliases": ""})
    assert answer.context["errors"] == [["There is an artist of this name."]]
    assert Artist.objects.count() == 1


def test_new_artist_album_and_genre_are_made(desk):
    saved(desk.post(page("artist"), {"name": "OHM/AMP", "aliases": ""}))
    artist = Artist.objects.get()
    inline = {"credits-TOTAL_FORMS": 1, "credits-INITIAL_FORMS": 0, "credits-0-position": 0}
    form = {"title": "The Volt", "artist": "OHM/AMP", "year": 2026, **inline, "credits-0-artist": artist.id}
    saved(desk.post(page("album"), form))
    saved(desk.post(page("genre"), {"name": "Drum & Bass"}))
    album = Album.objects.get()
    assert (album.sort_title, album.artists) == ("volt", [{"id": artist.id, "name": "OHM/AMP"}])
    assert Genre.objects.get().slug == "drum-bass"
    assert desk.post(page("album"), form).context["errors"] == [["There is an album of this artist and title."]]


def test_renamed_genre_keeps_its_address(desk, make_track):
    track = make_track(genres=("Ambient",))
    genre = Genre.objects.get()
    saved(desk.post(page("genre", genre.id), {"name": "Quiet"}))
    genre.refresh_from_db()
    assert genre.slug == "ambient"
    assert Track.objects.get(id=track.id).card["genre"] == "Quiet"


def test_name_on_many_cards_is_changed_in_batches_by_workers(desk, make_track, monkeypatch):
    monkeypatch.setattr(curation, "BATCH", 3)
    for number in range(8):
        make_track(f"Song {number}", album=f"Album {number}")
    artist = Artist.objects.get()
    saved(desk.post(page("artist", artist.id), {"name": "Hálcyon Pike", "aliases": ""}))

    def renamed() -> tuple[int, int]:
        cards = [track.card["artists"][0]["name"] for track in Track.objects.all()]
        albums = [album.artists[0]["name"] for album in Album.objects.all()]
        return cards.count("Hálcyon Pike"), albums.count("Hálcyon Pike")

    assert renamed() == (3, 3)
    assert work.run_due(limit=10) == 2
    assert renamed() == (8, 8)
    assert not Work.objects.exists()


def test_song_cannot_be_deleted_by_anyone(desk, office, make_track):
    track = make_track()
    for client in (desk, office):
        address = reverse("admin:catalog_track_delete", args=[track.id])
        assert client.post(address, {"post": "yes"}).status_code == 403
        assert "delete_selected" not in client.get(reverse("admin:catalog_track_changelist")).content.decode()
        assert "Songs are not deleted" in client.get(page("track", track.id)).content.decode()
    assert Track.objects.filter(id=track.id).exists()


def test_what_is_referred_to_cannot_be_deleted(desk, make_track):
    make_track()
    for model in (Artist, Album, Genre):
        name, row = model._meta.model_name, model.objects.get()
        desk.post(reverse(f"admin:catalog_{name}_delete", args=[row.pk]), {"post": "yes"})
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        desk.post(reverse(f"admin:catalog_{name}_changelist"), chosen)
        assert model.objects.filter(pk=row.pk).exists()


def test_failed_work_is_tried_again_by_the_action(desk):
    failed, waiting = work.enqueue("source", 1), work.enqueue("source", 2)
    Work.objects.filter(id=failed.id).update(state=Work.State.FAILED, reason="It is not audio but HTML.", attempts=5)
    url = reverse("admin:catalog_work_changelist")
    assert "It is not audio but HTML." in desk.get(url).content.decode()
    answer = desk.post(url, {"action": "retry", "_selected_action": [failed.id, waiting.id]}, follow=True)
    assert "1 queued again." in answer.content.decode()
    failed.refresh_from_db()
    assert (failed.state, failed.attempts, failed.reason) == (Work.State.QUEUED, 0, "")


def test_unreadable_files_are_listed_with_their_reason(desk):
    library = Library.objects.create(root="/music")
    LibraryFile.objects.create(library=library, path="a.mp3", size=0, mtime_ns=0, reason="is empty")
    LibraryFile.objects.create(library=library, path="b.mp3", size=1, mtime_ns=0)
    listed = desk.get(reverse("admin:catalog_libraryfile_changelist"), {"reason__isempty": 0}).content.decode()
    assert "is empty" in listed
    assert "b.mp3" not in listed


@pytest.mark.parametrize("model", LISTS)
def test_lists_cost_the_same_whatever_their_length(model, office, make_track, django_assert_num_queries):
    url = reverse(f"admin:{model if '_' in model else f'catalog_{model}'}_changelist")

    def grow(start: int, end: int) -> None:
        for number in range(start, end):
            make_track(f"Song {number}", artist=f"Artist {number}", album=f"Album {number}", genres=(f"G{number}",))
            root = Library.objects.create(root=f"/music{number}")
            LibraryFile.objects.create(library=root, path=f"{number}.mp3", size=1, mtime_ns=1)
            work.enqueue("source", number)
            person = User.objects.create_user(f"person{number}")
            ApiToken.objects.create(user=person, prefix=str(number), digest=str(number), created_at=timezone.now())
            track = Track.objects.latest("id")
            Play.objects.create(listener=person, track=track, play_id=uuid.uuid4(), started_at=timezone.now())

    grow(0, 3)
    office.get(url)
    with CaptureQueriesContext(connection) as few:
        assert office.get(url).status_code == 200
    grow(3, 10)
    with django_assert_num_queries(len(few)):
        office.get(url)
    assert office.get(url, {"q": "Song 3"}).status_code == 200


@pytest.mark.parametrize("model", ["libraryfile", "master", "rendition", "work"])
def test_what_the_service_writes_cannot_be_edited(model, desk, make_track):
    make_track()
    assert desk.get(reverse(f"admin:catalog_{model}_add")).status_code == 403


def test_listener_has_no_key_to_the_desk(listener):
    client = Client()
    client.force_login(listener)
    assert client.get(reverse("admin:catalog_track_changelist")).status_code == 302


def test_search_of_the_desk_finds_what_listeners_find_and_what_is_hidden_from_them(desk, make_track):
    shown = make_track("Tideline", artist="Halcyon Pike", album="Slow Harbour Lights")
    hidden = make_track("Tideline at dawn", artist="Mira Vale", album="Glass Weather", published=False)
    coming = make_track("Low tideline", artist="OHM/AMP", album=None, release_at=timezone.now() + timedelta(days=9))
    while search.index_pending():
        pass

    def found(kind: str, typed: str) -> set[int]:
        page = desk.get(reverse(f"admin:catalog_{kind}_changelist"), {"q": typed})
        return {row.pk for row in page.context["cl"].result_list}

    assert found("track", "tideline") == {shown.id, hidden.id, coming.id}
    assert hidden.id in found("track", "TIDELINE mira")
    assert shown.id in found("track", "tidelin halcyon")
    assert found("album", "harbour lights") == {shown.album_id}
    assert found("album", "weather glass") == {hidden.album_id}
    assert found("artist", "ohm") == {coming.credits.get().artist_id}
    assert found("track", "zzyzx") == set()


def test_a_list_counts_no_further_than_one_act_may_reach(desk, make_track, monkeypatch):
    monkeypatch.setattr(scale, "COUNTED", 3)
    for number in range(5):
        make_track(f"Song {number}")

    page = desk.get(reverse("admin:catalog_track_changelist"))

    assert page.context["cl"].result_count == 3
    with CaptureQueriesContext(connection) as queries:
        desk.get(reverse("admin:catalog_track_changelist"))
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"] and "catalog_track" in query["sql"]]
    assert counts
    assert all("LIMIT 3" in sql for sql in counts)
