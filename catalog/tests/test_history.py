"""What curators do is written down, cannot be rewritten, and can be taken back."""

import importlib

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from catalog import curation, history, states
from catalog.models import Album, Artist, Change, Genre, Track

pytestmark = pytest.mark.django_db


def track_form(track: Track, **changes) -> dict:
    """Return what the browser sends for this track's page."""
    form = {
        "title": track.title,
        "artist": track.artist,
        "album": track.album_id or "",
        "disc_number": track.disc_number,
        "year": track.year or "",
        "published": "on",
        "release_at_1": "UTC",
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


def change(desk: Client, track: Track, **changes) -> Change:
    """Change a track on its page; return what was written down."""
    answer = desk.post(reverse("admin:catalog_track_change", args=[track.id]), track_form(track, **changes))
    assert answer.status_code == 302, answer.context["errors"]
    track.refresh_from_db()
    return Change.objects.of("track", track.id).first()


def revert(desk: Client, row: Change):
    """Press the button of the page that shows what a revert does."""
    address = reverse("admin:catalog_revert", args=[row.id])
    return desk.post(address, {"seal": desk.get(address).context["seal"]}, follow=True)


def test_change_is_written_down_with_who_what_and_when(desk, curator, make_track):
    track = make_track("Tideline", year=1999)
    row = change(desk, track, title="The Ebb", year=2001)
    assert (row.verb, row.kind, row.subject_id, row.label) == ("changed", "track", track.id, "The Ebb")
    assert (row.actor, row.actor_id) == ("curator", curator.id)
    assert row.before == {"title": "Tideline", "year": 1999, "curated": []}
    assert row.after == {"title": "The Ebb", "year": 2001, "curated": ["title", "year"]}
    page = desk.get(reverse("admin:catalog_track_history", args=[track.id])).content.decode()
    for said in ("Title:", "Tideline", "The Ebb", "Year:", "1999", "2001", "curator"):
        assert said in page


def test_saving_without_a_change_writes_nothing(desk, make_track):
    assert change(desk, make_track()) is None


def test_credits_and_genres_are_told_by_name(desk, make_track):
    track = make_track("One")
    guest = make_track("Two", artist="青木なつみ", album=None).credits.get().artist
    added = {"credits-TOTAL_FORMS": 2, "credits-1-track": track.id, "credits-1-artist": guest.id}
    change(desk, track, **added, **{"credits-1-role": "featured", "credits-1-position": 1})
    page = desk.get(reverse("admin:catalog_track_history", args=[track.id])).content.decode()
    assert "Halcyon Pike, 青木なつみ (featured)" in page


def test_revert_brings_back_fields_credits_and_genres_and_is_a_change_itself(desk, make_track):
    track = make_track("One", genres=("Ambient", "Dub"))
    guest = make_track("Two", artist="Guest", album=None).credits.get().artist
    before = states.take("track", [track.id])[track.id]
    added = {"credits-TOTAL_FORMS": 2, "credits-1-track": track.id, "credits-1-artist": guest.id}
    added |= {"credits-1-role": "featured", "credits-1-position": 1, "track_genres-0-DELETE": "on"}
    row = change(desk, track, title="Uno", **added)
    answer = revert(desk, row)
    assert "is as it was before" in answer.content.decode()
    assert states.take("track", [track.id])[track.id] == before
    track.refresh_from_db()
    assert (track.sort_title, track.card["title"], track.card["genres"]) == ("one", "One", ["Ambient", "Dub"])
    assert Change.objects.of("track", track.id).first().verb == "reverted"
    guest.refresh_from_db()
    assert guest.tracks_count == 1


def test_revert_shows_first_what_it_will_do(desk, make_track):
    track = make_track("One")
    first = change(desk, track, title="Two")
    change(desk, track, year=2020)
    page = desk.get(reverse("admin:catalog_revert", args=[first.id])).content.decode()
    assert "This takes back a later change too" in page
    assert "2020" in page
    track.refresh_from_db()
    assert track.title == "Two"


def test_revert_is_refused_where_somebody_was_faster(desk, make_track):
    track = make_track("One")
    row = change(desk, track, title="Two")
    address = reverse("admin:catalog_revert", args=[row.id])
    seal = desk.get(address).context["seal"]
    change(desk, track, title="Three")
    answer = desk.post(address, {"seal": seal}, follow=True)
    assert "Somebody has changed it meanwhile" in answer.content.decode()
    track.refresh_from_db()
    assert track.title == "Three"


def test_revert_is_refused_where_an_artist_of_the_credit_is_gone(desk, make_track):
    track, other = make_track("One", artist="Gone", album=None), make_track("Two", artist="Here", album=None)
    here = other.credits.get().artist
    row = change(desk, track, **{"credits-0-artist": here.id})
    gone = Artist.objects.get(name="Gone")
    desk.post(reverse("admin:catalog_artist_delete", args=[gone.id]), {"post": "yes"})
    assert not Artist.objects.filter(id=gone.id).exists()
    page = desk.get(reverse("admin:catalog_revert", args=[row.id])).content.decode()
    assert "bring that back first" in page
    assert "<button" not in page.split('id="content-main"')[1]
    assert track.credits.get().artist == here


def test_deleted_object_comes_back_with_its_id(desk):
    artist = Artist.objects.create(name="Ohm", sort_name="ohm", match_key="ohm", created_at="2026-01-01T00:00:00Z")
    desk.post(reverse("admin:catalog_artist_delete", args=[artist.id]), {"post": "yes"})
    row = Change.objects.get(verb="deleted")
    assert (row.label, row.after) == ("Ohm", None)
    assert "Ohm" in desk.get(reverse("admin:catalog_deleted")).content.decode()
    assert desk.get(reverse("admin:catalog_artist_history", args=[artist.id])).status_code == 200
    revert(desk, row)
    back = Artist.objects.get(id=artist.id)
    assert (back.name, back.match_key) == ("Ohm", "ohm")
    assert "It is there again." in desk.get(reverse("admin:catalog_deleted")).content.decode()


def test_deleted_object_stays_away_where_its_name_was_taken(desk):
    artist = Artist.objects.create(name="Ohm", sort_name="ohm", match_key="ohm", created_at="2026-01-01T00:00:00Z")
    desk.post(reverse("admin:catalog_artist_delete", args=[artist.id]), {"post": "yes"})
    desk.post(reverse("admin:catalog_artist_add"), {"name": "OHM", "aliases": ""})
    page = desk.get(reverse("admin:catalog_revert", args=[Change.objects.get(verb="deleted").id])).content.decode()
    assert "There is another “OHM” now" in page


def test_new_objects_are_written_down(desk):
    desk.post(reverse("admin:catalog_genre_add"), {"name": "Dub"})
    row = Change.objects.get()
    assert (row.verb, row.kind, row.before, row.after["name"]) == ("created", "genre", None, "Dub")
    assert row.subject_id == Genre.objects.get().id


def test_change_of_an_album_or_artist_is_taken_back_everywhere(desk, make_track):
    track = make_track()
    artist = Artist.objects.get()
    desk.post(reverse("admin:catalog_artist_change", args=[artist.id]), {"name": "Pike", "aliases": ""})
    assert Track.objects.get(id=track.id).card["artists"][0]["name"] == "Pike"
    revert(desk, Change.objects.get(kind="artist"))
    assert Track.objects.get(id=track.id).card["artists"][0]["name"] == "Halcyon Pike"
    assert Album.objects.get().artists[0]["name"] == "Halcyon Pike"


def test_viewer_without_the_right_to_change_cannot_revert(desk, curator, make_track):
    row = change(desk, make_track(), title="Two")
    curator.groups.clear()
    answer = desk.get(reverse("admin:catalog_revert", args=[row.id]))
    assert answer.status_code == 403
    assert desk.post(reverse("admin:catalog_act", args=[row.act])).status_code == 403
    assert Track.objects.get().title == "Two"


def test_absent_objects_and_changes_are_not_found(desk):
    for address in (
        reverse("admin:catalog_track_history", args=[5]),
        reverse("admin:catalog_track_history", args=["x"]),
        reverse("admin:catalog_revert", args=[5]),
        reverse("admin:catalog_revert", args=[1 << 70]),
    ):
        assert desk.get(address).status_code == 404


def test_database_refuses_to_rewrite_history(curator, make_track):
    track = make_track()
    if connection.vendor == "sqlite":  # taken off for the tests that empty tables, see conftest.py
        with connection.cursor() as cursor:
            for statement in importlib.import_module("catalog.migrations.0004_curators").TRIGGERS["sqlite"]:
                cursor.execute(statement)
    with curation.editing(history.begin(curator, "changed"), {"track": [track.id]}):
        Track.objects.filter(id=track.id).update(title="Two")
    for rewrite in (lambda: Change.objects.update(actor="nobody"), lambda: Change.objects.all().delete()):
        with pytest.raises(DatabaseError, match="can only be added to"), transaction.atomic():
            rewrite()
    assert Change.objects.get().actor == "curator"
