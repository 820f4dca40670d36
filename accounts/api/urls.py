"""Addresses of this door."""

from django.urls import path

from accounts.api import views

urlpatterns = [
    path("me", views.MeView.as_view(), name="me"),
    path("auth/tokens", views.TokensView.as_view(), name="tokens"),
    path("auth/tokens/<word:prefix>", views.TokenView.as_view(), name="token"),
]
