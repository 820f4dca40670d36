"""Tracks at the curators' desk."""

from typing import Any

from django import forms
from django.contrib import admin

from catalog import names
from catalog.admin import kept
from catalog.models import Credit, Track, TrackGenre


class CreditInline(admin.TabularInline):
    model = Credit
    fields = ["artist", "role", "position"]
    autocomplete_fields = ["artist"]
    ordering = ["position"]
    extra = 0


class TrackGenreInline(admin.TabularInline):
    model = TrackGenre
    fields = ["genre", "position"]
    autocomplete_fields = ["genre"]
    ordering = ["position"]
    extra = 0


class TrackForm(forms.ModelForm):
    def save(self, commit: bool = True) -> Any:
        self.instance.sort_title = names.sort_key(self.instance.title)
        return super().save(commit)


@admin.register(Track)
class TrackAdmin(kept.KeptAdmin):
    kind = "track"
    form = TrackForm
    fields = [
        ("title", "artist"),
        "album",
        ("disc_number", "track_number", "year"),
        ("explicit", "published", "release_at"),
        ("duration_ms", "plays", "available"),
    ]
    readonly_fields = ["duration_ms", "plays", "available"]  # of the file and of the listeners, not of curators
    autocomplete_fields = ["album"]
    inlines = [CreditInline, TrackGenreInline]
    list_display = ["title", "artist", "album", "year", "plays", "published", "available", "release_at"]
    list_filter = ["published", "available", "explicit"]
    list_select_related = ["album"]
    search_fields = ["title", "artist"]
    ordering = ["sort_title", "id"]
