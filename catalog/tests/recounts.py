"""Compare what is kept of albums, artists and genres with a recount, and cards with new ones."""

from django.utils import timezone

from catalog import derived
from catalog.models import Album, AlbumCredit, AlbumGenre, Artist, Genre, Track, TrackGenre

KEPT = {
    Album: ("tracks_count", "duration_ms", "plays", "bucket", "artists"),
    Artist: ("albums_count", "tracks_count", "plays", "bucket", "cover_key"),
    Genre: ("tracks_count",),
    Track: ("card",),
    AlbumGenre: ("album_id", "genre_id", "bucket"),
}


def compare() -> None:
    """Assert that a recount of all there is changes nothing."""
    before = {model: _rows(model) for model in KEPT}
    at = timezone.now()
    derived.refresh_cards([row.pk for row in Track.objects.all()])
    derived.refresh_albums([row.pk for row in Album.objects.all()], at=at)
    derived.refresh_artists([row.pk for row in Artist.objects.all()], at=at)
    derived.refresh_genres([row.pk for row in Genre.objects.all()], at=at)
    for model, rows in before.items():
        assert rows == _rows(model), model.__name__
    assert all(album.credits.exists() for album in Album.objects.all())
    assert not AlbumCredit.objects.filter(artist__tracks_count=0).exists()
    assert set(TrackGenre.objects.values_list("bucket", "track_id")) <= set(Track.objects.values_list("bucket", "id"))


def _rows(model):
    key = () if model is AlbumGenre else ("pk",)  # a recount may write those anew
    return sorted(map(repr, model.objects.values_list(*key, *KEPT[model])))
