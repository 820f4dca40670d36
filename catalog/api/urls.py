"""Addresses of this door."""

from django.urls import path

from catalog.api import details, lists, names, searches, waveforms

urlpatterns = [
    path("search", searches.Search.as_view()),
    path("names", names.Names.as_view()),
    path("names/<word:digest>", names.Piece.as_view()),
    path("tracks", lists.Tracks.as_view()),
    path("tracks/<id:track_id>", details.TrackDetail.as_view()),
    path("tracks/<id:track_id>/waveform", waveforms.Waveform.as_view()),
    path("artists", lists.Artists.as_view()),
    path("artists/<id:artist_id>", details.ArtistDetail.as_view()),
    path("albums", lists.Albums.as_view()),
    path("albums/<id:album_id>", details.AlbumDetail.as_view()),
    path("genres", lists.Genres.as_view()),
]
