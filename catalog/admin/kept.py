"""Admin pages of rows that other rows show or count, and of rows that the service alone writes."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from catalog import curation


class KeptAdmin(admin.ModelAdmin):
    """A row that other rows show or count: saving and deleting it refreshes them, in the admin's transaction."""

    show_full_result_count = False  # a second count of a large table a page
    list_per_page = 50
    kind = ""  # of the search index; empty where it holds no such rows

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        form.reach = curation.reach_of(obj)
        if not change and hasattr(obj, "created_at"):
            obj.created_at = timezone.now()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        curation.refresh(form.reach | curation.reach_of(form.instance))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        reach, row_id = curation.reach_of(obj), obj.pk
        super().delete_model(request, obj)
        curation.forget(reach, kind=self.kind, ids=[row_id])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        reach, ids = curation.Reach(), [row.pk for row in queryset]
        for row in queryset:
            reach |= curation.reach_of(row)
        super().delete_queryset(request, queryset)
        curation.forget(reach, kind=self.kind, ids=ids)


class ReadOnlyAdmin(admin.ModelAdmin):
    """What the service writes itself: to look at, and to delete."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
