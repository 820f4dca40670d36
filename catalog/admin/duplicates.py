"""Likely duplicates at the curators' desk: side by side, to merge, to hide, or to tell apart for good."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from catalog import duplicates, states, thumbnails
from catalog.admin import chosen

PAGE = 25  # groups


class Duplicates(admin.ModelAdmin):
    """The page of all kinds; it is one of the artists' addresses."""

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.duplicates_page)
        return [path("duplicates/", page, name="catalog_duplicates"), *super().get_urls()]

    def duplicates_page(self, request: HttpRequest) -> HttpResponse:
        """Show a page of groups; a POST says that the chosen are not the same."""
        asked = request.GET.get("kind", "")
        kind = asked if asked in duplicates.FINDERS else "artist"
        if not request.user.has_perm(f"catalog.change_{kind}"):
            raise PermissionDenied
        if request.method == "POST":
            duplicates.tell_apart(kind, chosen.of_request(request)[: duplicates.GROUP])
            self.message_user(request, _("They will not be shown together again."), messages.SUCCESS)
            return HttpResponseRedirect(request.get_full_path())
        found = duplicates.FINDERS[kind](after=request.GET.get("after", "").replace("\0", ""), limit=PAGE)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Find duplicates"),
            "opts": self.opts,
            "media": self.media,
            "kind": kind,
            "kinds": [(name, states.KINDS[name].model._meta.verbose_name_plural) for name in duplicates.FINDERS],
            "groups": [(group, [(row, _picture(kind, row)) for row in group.rows]) for group in found.groups],
            "more": f"?{urlencode({'kind': kind, 'after': found.more})}" if found.more else "",
            "merge": reverse(f"admin:catalog_{kind}_merge") if kind != "track" else "",
            "hide": reverse("admin:catalog_track_together", args=["hide"]),
        }
        return TemplateResponse(request, "admin/catalog/duplicates.html", context)


def _picture(kind: str, row: Any) -> str:
    cover = row.album.cover_key if kind == "track" and row.album else row.cover_key
    return thumbnails.picture(kind, row.pk, str(row), cover)
