"""The files behind the catalog: to look at."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog import instants, reasons, sizes, sounds
from catalog.admin import kept
from catalog.models import Library, LibraryFile, Master, Rendition, Track
from catalog.templatetags import pages


def sound_of(track: Track) -> SafeString:
    """Return what there is to hear of a song, and what is being made, for the pages of others."""
    return render_to_string("admin/catalog/_sound.html", {"sound": sounds.of(track)})


@admin.register(Library)
class LibraryAdmin(kept.ReadOnlyAdmin):
    list_display = ["root"]


@admin.register(LibraryFile)
class LibraryFileAdmin(kept.ReadOnlyAdmin):
    list_display = ["path", "library", "sized", "missing", "why"]
    list_filter = ["missing", ("reason", admin.EmptyFieldListFilter)]
    list_select_related = ["library"]
    raw_id_fields = ["library", "master"]
    search_fields = ["path", "reason"]
    ordering = ["id"]

    @admin.display(description=_("size"), ordering="size")
    def sized(self, file: LibraryFile) -> str:
        return sizes.say(file.size)

    @admin.display(description=_("reason"))
    def why(self, file: LibraryFile) -> str:
        return reasons.say_of_file(file.reason)


@admin.register(Master)
class MasterAdmin(kept.ReadOnlyAdmin):
    list_display = ["track", "container", "codec", "bitrate", "sample_rate", "bit_depth", "length", "sized"]
    list_filter = ["container", "codec"]
    list_select_related = ["track"]
    search_fields = ["track__title", "fingerprint", "sha256"]
    ordering = ["id"]

    @admin.display(description=_("Length"), ordering="duration_ms")
    def length(self, master: Master) -> str:
        return pages.clock(master.duration_ms)

    @admin.display(description=_("size"), ordering="size")
    def sized(self, master: Master) -> str:
        return sizes.say(master.size)


@admin.register(Rendition)
class RenditionAdmin(kept.ReadOnlyAdmin):
    list_display = ["track", "name", "mime", "bitrate", "sized", "key", "made"]
    list_filter = ["name", "mime"]
    list_select_related = ["track"]
    search_fields = ["track__title", "key"]
    ordering = ["id"]

    @admin.display(description=_("size"), ordering="size")
    def sized(self, rendition: Rendition) -> str:
        return sizes.say(rendition.size)

    @admin.display(description=_("made"), ordering="created_at")
    def made(self, rendition: Rendition) -> SafeString:
        return instants.shown(rendition.created_at)
