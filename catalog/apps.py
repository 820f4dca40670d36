"""Django's name of the app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"
