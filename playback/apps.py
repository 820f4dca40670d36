"""Django's name of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from playback import checks  # noqa: F401 - registers them


class PlaybackConfig(AppConfig):
    name = "playback"
    verbose_name = _("Playback")
