"""The admin's front door: who worked there within the hour goes on, anybody else gives their password again."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts import ownwrites, signins
from accounts.forms import DeskForm

IDLE = timedelta(hours=1)  # a listener's session lives for a year; an unlocked screen must not change a catalog then
NOTED_EVERY = timedelta(minutes=1)  # a write of the session
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
SEEN_KEY = "desk_seen_at"  # Unix seconds, in the session


class Desk(AdminSite):
    """Django's own, with an age of its own for sessions, and with the listeners' sign-in page."""

    login_form = DeskForm
    login_template = "accounts/desk.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not _idle(request)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """Return the view as Django guards it, noting the use of it behind the guard."""

        @wraps(view)
        def noted(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            now = timezone.now().timestamp()
            if now - _seen(request) >= NOTED_EVERY.total_seconds():
                request.session[SEEN_KEY] = now
            response = view(request, *args, **kwargs)
            if request.method not in SAFE:
                ownwrites.note(request.user)
            return response

        return super().admin_view(noted, cacheable)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the form; who passes is known and merged as at the listeners' door."""
        response = super().login(request, extra_context)
        if request.method == "POST" and response.status_code == 302 and request.user.is_authenticated:
            if _idle(request):  # who was still signed in keeps the session, and would its key
                request.session.cycle_key()
            signins.arrive(request, response, request.user)
        return response

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Sign out; the CSRF token goes too, as at the listeners' door."""
        response = super().logout(request, extra_context)
        if request.method == "POST":
            rotate_token(request)
        return response


def _idle(request: HttpRequest) -> bool:
    return timezone.now().timestamp() - _seen(request) >= IDLE.total_seconds()


def _seen(request: HttpRequest) -> float:
    """Return when the desk was last used in this session, which began with a password."""
    used: float = request.session.get(SEEN_KEY, 0.0)  # loads the session, which only then knows its age
    began = request.session.created_at  # type: ignore[attr-defined]
    return max(used, began.timestamp() if began else 0.0)
