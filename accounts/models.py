"""Own who listens: users, guests among them, and where they are signed in: browsers, and mobile clients' tokens."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserQuerySet(models.QuerySet["User"]):
    def guests(self) -> "UserQuerySet":
        return self.filter(is_guest=True)

    def superusers(self) -> "UserQuerySet":
        """Keep those who may do everything, and can sign in to do it."""
        return self.filter(is_superuser=True, is_active=True)

    def idle(self, *, at: datetime, after: timedelta) -> "UserQuerySet":
        """Keep those who were not seen for so long."""
        return self.filter(last_seen_at__lt=at - after)


class ListenerManager(UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's manager with our queries; a class of its own because migrations must be able to name it."""


class User(AbstractUser):
    """A listener. A guest is one too: without a name of their own, and without a usable password."""

    is_guest = models.BooleanField(_("guest"), default=False)
    # written once a day at most: guests are swept by it
    last_seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    # tokens and sessions made before are dead
    password_set_at = models.DateTimeField(_("password set"), null=True, blank=True)
    # the transaction of their last write to the catalog: a replica without it is not for them
    wrote_xid = models.BigIntegerField(null=True, editable=False)
    language = models.CharField(_("language"), max_length=8, blank=True)  # of the pages; empty: as the browser asks

    objects: ClassVar[ListenerManager] = ListenerManager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        indexes = [
            # the sweep of idle guests
            models.Index(fields=["last_seen_at"], name="user_idle_guests", condition=models.Q(is_guest=True)),
        ]

    def set_password(self, raw_password: str | None) -> None:
        """Set the password. Django ends the sessions made with the old one; the date ends the tokens."""
        super().set_password(raw_password)
        self.password_set_at = timezone.now()


class ApiToken(models.Model):
    """A mobile client's key: 256 random bits, of which only the SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens", verbose_name=_("account"))
    prefix = models.CharField(_("beginning"), max_length=8, unique=True)  # as lists and logs show it
    digest = models.CharField(max_length=64, unique=True)  # sha256 of the whole token, hex
    device = models.CharField(_("device"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("since"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")

    def __str__(self) -> str:
        return f"{self.prefix}…"


class Session(AbstractBaseSession):
    """A browser that somebody listens in, a guest too. Of its key only the SHA-256 is kept, as of a token."""

    session_key = models.CharField(max_length=64, primary_key=True)  # sha256 of the cookie's value, hex
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, related_name="sessions", verbose_name=_("account")
    )
    device = models.CharField(_("device"), max_length=100, blank=True)  # what `devices.label` made of the User-Agent
    created_at = models.DateTimeField(_("since"))  # of a sign-in, since each begins a new session
    last_seen_at = models.DateTimeField(_("last seen"))  # written once a day at most

    class Meta:
        verbose_name = _("browser")
        verbose_name_plural = _("browsers")
