"""What curators set by hand outlives the next import of the file; what they did not touch follows it."""

import pytest
from django.urls import reverse

from catalog import curation, history, ingest, library, states
from catalog.models import Album, Artist, Change, Genre, Track
from catalog.tests import audio

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_turn(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def music(tmp_path):
    return tmp_path / "music"


def tagged(music, **changes):
    """Write the one file of the folder with these tags, and read it in."""
    tags = {"title": "Ebb", "artist": "Ida", "album": "Tides", "genre": "Dub", "tracknumber": "1", "date": "1999"}
    audio.make(music / "1.mp3", **(tags | changes))
    library.import_folder(music)
    return Track.objects.get()


def edit(curator, track: Track, **fields):
    with curation.editing(history.begin(curator, "changed"), {"track": [track.id]}):
        states.put("track", {track.id: fields})
    return Track.objects.get()


def test_fields_set_by_hand_stay_and_others_follow_the_file(curator, music):
    track = edit(curator, tagged(music), title="The Ebb", year=2001)
    again = tagged(music, title="Ebbe", date="2010", tracknumber="7")
    assert again.id == track.id
    assert (again.title, again.sort_title, again.year, again.track_number) == ("The Ebb", "ebb", 2001, 7)
    assert (again.card["title"], again.card["year"], again.card["number"]) == ("The Ebb", 2001, 7)
    assert again.curated == ["title", "year"]


def test_credits_genres_and_album_set_by_hand_stay(curator, music, make_track):
    track = tagged(music)
    other = make_track("Other", artist="Somebody", album="Elsewhere", genres=("House",))
    album, artist, house = other.album, other.credits.get().artist, Genre.objects.get(slug="house")
    other.delete()
    edit(curator, track, credits=[[artist.id, "main", 0]], genres=[[house.id, 0]], album=album.id)
    again = tagged(music, artist="Ida feat. Oda", genre="Dub; Ambient", album="Tides II")
    assert [credit.artist.name for credit in again.credits.all()] == ["Somebody"]
    assert again.card["genres"] == ["House"]
    assert again.album_id == album.id
    album.refresh_from_db()
    assert album.tracks_count == 1


def test_reverted_field_follows_the_file_again(curator, desk, music):
    edit(curator, tagged(music), title="The Ebb")
    row = Change.objects.get()
    address = reverse("admin:catalog_revert", args=[row.id])
    desk.post(address, {"seal": desk.get(address).context["seal"]})
    track = Track.objects.get()
    assert (track.title, track.curated) == ("Ebb", [])
    assert tagged(music, title="Ebbe").title == "Ebbe"


def test_hidden_song_stays_hidden(curator, music):
    edit(curator, tagged(music), published=False)
    assert not tagged(music, title="Ebbe").published


def test_renamed_artist_and_album_are_found_by_their_old_names(desk, music):
    tagged(music)
    artist, album = Artist.objects.get(), Album.objects.get()
    desk.post(reverse("admin:catalog_artist_change", args=[artist.id]), {"name": "Ida Blue", "aliases": ""})
    again = tagged(music, title="Ebbe")
    assert [credit.artist.name for credit in again.credits.all()] == ["Ida Blue"]
    assert again.album_id == album.id


def test_import_after_a_merge_goes_to_the_artist_and_album_that_stay(desk, music, make_track):
    tagged(music)
    goes, old = Artist.objects.get(), Album.objects.get()
    other = make_track("Other", artist="Ida Blue", album="Tides!")
    stays = Artist.objects.get(name="Ida Blue")
    for kind, keep, gone in (("artist", stays, goes), ("album", other.album, old)):
        desk.post(reverse(f"admin:catalog_{kind}_merge"), {"ids": f"{keep.id},{gone.id}", "keep": keep.id})
    other.delete()
    again = tagged(music, title="Ebbe")
    assert (again.album_id, again.artist) == (other.album_id, "Ida Blue")
    assert [credit.artist_id for credit in again.credits.all()] == [stays.id]
    assert (Artist.objects.count(), Album.objects.count()) == (1, 1)


def test_merge_during_an_import_is_noticed_by_its_next_batch(desk, music, make_track, monkeypatch):
    monkeypatch.setattr("catalog.ingest.BATCH", 1)
    make_track("Other", artist="Ida Blue", album=None)
    stays = Artist.objects.get()
    write, batches = ingest.Writer.write, []

    def merging(self, items):
        plans = write(self, items)
        batches.append(len(items))
        if len(batches) == 1:
            goes = Artist.objects.get(name="Ida")
            desk.post(reverse("admin:catalog_artist_merge"), {"ids": f"{stays.id},{goes.id}", "keep": stays.id})
        return plans

    monkeypatch.setattr(ingest.Writer, "write", merging)
    for number in (1, 2):
        audio.make(music / f"{number}.mp3", title=f"Song {number}", artist="Ida", album="Tides", tone=200 + number * 50)
    library.import_folder(music)
    assert len(batches) > 1
    assert Artist.objects.get() == stays
    assert stays.credits.count() == 3
