"""Addresses of the pages, and of the covers that are drawn for what has none."""

from django.urls import include, path

from catalog import views

urlpatterns = [
    path("", views.home, name="home"),
    path("search", views.search_page, name="search"),
    path("artists/<id:artist_id>", views.artist, name="artist"),
    path("artists/<id:artist_id>/songs", views.artist_songs, name="artist-songs"),
    path("artists/<id:artist_id>/albums", views.artist_albums, name="artist-albums"),
    path("songs", views.songs, name="songs"),
    path("albums", views.albums, name="albums"),
    path("albums/<id:album_id>", views.album, name="album"),
    path("tracks/<id:track_id>", views.track, name="track"),
    path("device", views.device, name="device"),
    path("genres", views.genres, name="genres"),
    path("genres/<word:slug>", views.genre, name="genre"),
    path("", include("catalog.drawings")),
]
