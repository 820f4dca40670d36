"""Genres at the curators' desk."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from catalog import names
from catalog.admin import kept
from catalog.models import Genre


class GenreForm(forms.ModelForm):
    def clean_name(self) -> str:
        """Give a new genre its address; a renamed one keeps it, so that links stay."""
        name = str(self.cleaned_data["name"])
        if self.instance.pk is None:
            self.instance.slug = names.slug(name)
            if Genre.objects.filter(slug=self.instance.slug).exists():
                raise forms.ValidationError(_("There is a genre of this name."))
        return name


@admin.register(Genre)
class GenreAdmin(kept.KeptAdmin):
    form = GenreForm
    fields = ["name"]
    list_display = ["name", "slug", "tracks_count"]
    search_fields = ["name"]
    ordering = ["name", "id"]
