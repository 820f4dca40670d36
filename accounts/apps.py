"""Django's names of the app, and of the admin with our front door."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class AccountsConfig(AppConfig):
    name = "accounts"


class DeskConfig(admin.AdminConfig):
    """Django's admin on `accounts.desk`."""

    default = False  # not the app of this package
    default_site = "accounts.desk.Desk"
