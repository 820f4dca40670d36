"""Albums at the curators' desk."""

from typing import Any

from django import forms
from django.contrib import admin

from catalog import names
from catalog.admin import kept
from catalog.models import Album, AlbumCredit


class AlbumForm(forms.ModelForm):
    def save(self, commit: bool = True) -> Any:
        self.instance.sort_title = names.sort_key(self.instance.title)
        return super().save(commit)

    def clean(self) -> dict[str, Any]:
        """Refuse a second album of one artist and title; a renamed one keeps its key, as artists do."""
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk is None and {"artist", "title"} <= cleaned.keys():
            self.instance.match_key = names.album_key(cleaned["artist"], cleaned["title"])
            if Album.objects.filter(match_key=self.instance.match_key, mbid=None).exists():
                raise forms.ValidationError("There is an album of this artist and title.")
        return cleaned


class AlbumCreditInline(admin.TabularInline):
    model = AlbumCredit
    autocomplete_fields = ["artist"]
    ordering = ["position"]
    extra = 0


@admin.register(Album)
class AlbumAdmin(kept.KeptAdmin):
    kind = "album"
    form = AlbumForm
    fields = ["title", "artist", "year", "compilation"]
    inlines = [AlbumCreditInline]
    list_display = ["title", "artist", "year", "tracks_count", "plays"]
    list_filter = ["compilation"]
    search_fields = ["title", "artist"]
    ordering = ["sort_title", "id"]
