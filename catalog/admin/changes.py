"""The history at the curators' desk: every change, whole acts with their undo, reverts, and what was deleted."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import curation, differences, history, instants, reasons, reverts, states
from catalog.admin import kept
from catalog.models import Change

PAGE = 50  # changes
LOOK_AGAIN = 2  # seconds, while workers go on with an act


class VerbFilter(admin.SimpleListFilter):
    title = gettext_lazy("what")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(history.VERBS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(verb=self.value()) if self.value() else queryset


class KindFilter(admin.SimpleListFilter):
    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind, shape.model._meta.verbose_name_plural) for kind, shape in states.KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Change)
class ChangeAdmin(kept.ReadOnlyAdmin):
    change_list_template = "admin/catalog/changes.html"
    list_display = ["moment", "actor", "done", "sort", "subject"]
    list_display_links = None
    list_filter = [VerbFilter, KindFilter]
    search_fields = ["label", "actor"]
    ordering = ["-id"]
    actions = None

    class Media:
        css = {"all": ["desk/acts.css"]}
        js = [forms.Script("desk/moments.js", type="module")]

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        own = [
            path("act/<uuid:act_id>/", wrap(self.act), name="catalog_act"),
            path("<int:change_id>/revert/", wrap(self.revert), name="catalog_revert"),
            path("deleted/", wrap(self.deleted), name="catalog_deleted"),
        ]
        return own + super().get_urls()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False  # the database would refuse it

    @admin.display(description=gettext_lazy("When"), ordering="id")
    def moment(self, row: Change) -> SafeString:
        return instants.shown(row.at)

    @admin.display(description=gettext_lazy("What"), ordering="verb")
    def done(self, row: Change) -> SafeString:
        address = reverse("admin:catalog_act", args=[row.act])
        return format_html('<a href="{}">{}</a>', address, history.VERBS.get(row.verb, row.verb))

    @admin.display(description=gettext_lazy("Kind"), ordering="kind")
    def sort(self, row: Change) -> str:
        return _kind_name(row.kind)

    @admin.display(description=gettext_lazy("Name"), ordering="label")
    def subject(self, row: Change) -> SafeString:
        return format_html('<a href="{}"><bdi>{}</bdi></a>', _history_of(row), row.label)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead from one change to its act."""
        self._need(request)
        change = self.get_object(request, object_id)
        if change is None:
            raise Http404
        return HttpResponseRedirect(reverse("admin:catalog_act", args=[change.act]))

    def act(self, request: HttpRequest, act_id: uuid.UUID) -> HttpResponse:
        """Show what an act did and whether it can be undone; a POST undoes it."""
        self._need(request)
        changes = Change.objects.filter(act=act_id).order_by("id")
        first = changes.first()
        waiting = reverts.waiting(act_id)
        if first is None and not waiting:
            if request.method == "GET":
                self.message_user(request, _("Nothing had to be changed."), messages.INFO)
            return HttpResponseRedirect(reverse("admin:catalog_change_changelist"))
        may = self._may_change(request, {*changes.order_by().values_list("kind", flat=True).distinct()})
        if request.method == "POST":
            if not may:
                raise PermissionDenied
            try:
                undone = reverts.undo(act_id, by=kept.curator_of(request))
            except reverts.Conflict as conflict:
                self._refuse(request, conflict)
                return HttpResponseRedirect(request.path)
            self.message_user(request, _("It was undone."), messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:catalog_act", args=[undone.id]))
        page = Paginator(changes, PAGE).get_page(request.GET.get("p"))
        lines = differences.of_changes(page.object_list)
        context = {
            **self._context(request),
            "title": _("%(name)s: %(what)s")
            % {"name": first.actor if first else "", "what": history.VERBS.get(first.verb, "") if first else ""},
            "first": first,
            "page": page,
            "entries": [
                {"change": row, "kind": _kind_name(row.kind), "address": _history_of(row), "lines": lines[row.pk]}
                for row in page.object_list
            ],
            "waiting": waiting,
            "failed": reasons.say(reverts.failed(act_id)),
            # Of many, the press of the button finds out: looking at 10,000 takes seconds.
            "reasons": [] if waiting or page.paginator.count > curation.BATCH else reverts.of_act(act_id).reasons,
            "may_undo": may,
            "undone_by": Change.objects.filter(undoes=act_id).first(),
        }
        answer = TemplateResponse(request, "admin/catalog/act.html", context)
        if waiting and not context["failed"]:
            answer["Refresh"] = str(LOOK_AGAIN)
        return answer

    def revert(self, request: HttpRequest, change_id: int) -> HttpResponse:
        """Show what taking an object to how it was before a change would do; a POST with its seal does it."""
        self._need(request)
        change = get_object_or_404(Change, id=change_id) if change_id < 1 << 63 else None
        if change is None:
            raise Http404
        if not self._may_change(request, {change.kind}):
            raise PermissionDenied
        if request.method == "POST":
            try:
                reverts.revert(change, by=kept.curator_of(request), seal=request.POST.get("seal", ""))
            except reverts.Conflict as conflict:
                self._refuse(request, conflict)
                return HttpResponseRedirect(request.path)
            said = _("“%(name)s” is as it was before.") % {"name": change.label}
            self.message_user(request, said, messages.SUCCESS)
            return HttpResponseRedirect(_history_of(change))
        found = reverts.before(change)
        key = (change.kind, change.subject_id)
        now, then = found.now.get(key), found.then.get(key, {})
        words = differences.Words([now, then])
        context = {
            **self._context(request),
            "title": _("Revert “%(name)s”") % {"name": change.label},
            "change": change,
            "gone": key in found.now and now is None,
            "lines": words.lines({name: now[name] for name in then} if now else None, then),
            "reasons": found.reasons,
            "seal": found.seal,
            "later": Change.objects.of(*key).filter(id__gt=change.pk).count(),
            "back": _history_of(change),
        }
        return TemplateResponse(request, "admin/catalog/revert.html", context)

    def deleted(self, request: HttpRequest) -> HttpResponse:
        """Show what was deleted and is still gone, the newest first."""
        self._need(request)
        page = Paginator(Change.objects.filter(verb="deleted").order_by("-id"), PAGE).get_page(request.GET.get("p"))
        by_kind: dict[str, list[int]] = {}
        for row in page.object_list:
            by_kind.setdefault(row.kind, []).append(row.subject_id)
        there = {
            (kind, row_id)
            for kind, ids in by_kind.items()
            for row_id in states.KINDS[kind].model.objects.filter(id__in=ids).values_list("id", flat=True)
        }
        context = {
            **self._context(request),
            "title": _("Recently deleted"),
            "page": page,
            "entries": [
                {
                    "change": row,
                    "kind": _kind_name(row.kind),
                    "there": (row.kind, row.subject_id) in there,
                    "may": self._may_change(request, {row.kind}),
                }
                for row in page.object_list
            ],
        }
        return TemplateResponse(request, "admin/catalog/deleted.html", context)

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
        }

    def _need(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _may_change(self, request: HttpRequest, kinds: set[str]) -> bool:
        return all(request.user.has_perm(f"catalog.change_{kind}") for kind in kinds)

    def _refuse(self, request: HttpRequest, conflict: reverts.Conflict) -> None:
        said = _("Nothing was changed. %(reasons)s") % {"reasons": " ".join(conflict.reasons[:5])}
        self.message_user(request, said, messages.ERROR)


def _kind_name(kind: str) -> str:
    return str(states.KINDS[kind].model._meta.verbose_name)


def _history_of(row: Change) -> str:
    return reverse(f"admin:catalog_{row.kind}_history", args=[row.subject_id])
