"""Own how often a password may be tried, at every door alike: the pages, the admin and auth/tokens.

django-axes counts, in the database, so that a flushed cache forgives nothing. Failures are counted by account and by
address, and for a browser that is known (`browsers`) by that browser alone.
"""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import browsers, devices
from spotify_lite import metrics

# What stands in the column of the User-Agent where a browser is known; of others there stands what `devices` makes of
# their header, so nobody can write this.
KNOWN = "known browser "

Credentials = dict[str, Any] | None


class Handler(AxesDatabaseHandler):
    """Axes' own, with a limit for each counter, and with counters of their own for known browsers."""

    def is_allowed(self, request: HttpRequest, credentials: Credentials = None) -> bool:
        _mark(request, credentials)
        return super().is_allowed(request, credentials)

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **more: Any
    ) -> None:
        metrics.SIGN_INS.labels("password").inc()
        if request is not None:
            _mark(request, credentials)
        super().user_login_failed(sender, credentials, request, **more)

    def filter_user_attempts(
        self, request: HttpRequest, credentials: Credentials = None
    ) -> list[QuerySet[AccessAttempt]]:
        """Return the rows of each counter, the account's first, as `_limits` has its limit."""
        user_agent = request.axes_user_agent  # type: ignore[attr-defined]
        account = AccessAttempt.objects.filter(username=get_client_username(request, credentials))
        if user_agent.startswith(KNOWN):
            return [account.filter(user_agent=user_agent)]
        address = AccessAttempt.objects.filter(ip_address=request.axes_ip_address)  # type: ignore[attr-defined]
        return [rows.exclude(user_agent__startswith=KNOWN) for rows in (account, address)]

    def get_failures(self, request: HttpRequest, credentials: Credentials = None) -> int:
        """Return the limit while a counter is full, else 0: Axes asks for nothing but whether it is reached."""
        return settings.AXES_FAILURE_LIMIT if self.full_until(request, credentials) else 0

    def reset_user_attempts(self, request: HttpRequest, credentials: Credentials = None) -> int:
        """Forget what this account's own counter holds: who knows one password may go on guessing no others."""
        _mark(request, credentials)
        return self.filter_user_attempts(request, credentials)[0].delete()[0]

    def full_until(self, request: HttpRequest, credentials: Credentials = None) -> datetime | None:
        """Return when there will be room again; None where there is. What is refused until then is not counted."""
        counters = self.get_user_attempts(request, credentials)
        ends = (_full_until(rows, limit) for rows, limit in zip(counters, _limits(), strict=False))
        return max((end for end in ends if end is not None), default=None)


def seconds_left(request: HttpRequest, credentials: Credentials, *, at: datetime) -> int:
    """Return for how long Axes will refuse this client; one second at least, since it just has."""
    until = Handler().full_until(request, credentials)
    return max(1, math.ceil((until - at).total_seconds())) if until else 1


def forget_account(username: str) -> None:
    """Forget who tried to sign in under a name that is gone."""
    AccessAttempt.objects.filter(username=username).delete()


def _mark(request: HttpRequest, credentials: Credentials) -> None:
    """Put what is counted where Axes looks for the User-Agent."""
    number = browsers.known_as(request, get_client_username(request, credentials) or "")
    label = devices.label(request.headers.get("User-Agent", ""))
    request.axes_user_agent = f"{KNOWN}{number}" if number else label  # type: ignore[attr-defined]


def _limits() -> Sequence[int]:
    return settings.AXES_FAILURE_LIMIT, settings.FAILURES_OF_ADDRESS


def _full_until(rows: QuerySet[AccessAttempt], limit: int) -> datetime | None:
    """Return when the newest rows that fill the counter begin to be forgotten; None where they do not fill it."""
    failures = 0
    for tried_at, count in rows.order_by("-attempt_time").values_list("attempt_time", "failures_since_start"):
        failures += count
        if failures >= limit:
            return tried_at + settings.AXES_COOLOFF_TIME
    return None
