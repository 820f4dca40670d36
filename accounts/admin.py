"""The operators' door to accounts: people, where they are signed in, and who may not try a password for a while."""

from typing import Any

from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import deletion
from accounts.models import ApiToken, Session, User


class SeenOnly(admin.ModelAdmin):
    """Rows that nobody makes or changes by hand; deleting one ends it."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class ListenerAdmin(UserAdmin):
    show_full_result_count = False
    list_display = ["username", "email", "is_guest", "is_staff", "is_active", "last_seen_at"]
    list_filter = ["is_guest", "is_staff", "is_active"]

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        deletion.delete_account(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        with transaction.atomic():
            for user in queryset:
                deletion.delete_account(user)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Tell what would go; the last superuser is protected, and so nothing does."""
        going, counts, lacking, protected = super().get_deleted_objects(objs, request)
        if deletion.leaves_nobody(objs):
            protected = [*protected, gettext("the last superuser, who alone can manage accounts")]
        return going, counts, lacking, protected


@admin.register(ApiToken)
class ApiTokenAdmin(SeenOnly):
    """Tokens are made by their listeners; here they are seen, without their digest, and revoked by deletion."""

    fields = ["user", "prefix", "device", "created_at", "last_used_at"]
    list_display = ["prefix", "user", "device", "created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["prefix", "user__username"]


@admin.register(Session)
class SessionAdmin(SeenOnly):
    """Browsers, without their data; deletion signs out."""

    fields = ["user", "device", "created_at", "last_seen_at", "expire_date"]
    list_display = ["device_or_none", "user", "created_at", "last_seen_at"]
    list_select_related = ["user"]
    search_fields = ["user__username"]

    @admin.display(description=_("device"))
    def device_or_none(self, session: Session) -> str:
        return session.device or "–"


@admin.register(AccessAttempt)
class FailedSignInAdmin(SeenOnly):
    """Passwords that were wrong, while they count; deleting the rows of an account lets it try again."""

    fields = ["username", "ip_address", "user_agent", "failures_since_start", "attempt_time", "path_info"]
    list_display = ["username", "ip_address", "user_agent", "failures_since_start", "attempt_time"]
    search_fields = ["username", "ip_address"]
