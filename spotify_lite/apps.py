"""Django's name of the project's own app, which has translations, static files and commands."""

from django.apps import AppConfig

from spotify_lite import languages


class SpotifyLiteConfig(AppConfig):
    name = "spotify_lite"

    def ready(self) -> None:
        languages.compile_changed()
