"""Work that waits or has failed."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import instants, reasons, sounds, work
from catalog.admin import kept
from catalog.models import Work


class KindFilter(admin.SimpleListFilter):
    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(work.WORDS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Work]) -> QuerySet[Work]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Work)
class WorkAdmin(kept.ReadOnlyAdmin):
    list_display = ["what", "about", "standing", "why", "attempts", "asked", "due"]
    list_filter = ["state", KindFilter]
    search_fields = ["reason"]
    ordering = ["-id"]
    actions = ["retry"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Work]:
        return sounds.name_subjects(super().get_queryset(request))

    @admin.action(description=gettext_lazy("Try the selected failed work again"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Work]) -> None:
        retried = work.retry_many(queryset)
        self.message_user(request, _("%(number)d queued again.") % {"number": retried}, messages.SUCCESS)

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def what(self, row: Work) -> str:
        return str(work.WORDS.get(row.kind, row.kind))  # a row may be older than this version of the code

    @admin.display(description=gettext_lazy("subject"), ordering="subject_id")
    def about(self, row: Any) -> SafeString | str:
        if row.song_id:
            return _link("track", row.song_id, row.song)
        if row.artist:
            return _link("artist", row.subject_id, row.artist)
        return str(row.subject_id or "-")

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def standing(self, row: Work) -> str:
        done = f", {row.progress} %" if row.state == Work.State.RUNNING and row.progress is not None else ""
        return f"{row.get_state_display()}{done}"

    @admin.display(description=gettext_lazy("reason"))
    def why(self, row: Work) -> str:
        return reasons.say(row.reason)

    @admin.display(description=gettext_lazy("asked for"), ordering="created_at")
    def asked(self, row: Work) -> SafeString:
        return instants.shown(row.created_at)

    @admin.display(description=gettext_lazy("not before"), ordering="ready_at")
    def due(self, row: Work) -> SafeString:
        return instants.shown(row.ready_at)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("catalog.retry_work")


def _link(kind: str, row_id: int, name: str) -> SafeString:
    return format_html('<a href="{}"><bdi>{}</bdi></a>', reverse(f"admin:catalog_{kind}_change", args=[row_id]), name)
