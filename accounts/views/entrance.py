"""Sign-in, sign-up and sign-out. Each ends with a new session key and a new CSRF token."""

import math
from typing import Any

import orjson
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.views import LoginView, LogoutView, RedirectURLMixin
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import CreateView

from accounts import guests, signins, throttling
from accounts.forms import SignInForm, SignUpForm
from spotify_lite import answers

BACKEND = "accounts.backends.ListenerBackend"  # who signs up has not gone through a backend


class Login(LoginView):
    """Sign in; what was heard as a guest here is merged into the listener's own."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sign_up=settings.SIGN_UP, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in and merge the guest: a merge that fails leaves both as they were."""
        with transaction.atomic():
            response = super().form_valid(form)
            signins.arrive(self.request, response, form.get_user())
        return response


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class SignUp(RedirectURLMixin, CreateView):
    """Make an account, of the session's guest where there is one, and sign in."""

    template_name = "accounts/signup.html"
    form_class = SignUpForm
    next_page = settings.LOGIN_REDIRECT_URL

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.SIGN_UP:
            raise Http404
        if request.user.is_authenticated:
            return redirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": guests.guest_of_session(self.request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=self.get_redirect_url(), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        form.instance.language = signins.spoken(self.request)
        response = super().form_valid(form)
        self.request.session.pop(guests.SESSION_KEY, None)
        auth.login(self.request, form.instance, backend=BACKEND)
        signins.arrive(self.request, response, form.instance)
        return response


class Logout(LogoutView):
    """Sign out, by POST only."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        rotate_token(request)
        return response


def refused(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    """Answer whoever tried too often, in place of what the door had answered; Axes calls it for every door."""
    seconds = throttling.seconds_left(request, credentials, at=timezone.now())
    minutes = math.ceil(seconds / 60)
    if request.path.startswith("/api/"):
        detail = f"Too many failed attempts to sign in. Try again in {seconds} seconds."
        body = orjson.dumps(answers.document(429, detail))
        answer = HttpResponse(body, status=429, content_type=answers.PROBLEM_TYPE)
    else:
        answer = render(request, "accounts/refused.html", {"minutes": minutes}, status=429)
    answer["Retry-After"] = str(seconds)
    answer["Cache-Control"] = "no-store"
    return answer
