"""Django's names of the app, and of the admin with our front door."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")


class DeskConfig(admin.AdminConfig):
    """Django's admin on `accounts.desk`."""

    default = False  # not the app of this package
    default_site = "accounts.desk.Desk"
