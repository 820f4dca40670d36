"""Django's name of the app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
