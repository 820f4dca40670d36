"""What was played, to look at: listeners write it, and nobody else."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from playback.models import Play


@admin.register(Play)
class PlayAdmin(admin.ModelAdmin):
    show_full_result_count = False
    list_display = ["track", "listener", "device", "started_at", "counted_at"]
    list_select_related = ["track", "listener"]
    ordering = ["-id"]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
