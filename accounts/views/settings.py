"""The settings page, and what a listener changes about the account: language, password, its end."""

from typing import Any, cast

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import deletion, signins
from accounts.forms import DeletionForm, NewPasswordForm, TokenForm
from accounts.models import User
from spotify_lite import methods


@methods.reads
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show what a listener may choose, on this device and everywhere, and where they are signed in."""
    if not (settings.GUESTS or request.user.is_authenticated):
        return redirect_to_login(request.get_full_path())
    context: dict[str, Any] = {"sign_up": settings.SIGN_UP, "chosen": signins.spoken(request)}
    if request.user.is_authenticated:
        key = request.session.session_key
        context |= {
            "browsers": signins.in_browsers(request.user, key=key, at=timezone.now()),
            "tokens": signins.by_tokens(request.user),
            "form": TokenForm(),
        }
    response = render(request, "settings.html", context)
    patch_cache_control(response, private=True, no_cache=True)
    return response


@methods.takes("POST")
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language of the pages: of this browser, and of the account in every browser that it signs in."""
    wish = request.POST.get("language", "")
    if wish and wish not in dict(settings.LANGUAGES):
        return redirect("settings")
    if request.user.is_authenticated and request.user.language != wish:
        request.user.language = wish
        request.user.save(update_fields=["language"])
    response = redirect("settings")
    signins.speak(response, wish)
    with override(wish or None):
        messages.success(request, _("The language was changed."))
    return response


@methods.takes("GET", "HEAD", "POST")
@sensitive_post_parameters()
@never_cache
@login_required
def password(request: HttpRequest) -> HttpResponse:
    """Change the password: this browser stays signed in, every other one and every token is not any more."""
    form = NewPasswordForm(cast("User", request.user), request, request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/password.html", {"form": form})
    with transaction.atomic():
        user = form.save()
        update_session_auth_hash(request, user)
        ended = signins.end_others(user, key=request.session.session_key)
    said = _("Your password was changed. You are still signed in here, and nowhere else.")
    messages.success(request, said if ended else _("Your password was changed. You are still signed in here."))
    return redirect("settings")


@methods.takes("GET", "HEAD", "POST")
@sensitive_post_parameters()
@never_cache
@login_required
def delete(request: HttpRequest) -> HttpResponse:
    """Delete the account, after saying what goes and after the password."""
    user = cast("User", request.user)
    form = DeletionForm(user, request, request.POST or None)
    if form.is_valid():
        name = user.get_username()
        try:
            deletion.delete_account(user)
        except deletion.LastSuperuser:
            form.add_error(
                None, _("You are the only one who can manage accounts here. Make somebody else a superuser first.")
            )
        else:
            auth.logout(request)
            rotate_token(request)
            messages.success(
                request, _("The account %(name)s and everything that was its own is deleted.") % {"name": name}
            )
            return redirect("settings")
    return render(request, "accounts/delete.html", {"form": form})
