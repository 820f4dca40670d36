"""Artists at the curators' desk."""

from typing import Any

from django import forms
from django.contrib import admin

from catalog import names
from catalog.admin import kept
from catalog.models import Artist


class ArtistForm(forms.ModelForm):
    def save(self, commit: bool = True) -> Any:
        self.instance.sort_name = names.sort_key(self.instance.name)
        return super().save(commit)

    def clean_name(self) -> str:
        """Refuse a second artist of a name; a renamed one keeps its key, so that its files still find it."""
        name = str(self.cleaned_data["name"])
        if self.instance.pk is None:
            self.instance.match_key = names.artist_key(name)
            if Artist.objects.filter(match_key=self.instance.match_key, mbid=None).exists():
                raise forms.ValidationError("There is an artist of this name.")
        return name


@admin.register(Artist)
class ArtistAdmin(kept.KeptAdmin):
    kind = "artist"
    form = ArtistForm
    fields = ["name", "aliases"]
    list_display = ["name", "tracks_count", "albums_count", "plays"]
    search_fields = ["name", "aliases"]
    ordering = ["sort_name", "id"]
