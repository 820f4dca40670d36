"""Edit, publish, hide and schedule what was chosen in a list: a form, a preview of what it does, one act."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from catalog import differences, edits, history, states
from catalog.admin import chosen, kept
from catalog.admin.ticked import ScheduleForm, TickedForm
from catalog.models import Track
from catalog.states import State

EXAMPLES = 10  # objects of a preview


class Together(admin.ModelAdmin):
    """A list whose objects can be edited, published, hidden and scheduled together."""

    together_form: type[TickedForm]
    actions: Sequence[Any] = ["edit_together", "publish", "hide", "schedule"]

    def get_urls(self) -> list[Any]:
        name = f"catalog_{self.opts.model_name}_together"
        return [
            path("together/<str:what>/", self.admin_site.admin_view(self.together), name=name),
            *super().get_urls(),
        ]

    @admin.action(description=gettext_lazy("Edit together"), permissions=["change"])
    def edit_together(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._open(request, "edit", queryset)

    @admin.action(description=gettext_lazy("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._open(request, "publish", queryset)

    @admin.action(description=gettext_lazy("Hide"), permissions=["change"])
    def hide(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._open(request, "hide", queryset)

    @admin.action(description=gettext_lazy("Schedule"), permissions=["change"])
    def schedule(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._open(request, "schedule", queryset)

    def together(self, request: HttpRequest, what: str) -> HttpResponse:
        """Show what an edit of the chosen objects would do, or do it; a GET has nothing chosen."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if what not in WAYS:
            raise Http404
        try:
            if ids := chosen.of_request(request):
                return self._page(request, what, ids, step=request.POST.get("step", ""))
        except chosen.Excess as excess:
            self.message_user(request, str(excess), messages.ERROR)
        return HttpResponseRedirect(self._list())

    def _open(self, request: HttpRequest, what: str, queryset: QuerySet) -> HttpResponse | None:
        try:
            return self._page(request, what, chosen.of_queryset(queryset), step="")
        except chosen.Excess as excess:
            self.message_user(request, str(excess), messages.ERROR)
            return None

    def _page(self, request: HttpRequest, what: str, ids: list[int], *, step: str) -> HttpResponse:
        way = WAYS[what]
        kind, subjects = self._subjects(what, ids)
        form = self._form(what, request.POST if step else None)
        values = way.values if form is None else form.values() if step and form.is_valid() else None
        if step == "apply" and values is not None:
            act = history.begin(kept.curator_of(request), way.verb)
            edits.apply(act, kind, subjects, values)
            return HttpResponseRedirect(reverse("admin:catalog_act", args=[act.id]))
        context = {
            **self.admin_site.each_context(request),
            "title": way.title,
            "opts": self.opts,
            "form": form,
            "media": self.media + (form.media if form else forms.Media()),
            "count": len(subjects),
            "many": ngettext("%(count)d song", "%(count)d songs", len(subjects))
            if kind == "track"
            else ngettext("%(count)d album", "%(count)d albums", len(subjects)),
            "ids": chosen.written(ids),
            "what": what,
            "action": reverse(f"admin:catalog_{self.opts.model_name}_together", args=[what]),
            "button": way.button,
            "preview": values is not None,
            "examples": _examples(kind, subjects, values) if values is not None else [],
            "back": self._list(),
        }
        context["many"] = context["many"] % {"count": len(subjects)}
        return TemplateResponse(request, "admin/catalog/together.html", context)

    def _form(self, what: str, data: Any) -> Any:
        if what == "edit":
            return self.together_form(data)
        return ScheduleForm(data) if what == "schedule" else None

    def _subjects(self, what: str, ids: list[int]) -> tuple[str, list[int]]:
        """Return what is changed: the songs of albums, where these are published; raise Excess for too many."""
        kind = states.kind_of(self.model)
        if what == "edit" or kind == "track":
            return kind, ids
        songs = [Track.objects.filter(album_id__in=some).values_list("id", flat=True) for some in states.batches(ids)]
        return "track", chosen.few_enough([song for some in songs for song in some])

    def _list(self) -> str:
        return reverse(f"admin:catalog_{self.opts.model_name}_changelist")


@dataclass(frozen=True)
class Way:
    """One thing to do with many objects; `values` where there is nothing to ask for."""

    verb: str
    title: str | Promise
    button: str | Promise
    values: State | None = None


WAYS = {
    "edit": Way("together", gettext_lazy("Edit together"), gettext_lazy("Change")),
    "publish": Way(
        "published", gettext_lazy("Publish"), gettext_lazy("Publish"), {"published": True, "release_at": None}
    ),
    "hide": Way("hidden", gettext_lazy("Hide"), gettext_lazy("Hide"), {"published": False}),
    "schedule": Way("scheduled", gettext_lazy("Schedule"), gettext_lazy("Schedule")),
}


def _examples(kind: str, ids: list[int], values: State) -> list[tuple[str, list[differences.Line]]]:
    """Return what changes of the first few, by name."""
    now = states.take(kind, ids[:EXAMPLES])
    then = {row_id: edits.outcome(state, values) for row_id, state in now.items()}
    words = differences.Words([*now.values(), *then.values()])
    return [(now[row_id]["title"], words.lines(_only(now[row_id], new), new)) for row_id, new in then.items()]


def _only(state: State, fields: State) -> State:
    return {name: state[name] for name in fields}
