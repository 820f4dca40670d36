"""Addresses of this door."""

from django.urls import path

from playback.api import views

urlpatterns = [
    path("tracks/<id:track_id>/play", views.PlayView.as_view(), name="play"),
    path("tracks/<id:track_id>/audio", views.AudioView.as_view(), name="audio"),
    path("me/progress", views.ProgressView.as_view(), name="progress"),
    path("me/continue", views.ContinueView.as_view(), name="continue"),
    path("me/playback", views.PlaybackView.as_view(), name="playback"),
]
