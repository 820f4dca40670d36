"""Artists at the curators' desk."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog import names, thumbnails
from catalog.admin import duplicates, kept, merging
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
                raise forms.ValidationError(_("There is an artist of this name."))
        return name


class HeardFilter(admin.SimpleListFilter):
    title = _("what listeners see")
    parameter_name = "heard"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Has songs to hear")), ("no", _("Has none"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.filter(tracks_count__gt=0)
        return queryset.filter(tracks_count=0) if self.value() == "no" else queryset


@admin.register(Artist)
class ArtistAdmin(duplicates.Duplicates, merging.Merging, kept.KeptAdmin):
    form = ArtistForm
    fields = ["name", "aliases"]
    list_display = ["picture", "name", "tracks_count", "albums_count", "plays"]
    list_display_links = ["name"]
    sortable_by = ["name"]  # the others have no index that a list could walk
    list_filter = [HeardFilter]
    search_fields = ["name", "aliases"]
    ordering = ["sort_name", "id"]

    @admin.display(description=_("Cover"))
    def picture(self, artist: Artist) -> SafeString:
        return thumbnails.picture("artist", artist.pk, artist.name, artist.cover_key)
