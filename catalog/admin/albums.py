"""Albums at the curators' desk."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog import names, thumbnails
from catalog.admin import covers, kept, merging, preview, ticked, together
from catalog.models import Album, AlbumCredit
from catalog.templatetags import pages

SONGS_SHOWN = 200  # of an album on its page; the list of songs has them all


class AlbumForm(covers.CoverForm):
    def save(self, commit: bool = True) -> Any:
        self.instance.sort_title = names.sort_key(self.instance.title)
        return super().save(commit)

    def clean(self) -> dict[str, Any]:
        """Refuse a second album of one artist and title; a renamed one keeps its key, as artists do."""
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk is None and {"artist", "title"} <= cleaned.keys():
            self.instance.match_key = names.album_key(cleaned["artist"], cleaned["title"])
            if Album.objects.filter(match_key=self.instance.match_key, mbid=None).exists():
                raise forms.ValidationError(_("There is an album of this artist and title."))
        return cleaned


class AlbumCreditInline(kept.PartInline):
    model = AlbumCredit
    autocomplete_fields = ["artist"]
    ordering = ["position"]


class SongsFilter(admin.SimpleListFilter):
    title = _("what listeners see")
    parameter_name = "heard"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Has songs to hear")), ("hidden", _("Has hidden songs")), ("no", _("Has none"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.filter(tracks_count__gt=0)
        if self.value() == "hidden":
            return queryset.filter(tracks__published=False).distinct()
        return queryset.filter(tracks_count=0) if self.value() == "no" else queryset


@admin.register(Album)
class AlbumAdmin(preview.Previewed, covers.Covered, together.Together, merging.Merging, kept.KeptAdmin):
    form = AlbumForm
    together_form = ticked.AlbumsForm
    actions = ["edit_together", "publish", "hide", "schedule", "merge"]
    fields = ["title", "artist", "year", "compilation", *covers.FIELDS, "by_hand", "songs"]
    preview_template = "album.html"
    readonly_fields = ["by_hand", "songs"]
    inlines = [AlbumCreditInline]
    list_display = ["picture", "title", "artist", "year", "tracks_count", "plays"]
    list_display_links = ["title"]
    sortable_by = ["title"]  # the others have no index that a list could walk
    list_filter = [SongsFilter, "compilation"]
    search_fields = ["title", "artist"]
    ordering = ["sort_title", "id"]

    def get_fields(self, request: HttpRequest, obj: Album | None = None) -> list[Any]:
        kept_back = () if obj else (*self.readonly_fields, *covers.FIELDS)
        return [name for name in self.fields or () if name not in kept_back]

    def preview_context(self, album: Album, parts: preview.Parts) -> dict[str, Any]:
        return preview.of_album(album, parts)

    @admin.display(description=_("Cover"))
    def picture(self, album: Album) -> SafeString:
        return thumbnails.picture("album", album.pk, album.title, album.cover_key)

    @admin.display(description=_("Set by hand"))
    def by_hand(self, album: Album) -> str:
        return kept.by_hand(album.curated)

    @admin.display(description=_("Songs"))
    def songs(self, album: Album) -> SafeString:
        """Show the songs in album order, with links, and the way to change them together."""
        rows = album.tracks.order_by("disc_number", "track_number", "id").defer("card")
        context = {
            "rows": [(song, pages.clock(song.duration_ms)) for song in rows[:SONGS_SHOWN]],
            "count": rows.count(),
            "shown": SONGS_SHOWN,
            "together": f"{reverse('admin:catalog_track_changelist')}?album__id__exact={album.pk}",
        }
        return render_to_string("admin/catalog/_songs.html", context)
