"""Addresses of this door."""

from django.urls import path

from catalog.api import views

urlpatterns = [
    path("search", views.Search.as_view()),
    path("tracks", views.Tracks.as_view()),
    path("tracks/<id:track_id>", views.TrackDetail.as_view()),
    path("artists", views.Artists.as_view()),
    path("artists/<id:artist_id>", views.ArtistDetail.as_view()),
    path("albums", views.Albums.as_view()),
    path("albums/<id:album_id>", views.AlbumDetail.as_view()),
    path("genres", views.Genres.as_view()),
]
