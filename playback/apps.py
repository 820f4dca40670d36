"""Django's name of the app."""

from django.apps import AppConfig


class PlaybackConfig(AppConfig):
    name = "playback"
