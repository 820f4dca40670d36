"""Work that waits or has failed."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import instants, reasons, work
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
    list_display = ["what", "subject_id", "state", "attempts", "why", "due"]
    list_filter = ["state", KindFilter]
    search_fields = ["reason"]
    ordering = ["-id"]
    actions = ["retry"]

    @admin.action(description=gettext_lazy("Try the selected failed work again"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Work]) -> None:
        retried = sum(work.retry(row) for row in queryset)
        self.message_user(request, _("%(number)d queued again.") % {"number": retried}, messages.SUCCESS)

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def what(self, row: Work) -> str:
        return str(work.WORDS.get(row.kind, row.kind))  # a row may be older than this version of the code

    @admin.display(description=gettext_lazy("reason"))
    def why(self, row: Work) -> str:
        return reasons.say(row.reason)

    @admin.display(description=gettext_lazy("not before"), ordering="ready_at")
    def due(self, row: Work) -> SafeString:
        return instants.shown(row.ready_at)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("catalog.retry_work")
