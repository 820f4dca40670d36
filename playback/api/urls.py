"""Addresses of this door."""

from django.urls import path

from playback.api import beacons, manifests, views

urlpatterns = [
    path("tracks/<id:track_id>/play", views.PlayView.as_view(), name="play"),
    path("tracks/<id:track_id>/audio", views.AudioView.as_view(), name="audio"),
    path("tracks/<id:track_id>/hls.m3u8", manifests.HlsView.as_view(), name="hls"),
    path("tracks/<id:track_id>/hls/<word:rendition>.m3u8", manifests.RenditionView.as_view(), name="hls-rendition"),
    path("tracks/<id:track_id>/dash.mpd", manifests.DashView.as_view(), name="dash"),
    path("beacons", beacons.BeaconsView.as_view(), name="beacons"),
    path("me/progress", views.ProgressView.as_view(), name="progress"),
    path("me/continue", views.ContinueView.as_view(), name="continue"),
    path("me/playback", views.PlaybackView.as_view(), name="playback"),
]
