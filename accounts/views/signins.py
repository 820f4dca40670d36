"""Where a listener is signed in: end one place or all others, and make a token for another program."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts import sessions, signins, tokens
from accounts.forms import TokenForm
from accounts.models import User
from spotify_lite import methods


@methods.takes("POST")
@login_required
def end_browser(request: HttpRequest, handle: str) -> HttpResponse:
    """Sign out of another browser."""
    if not sessions.end_session(_listener(request), handle):
        raise Http404
    return _ended(request, _("Signed out there."))


@methods.takes("POST")
@login_required
def end_token(request: HttpRequest, prefix: str) -> HttpResponse:
    """Revoke a token; it is dead at once."""
    if not tokens.revoke_token(_listener(request), prefix):
        raise Http404
    return _ended(request, _("The token was revoked."))


@methods.takes("POST")
@login_required
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    signins.end_others(_listener(request), key=request.session.session_key)
    return _ended(request, _("You are signed in here, and nowhere else."))


@methods.takes("POST")
@never_cache
@login_required
def make_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show it, this once."""
    form = TokenForm(request.POST)
    token = None
    if form.is_valid():
        _row, token = tokens.create_token(_listener(request), device=form.cleaned_data["device"], at=timezone.now())
    return render(request, "accounts/token.html", {"form": form, "token": token})


def _listener(request: HttpRequest) -> User:
    """Return the caller where `login_required` let one pass."""
    return cast("User", request.user)


def _ended(request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(f"{reverse('settings')}#places")
