"""Work that waits or has failed."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from catalog import work
from catalog.admin import kept
from catalog.models import Work


@admin.register(Work)
class WorkAdmin(kept.ReadOnlyAdmin):
    list_display = ["kind", "subject_id", "state", "attempts", "reason", "ready_at"]
    list_filter = ["state", "kind"]
    search_fields = ["reason"]
    ordering = ["-id"]
    actions = ["retry"]

    @admin.action(description="Try the selected failed work again", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Work]) -> None:
        retried = sum(work.retry(row) for row in queryset)
        self.message_user(request, f"{retried} queued again.", messages.SUCCESS)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("catalog.change_work")
