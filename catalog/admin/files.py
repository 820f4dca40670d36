"""The files behind the catalog: to look at."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from catalog import reasons
from catalog.admin import kept
from catalog.models import Library, LibraryFile, Master, Rendition


@admin.register(Library)
class LibraryAdmin(kept.ReadOnlyAdmin):
    list_display = ["root"]


@admin.register(LibraryFile)
class LibraryFileAdmin(kept.ReadOnlyAdmin):
    list_display = ["path", "library", "size", "missing", "why"]
    list_filter = ["missing", ("reason", admin.EmptyFieldListFilter)]
    list_select_related = ["library"]
    raw_id_fields = ["library", "master"]
    search_fields = ["path", "reason"]
    ordering = ["id"]

    @admin.display(description=_("reason"))
    def why(self, file: LibraryFile) -> str:
        return reasons.say_of_file(file.reason)


@admin.register(Master)
class MasterAdmin(kept.ReadOnlyAdmin):
    list_display = ["track", "container", "codec", "bitrate", "sample_rate", "bit_depth", "duration_ms", "size"]
    list_filter = ["container", "codec"]
    list_select_related = ["track"]
    search_fields = ["track__title", "fingerprint", "sha256"]
    ordering = ["id"]


@admin.register(Rendition)
class RenditionAdmin(kept.ReadOnlyAdmin):
    list_display = ["track", "name", "mime", "bitrate", "size", "key", "created_at"]
    list_filter = ["name", "mime"]
    list_select_related = ["track"]
    search_fields = ["track__title", "key"]
    ordering = ["id"]
