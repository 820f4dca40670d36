"""Tracks at the curators' desk."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog import instants, names, thumbnails
from catalog.admin import covers, files, kept, preview, ticked, together
from catalog.admin.moments import MomentField
from catalog.models import Credit, Track, TrackGenre
from catalog.templatetags import pages


class CreditInline(kept.PartInline):
    model = Credit
    fields = ["artist", "role", "position"]
    autocomplete_fields = ["artist"]
    ordering = ["position"]


class TrackGenreInline(kept.PartInline):
    model = TrackGenre
    fields = ["genre", "position"]
    autocomplete_fields = ["genre"]
    ordering = ["position"]


class TrackForm(covers.CoverForm):
    release_at = MomentField(
        required=False, label=_("Release"), help_text=_("Not found and not played before; at once where it is empty.")
    )

    def save(self, commit: bool = True) -> Any:
        self.instance.sort_title = names.sort_key(self.instance.title)
        return super().save(commit)


class StateFilter(admin.SimpleListFilter):
    title = _("what listeners see")
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("listed", _("Listed")),
            ("scheduled", _("Scheduled")),
            ("hidden", _("Hidden")),
            ("gone", _("File gone")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        now = timezone.now()
        found = {
            "listed": lambda: queryset.listed(at=now),
            "scheduled": lambda: queryset.filter(published=True, release_at__gt=now),
            "hidden": lambda: queryset.filter(published=False),
            "gone": lambda: queryset.filter(available=False),
        }.get(self.value() or "")
        return found() if found else queryset


@admin.register(Track)
class TrackAdmin(preview.Previewed, covers.Covered, together.Together, kept.KeptAdmin):
    form = TrackForm
    change_list_template = "admin/catalog/uploads.html"
    preview_template = "track.html"
    together_form = ticked.TracksForm
    fieldsets = [
        (None, {"fields": ["title", "artist", "album", ("disc_number", "track_number", "year"), "explicit"]}),
        (
            _("Publishing"),
            {
                "fields": ["published", "release_at"],
                "description": _(
                    "Songs are not deleted: an import would bring back what is still in its folder. "
                    "What is not published is hidden from everyone, and can be shown again with its plays and places."
                ),
            },
        ),
        (_("Facts"), {"fields": [("duration", "plays", "available"), "sound", "by_hand"]}),
    ]
    readonly_fields = [
        "duration",
        "plays",
        "available",
        "sound",
        "by_hand",
    ]  # of the file and of the listeners, not of curators
    autocomplete_fields = ["album"]
    inlines = [CreditInline, TrackGenreInline]
    list_display = ["picture", "title", "artist", "album", "year", "plays", "state"]
    list_display_links = ["title"]
    sortable_by = ["title"]  # the others have no index that a list could walk
    list_filter = [StateFilter, "explicit"]
    list_select_related = ["album"]
    search_fields = ["title", "artist"]
    ordering = ["sort_title", "id"]

    def get_fieldsets(self, request: HttpRequest, obj: Track | None = None) -> Any:
        """Offer a cover to a song without an album; the others show their album's."""
        sets = list(super().get_fieldsets(request, obj))
        if obj and not obj.album_id:
            sets.insert(1, (_("Cover"), {"fields": [*covers.FIELDS]}))
        return sets

    def preview_context(self, track: Track, parts: preview.Parts) -> dict[str, Any]:
        return preview.of_track(track, parts)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a song begins with its file

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.display(description=_("Cover"))
    def picture(self, track: Track) -> SafeString:
        return thumbnails.of_track(track)

    @admin.display(description=_("Shown"))
    def state(self, track: Track) -> SafeString | Promise:
        if not track.available:
            return _("File gone")
        if not track.published:
            return _("Hidden")
        if track.release_at and track.release_at > timezone.now():
            return instants.shown(track.release_at)
        return _("Listed")

    @admin.display(description=_("Length"))
    def duration(self, track: Track) -> str:
        return pages.clock(track.duration_ms)

    @admin.display(description=_("Sound"))
    def sound(self, track: Track) -> SafeString:
        return files.sound_of(track)

    @admin.display(description=_("Set by hand"))
    def by_hand(self, track: Track) -> str:
        return kept.by_hand(track.curated)
