"""Many songs or albums are edited in one act: what is ticked, after a preview, in batches where they are many."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog import curation, edits, history, reverts, work
from catalog.models import Album, Change, Genre, Track, Work

pytestmark = pytest.mark.django_db


def together(desk: Client, ids, step: str, *, kind: str = "track", what: str = "edit", **fields):
    form = {"ids": ",".join(map(str, ids)), "step": step, **fields}
    return desk.post(reverse(f"admin:catalog_{kind}_together", args=[what]), form, follow=True)


@pytest.fixture
def songs(make_track) -> list[int]:
    return [make_track(f"Song {number}", year=1990 + number).id for number in range(4)]


def test_list_leads_to_the_form(desk, songs):
    chosen = {"action": "edit_together", "_selected_action": songs[:2]}
    page = desk.post(reverse("admin:catalog_track_changelist"), chosen)
    assert page.context["ids"] == f"{songs[0]},{songs[1]}"
    assert "2 songs" in page.content.decode()


def test_whole_list_can_be_chosen(desk, songs):
    chosen = {"action": "edit_together", "_selected_action": songs[:1], "select_across": "1"}
    page = desk.post(reverse("admin:catalog_track_changelist"), chosen)
    assert page.context["count"] == 4


def test_only_what_is_ticked_changes_in_one_act(desk, songs):
    together(desk, songs[:3], "apply", set_year="on", year=2020, artist="Nobody")
    assert list(Track.objects.order_by("id").values_list("year", flat=True)) == [2020, 2020, 2020, 1993]
    assert set(Track.objects.values_list("artist", flat=True)) == {"Halcyon Pike"}
    assert Track.objects.get(id=songs[0]).card["year"] == 2020
    assert Change.objects.values_list("act", flat=True).distinct().count() == 1
    assert Change.objects.filter(verb="together").count() == 3
    assert Track.objects.get(id=songs[0]).curated == ["year"]


def test_preview_shows_old_and_new_and_changes_nothing(desk, songs):
    page = together(desk, songs, "preview", set_year="on", year=1990).content.decode()
    assert "1993" in page
    assert "Nothing: it is so already." in page
    assert not Change.objects.exists()


def test_act_is_undone_with_one_press(desk, songs):
    answer = together(desk, songs, "apply", set_year="on", year=2020, set_explicit="on", explicit="on")
    assert "Undo this for all 4" in answer.content.decode()
    desk.post(answer.request["PATH_INFO"])
    assert list(Track.objects.order_by("id").values_list("year", "explicit", "curated")) == [
        (1990 + number, False, []) for number in range(4)
    ]
    again = desk.post(answer.request["PATH_INFO"], follow=True)
    assert "It was undone already." in again.content.decode()


def test_undo_touches_nothing_where_one_song_was_changed_since(desk, songs):
    act = (
        Change.objects.get(subject_id=songs[0]).act
        if together(desk, songs, "apply", set_year="on", year=2020)
        else None
    )
    Track.objects.filter(id=songs[2]).update(year=1977)
    answer = desk.post(reverse("admin:catalog_act", args=[act]), follow=True)
    assert "Nothing was changed. “Song 2” has been changed since." in answer.content.decode()
    assert list(Track.objects.order_by("id").values_list("year", flat=True)) == [2020, 2020, 1977, 2020]


def test_genres_are_replaced_or_added(desk, songs):
    dub, house = (Genre.objects.create(name=name, slug=name.lower()) for name in ("Dub", "House"))
    together(desk, songs[:1], "apply", set_genres="on", genres=[dub.id, house.id])
    together(desk, songs[1:2], "apply", set_more_genres="on", more_genres=[dub.id])
    assert sorted(Track.objects.get(id=songs[0]).card["genres"]) == ["Dub", "House"]
    assert Track.objects.get(id=songs[1]).card["genres"] == ["Ambient", "Dub"]
    dub.refresh_from_db()
    assert dub.tracks_count == 2


def test_songs_move_to_another_album_and_off_it(desk, songs, make_track):
    other = make_track("Other", album="Elsewhere")
    together(desk, songs[:2], "apply", set_album="on", album=other.album_id)
    assert Album.objects.get(title="Elsewhere").tracks_count == 3
    together(desk, songs[:1], "apply", set_album="on", album="")
    assert Track.objects.get(id=songs[0]).album is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Tick what you want to change."),
        ({"set_artist": "on", "artist": ""}, "This cannot be empty."),
        ({"set_year": "on", "year": "soon"}, "Enter a whole number."),
        ({"set_album": "on", "album": 987654}, "Select a valid choice"),
    ],
)
def test_wrong_form_is_told_in_words(fields, said, desk, songs):
    assert said in together(desk, songs, "apply", **fields).content.decode()
    assert not Change.objects.exists()


def test_nothing_chosen_leads_back_to_the_list(desk):
    assert desk.get(reverse("admin:catalog_track_together", args=["edit"])).status_code == 302
    assert together(desk, [], "apply").redirect_chain
    assert desk.get(reverse("admin:catalog_track_together", args=["burn"])).status_code == 404


def test_more_than_one_act_may_hold_is_refused(desk, songs, monkeypatch):
    monkeypatch.setattr(edits, "MOST", 3)
    assert "Choose at most 3 at once." in together(desk, songs, "apply", set_year="on", year=1).content.decode()
    assert not Change.objects.exists()


def test_album_fields_are_edited_together(desk, songs):
    album = Album.objects.get()
    together(desk, [album.id], "apply", kind="album", set_compilation="on", compilation="on", set_year="on", year=1984)
    album.refresh_from_db()
    assert (album.compilation, album.year, album.curated) == (True, 1984, ["compilation", "year"])


def test_many_are_edited_and_undone_in_batches_by_workers(desk, curator, songs, monkeypatch):
    monkeypatch.setattr(curation, "BATCH", 2)
    page = together(desk, songs, "apply", set_year="on", year=2020)
    act = Change.objects.first().act
    assert list(Track.objects.order_by("id").values_list("year", flat=True)) == [2020, 2020, 1992, 1993]
    assert "2 more are still being changed" in page.content.decode()
    assert reverts.waiting(act) == 2
    with pytest.raises(reverts.Conflict, match="still at work"):
        reverts.undo(act, by=curator)
    work.run_due(limit=10)
    assert set(Track.objects.values_list("year", flat=True)) == {2020}
    assert Change.objects.filter(act=act).count() == 4
    reverts.undo(act, by=curator)
    assert list(Track.objects.order_by("id").values_list("year", flat=True)) == [1990, 1991, 2020, 2020]
    work.run_due(limit=10)
    assert list(Track.objects.order_by("id").values_list("year", flat=True)) == [1990, 1991, 1992, 1993]
    assert not Work.objects.exists()


def test_batch_costs_the_same_number_of_queries_whatever_its_size(curator, make_track):
    def cost(ids: list[int], year: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            edits.apply(history.begin(curator, "together"), "track", ids, {"year": year})
        return len(queries)

    ids = [make_track(f"Song {number}").id for number in range(10)]
    assert cost(ids[:3], 2001) == cost(ids, 2002)
