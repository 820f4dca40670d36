"""Before saving, the desk shows what listeners would see, and says what is wrong; nothing is written by it."""

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Album, Change, Track

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(curator) -> Client:
    client = Client()
    client.force_login(curator)
    return client


def form_of(track: Track, **changes) -> dict:
    form = {"title": track.title, "artist": track.artist, "album": track.album_id or "", "disc_number": 1}
    form["published"] = "on"
    for prefix, rows, columns in (
        ("credits", track.credits.order_by("position"), ("artist_id", "role", "position")),
        ("track_genres", track.track_genres.order_by("position"), ("genre_id", "position")),
    ):
        form |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": len(rows)}
        for place, row in enumerate(rows):
            form |= {f"{prefix}-{place}-id": row.id, f"{prefix}-{place}-track": track.id}
            form |= {f"{prefix}-{place}-{name.removesuffix('_id')}": getattr(row, name) for name in columns}
    return form | changes


def preview(desk: Client, row: Track | Album, form: dict):
    return desk.post(reverse(f"admin:catalog_{row._meta.model_name}_preview", args=[row.id]), form)


def test_song_is_drawn_as_listeners_would_see_it(desk, make_track):
    track = make_track(featured=("Nadia Moss",))
    told = preview(desk, track, form_of(track, title="Tideline <b>again</b>", year=1999, explicit="on")).json()
    assert "Tideline &lt;b&gt;again&lt;/b&gt;" in told["page"]
    assert "<b>again" not in told["page"]
    assert "1999" in told["page"]
    assert "Nadia Moss" in told["page"]
    assert told["problems"] == []
    track.refresh_from_db()
    assert (track.title, track.year, track.explicit) == ("Tideline", None, False)
    assert not Change.objects.exists()


def test_song_without_a_main_artist_is_said_before_saving(desk, make_track):
    track = make_track()
    told = preview(desk, track, form_of(track, **{"credits-0-role": "featured"})).json()
    assert any("No artist is credited as main" in problem for problem in told["problems"])
    told = preview(desk, track, form_of(track, **{"credits-0-DELETE": "on"})).json()
    assert any("No artist is credited:" in problem for problem in told["problems"])
    told = preview(desk, track, form_of(track, artist="Somebody Else")).json()
    assert told["problems"] == ["It shows “Somebody Else”, and Halcyon Pike is credited."]


def test_field_that_is_wrong_is_named(desk, make_track):
    track = make_track()
    told = preview(desk, track, form_of(track, title="", year="nineteen")).json()
    assert "Title: This field is required." in told["problems"]
    assert any(problem.startswith("Year: ") for problem in told["problems"])


def test_hidden_and_silent_song_is_said(desk, make_track):
    track = make_track(playable=False)
    form = form_of(track)
    del form["published"]
    problems = preview(desk, track, form).json()["problems"]
    assert any("hidden" in problem for problem in problems)
    assert any("cannot be played yet" in problem for problem in problems)


def test_album_is_drawn_with_its_songs(desk, make_track):
    album = make_track().album
    make_track("Second")
    credit = album.credits.get()
    form = {
        "title": "Harbour Lights, remastered",
        "artist": album.artist,
        "year": 2001,
        "credits-TOTAL_FORMS": 1,
        "credits-INITIAL_FORMS": 1,
        "credits-0-id": credit.id,
        "credits-0-album": album.id,
        "credits-0-artist": credit.artist_id,
        "credits-0-position": 0,
    }
    told = preview(desk, album, form).json()
    assert "Harbour Lights, remastered" in told["page"]
    assert "Second" in told["page"]
    assert "2001" in told["page"]
    assert told["problems"] == []
    album.refresh_from_db()
    assert album.title == "Slow Harbour Lights"


def test_preview_is_for_curators_and_for_posts(desk, listener, make_track):
    track = make_track()
    assert desk.get(reverse("admin:catalog_track_preview", args=[track.id])).status_code == 405
    assert desk.post(reverse("admin:catalog_track_preview", args=[track.id + 1])).status_code in {403, 404}
    other = Client()
    other.force_login(listener)
    assert preview(other, track, form_of(track)).status_code in {302, 403}
    assert preview(Client(), track, form_of(track)).status_code == 302
