"""What is kept instead of counted stays true."""

import pytest

from catalog import derived
from catalog.models import Album, Artist, CatalogVersion, Credit, Genre, SearchChange, Track


@pytest.mark.django_db
def test_card_holds_the_whole_track(make_track):
    track = make_track("Tideline", featured=("青木なつみ",), genres=("Ambient", "Dub"), year=2025, track_number=3)
    assert track.card["artists"] == [
        {"id": Artist.objects.get(name="Halcyon Pike").id, "name": "Halcyon Pike", "role": "main"},
        {"id": Artist.objects.get(name="青木なつみ").id, "name": "青木なつみ", "role": "featured"},
    ]
    assert track.card["album"]["title"] == "Slow Harbour Lights"
    assert (track.card["genre"], track.card["genres"]) == ("Ambient", ["Ambient", "Dub"])
    assert track.card["audio"][0]["mime"] == "audio/mpeg"


@pytest.mark.django_db
def test_counts_leave_out_what_is_not_listed(make_track, django_assert_num_queries):
    make_track("One")
    hidden = make_track("Two", published=False)
    artist, album, genre = Artist.objects.get(), Album.objects.get(), Genre.objects.get()
    assert (artist.tracks_count, album.tracks_count, genre.tracks_count) == (1, 1, 1)
    Track.objects.filter(id=hidden.id).update(published=True)
    derived.refresh_albums([album.id], at=hidden.created_at)
    album.refresh_from_db()
    assert album.tracks_count == 2


@pytest.mark.django_db
def test_plays_move_the_bucket_everywhere_once(make_track):
    track = make_track("One")
    Track.objects.filter(id=track.id).update(plays=1000)
    SearchChange.objects.all().delete()
    assert derived.move_buckets([track.id]) == 1
    assert derived.move_buckets([track.id]) == 0
    track.refresh_from_db()
    assert track.bucket == Credit.objects.get(track=track).bucket == 127 - 39
    assert SearchChange.objects.filter(kind="track", subject_id=track.id).count() == 1


@pytest.mark.django_db
def test_version_grows_with_every_bump():
    derived.bump_version()
    derived.bump_version()
    assert CatalogVersion.objects.get().number == 2
