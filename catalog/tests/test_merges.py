"""Artists or albums that are one are merged, keep their old addresses and files, and can be parted again."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog import states
from catalog.credits import Credit as Credited
from catalog.models import Album, AlbumCredit, Artist, Change, Credit, Genre, Merged, Track
from catalog.registry import Registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(make_track) -> tuple[Artist, Artist]:
    """Return two spellings of one artist, with a song and an album each, and a song that credits both."""
    make_track("One", artist="The Halcyons", album="Left", plays=9)
    make_track("Two", artist="Halcyons", album="Right")
    make_track("Three", artist="The Halcyons", featured=("Halcyons",), album=None)
    return Artist.objects.get(name="The Halcyons"), Artist.objects.get(name="Halcyons")


def everything() -> dict:
    """Return all that a merge touches, as the database has it."""
    taken = {}
    for kind, shape in states.KINDS.items():
        taken[kind] = states.take(kind, list(shape.model.objects.values_list("id", flat=True)))
    cards = dict(Track.objects.values_list("id", "card"))
    counts = list(Artist.objects.order_by("id").values_list("id", "tracks_count", "albums_count"))
    return {
        "taken": taken,
        "cards": cards,
        "counts": counts,
        "albums": list(Album.objects.order_by("id").values_list("id", "artists")),
    }


def merge(desk: Client, kind: str, keep: int, *others: int):
    ids = ",".join(map(str, (keep, *others)))
    return desk.post(reverse(f"admin:catalog_{kind}_merge"), {"ids": ids, "keep": keep}, follow=True)


def undo(desk: Client):
    return desk.post(
        reverse("admin:catalog_act", args=[Change.objects.filter(verb="merged").latest("id").act]), follow=True
    )


def test_merged_artist_has_all_songs_albums_and_names(desk, pair):
    stays, goes = pair
    assert "was merged into" in merge(desk, "artist", stays.id, goes.id).content.decode()
    artist = Artist.objects.get()
    assert (artist.id, artist.aliases, artist.tracks_count, artist.albums_count) == (stays.id, "Halcyons", 3, 2)
    assert {credit.artist_id for credit in Credit.objects.all()} == {stays.id}
    assert AlbumCredit.objects.get(album__title="Right").artist_id == stays.id
    two = Track.objects.get(title="Two")
    assert (two.artist, two.card["artists"]) == (
        "The Halcyons",
        [{"id": stays.id, "name": "The Halcyons", "role": "main"}],
    )
    three = Track.objects.get(title="Three")
    assert [(credit.artist_id, credit.role) for credit in three.credits.all()] == [(stays.id, "main")]


def test_undo_of_a_merge_restores_every_row_exactly(desk, pair):
    before = everything()
    merge(desk, "artist", pair[0].id, pair[1].id)
    assert everything() != before
    answer = undo(desk)
    assert "It was undone." in answer.content.decode()
    assert everything() == before
    assert not Merged.objects.exists()


def test_preview_tells_what_moves_and_changes_nothing(desk, pair):
    before = everything()
    page = desk.get(reverse("admin:catalog_artist_merge"), {"ids": f"{pair[0].id},{pair[1].id}"}).content.decode()
    for said in ("2 songs move to it.", "One album moves to it.", "It is also found as:", "“The Halcyons” stays"):
        assert said in page
    assert everything() == before


def test_list_leads_to_the_preview_with_the_most_played_first(desk, pair):
    chosen = {"action": "merge", "_selected_action": [row.id for row in reversed(pair)]}
    answer = desk.post(reverse("admin:catalog_artist_changelist"), chosen, follow=True)
    assert answer.context["plan"].keep == pair[0]
    alone = desk.post(
        reverse("admin:catalog_artist_changelist"), chosen | {"_selected_action": [pair[0].id]}, follow=True
    )
    assert "Choose two to merge" in alone.content.decode()


def test_old_addresses_lead_to_the_artist_that_stays(desk, pair):
    stays, goes = pair
    merge(desk, "artist", stays.id, goes.id)
    listener = Client()
    for old, new in (
        (f"/artists/{goes.id}", f"/artists/{stays.id}"),
        (f"/api/v1/artists/{goes.id}", f"/api/v1/artists/{stays.id}"),
    ):
        answer = listener.get(old)
        assert (answer.status_code, answer["Location"]) == (301, new)
    assert listener.get("/artists/987654").status_code == listener.get("/api/v1/artists/987654").status_code == 404
    undo(desk)
    assert listener.get(f"/artists/{goes.id}").status_code == 200


def test_merge_of_a_merge_is_followed_to_its_end(desk, pair, make_track):
    last = make_track("Four", artist="Halcyons, The", album=None).credits.get().artist
    merge(desk, "artist", pair[0].id, pair[1].id)
    merge(desk, "artist", last.id, pair[0].id)
    assert Client().get(f"/artists/{pair[1].id}")["Location"] == f"/artists/{last.id}"
    first = Change.objects.filter(verb="merged").earliest("id").act
    page = desk.get(reverse("admin:catalog_act", args=[first])).content.decode()
    assert "This cannot be undone:" in page
    undo(desk)
    assert Client().get(f"/artists/{pair[1].id}")["Location"] == f"/artists/{pair[0].id}"
    desk.post(reverse("admin:catalog_act", args=[first]))
    assert Artist.objects.count() == 3


def test_files_that_name_the_merged_artist_go_to_the_one_that_stays(desk, pair):
    stays, goes = pair
    Artist.objects.filter(id=goes.id).update(mbid="9c9f1380-2516-4fc9-a3e6-f9f61941d090")
    merge(desk, "artist", stays.id, goes.id)
    registry = Registry()
    people = [
        Credited("HALCYONS", "main"),
        Credited("Whoever", "main", mbid="9c9f1380-2516-4fc9-a3e6-f9f61941d090"),
        Credited("Another", "main"),
    ]
    registry.find_artists(people, at=timezone.now())
    assert [registry.artist(one).name for one in people] == ["The Halcyons", "The Halcyons", "Another"]
    assert registry.spelled("Halcyons") == "The Halcyons"
    assert Artist.objects.count() == 2


def test_merge_is_not_undone_over_a_later_change(desk, pair):
    merge(desk, "artist", pair[0].id, pair[1].id)
    track = Track.objects.get(title="Two")
    Credit.objects.filter(track=track).delete()
    before = everything()
    answer = undo(desk)
    assert "“Two” has been changed since." in answer.content.decode()
    assert everything() == before


def test_merged_albums_are_one_with_the_places_of_their_songs(desk, make_track):
    one = make_track("One", album="Lights", disc_number=1, track_number=1)
    two = make_track("Two", album="Lights (Deluxe)", disc_number=1, track_number=1)
    make_track("Three", album="Lights (Deluxe)", disc_number=2, track_number=4)
    Album.objects.filter(id=two.album_id).update(cover_wanted="ab" * 32, year=1999)
    before = everything()
    ids = f"{one.album_id},{two.album_id}"
    page = desk.get(reverse("admin:catalog_album_merge"), {"ids": ids, "keep": one.album_id}).content.decode()
    assert "share disc and number" in page
    assert "It gets the year 1999." in page
    merge(desk, "album", one.album_id, two.album_id)
    album = Album.objects.get()
    assert (album.id, album.tracks_count, album.year, album.cover_wanted) == (one.album_id, 3, 1999, "ab" * 32)
    places = Track.objects.order_by("disc_number", "title").values_list("title", "disc_number", "track_number")
    assert list(places) == [("One", 1, 1), ("Two", 1, 1), ("Three", 2, 4)]
    assert Track.objects.get(title="Two").card["album"] == {"id": album.id, "title": "Lights"}
    assert Client().get(f"/albums/{two.album_id}")["Location"] == f"/albums/{one.album_id}"
    undo(desk)
    assert everything() == before


def test_what_has_gone_meanwhile_is_said(desk, pair):
    answer = merge(desk, "artist", pair[0].id, 987654)
    assert "Some of them are there no more" in answer.content.decode()
    assert Artist.objects.count() == 2
    for ids in ("", "x", f"{pair[0].id}", "9" * 40):
        assert desk.get(reverse("admin:catalog_artist_merge"), {"ids": ids}).status_code == 302


def test_listener_cannot_merge(listener, pair):
    client = Client()
    client.force_login(listener)
    merge(client, "artist", pair[0].id, pair[1].id)
    assert Artist.objects.count() == 2
    assert Genre.objects.count() == 1
