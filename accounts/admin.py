"""The operators' door to accounts and their tokens."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model
from django.http import HttpRequest

from accounts.models import ApiToken, User


@admin.register(User)
class ListenerAdmin(UserAdmin):
    show_full_result_count = False
    list_display = ["username", "email", "is_guest", "is_staff", "is_active", "last_seen_at"]
    list_filter = ["is_guest", "is_staff", "is_active"]


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """Tokens are made by their listeners; here they are seen, without their digest, and revoked by deletion."""

    show_full_result_count = False
    fields = ["user", "prefix", "device", "created_at", "last_used_at"]
    list_display = ["prefix", "user", "device", "created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["prefix", "user__username"]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
