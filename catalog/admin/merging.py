"""Merge what was chosen in a list: which one stays, what moves to it, one act that can be undone."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog import history, states, unions
from catalog.admin import chosen, kept

MOST = 20  # objects of one merge: a page that one can read


class Merging(admin.ModelAdmin):
    """A list whose objects can be merged."""

    actions: Sequence[Any] = ["merge"]

    def get_urls(self) -> list[Any]:
        name = f"catalog_{self.opts.model_name}_merge"
        return [path("merge/", self.admin_site.admin_view(self.merge_page), name=name), *super().get_urls()]

    @admin.action(description=gettext_lazy("Merge"), permissions=["change"])
    def merge(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        ids = list(queryset.order_by("-plays", "id").values_list("pk", flat=True)[: MOST + 1])
        if not 2 <= len(ids) <= MOST:
            said = _("Choose two to merge, or more, up to %(number)d.") % {"number": MOST}
            self.message_user(request, said, messages.WARNING)
            return None
        address = reverse(f"admin:catalog_{self.opts.model_name}_merge")
        return HttpResponseRedirect(f"{address}?ids={chosen.written(ids)}")

    def merge_page(self, request: HttpRequest) -> HttpResponse:
        """Show what a merge would do, for the one that is to stay; a POST does it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        kind = states.kind_of(self.model)
        ids = chosen.of_request(request)[:MOST]
        asked = request.POST.get("keep") or request.GET.get("keep") or ""
        keep = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 12 else next(iter(ids), 0)
        try:
            if request.method == "POST":
                act = history.begin(kept.curator_of(request), "merged")
                done = unions.merge(act, kind, keep=keep, ids=ids)
                said = ngettext(
                    "%(count)d was merged into “%(name)s”.", "%(count)d were merged into “%(name)s”.", len(done.others)
                ) % {"count": len(done.others), "name": done.keep}
                self.message_user(request, said, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:catalog_act", args=[act.id]))
            plan = unions.plan(kind, keep=keep, ids=ids)
        except unions.NotThere:
            self.message_user(request, _("Some of them are there no more, or only one was chosen."), messages.ERROR)
            return HttpResponseRedirect(reverse(f"admin:catalog_{self.opts.model_name}_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Merge"),
            "opts": self.opts,
            "media": self.media,
            "plan": plan,
            "rows": sorted([plan.keep, *plan.others], key=lambda row: ids.index(row.pk)),
            "ids": chosen.written(ids),
            "action": reverse(f"admin:catalog_{self.opts.model_name}_merge"),
        }
        return TemplateResponse(request, "admin/catalog/merge.html", context)
