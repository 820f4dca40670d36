"""Admin pages of rows that other rows show or count, with their history; and of rows that the service alone writes."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from catalog import curation, differences, history, states
from catalog.admin import scale
from catalog.models import Change

MOMENTS = forms.Script("desk/moments.js", type="module")
HISTORY_PAGE = 50  # changes
SORTED = {"sort_title", "sort_name"}  # columns that follow the title or name


class Quiet(admin.ModelAdmin):
    """A list without what a large table makes dear: counts of all of it, and of what each filter would leave."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    paginator = scale.BoundedPaginator

    def get_action_choices(self, request: HttpRequest, default_choices: Any = None) -> list[tuple[str, str]]:
        return super().get_action_choices(request, default_choices or [("", _("Choose what to do"))])


class KeptAdmin(Quiet):
    """A row that other rows show or count: its changes are recorded, and refresh them, in the admin's transaction.

    Of a row that was there, the columns that its form names are written and no others: what workers and listeners
    write meanwhile stays.
    """

    class Media:
        css = {"all": ["desk/acts.css"]}
        js = [MOMENTS]

    @property
    def kind(self) -> str:
        return states.kind_of(self.model)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        if self.kind == "genre" or not search_term.strip():
            return super().get_search_results(request, queryset, search_term)
        return scale.find(self.kind, queryset, search_term), False

    def view_on_site(self, obj: Any) -> str | None:
        """Return its page in the player, where listeners have one; one query."""
        rows: Any = self.model._default_manager.filter(pk=obj.pk)
        listed = rows.listed(at=timezone.now()) if self.kind == "track" else rows.listed()
        return reverse(self.kind, args=[obj.slug if self.kind == "genre" else obj.pk]) if listed.exists() else None

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("change"):
            context["show_save_and_add_another"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Say that it was saved, with the ways back to it and to what listeners see."""
        if IS_POPUP_VAR in request.POST:
            return super().response_change(request, obj)
        said, seen = _("“%(name)s” was saved.") % {"name": obj}, self.view_on_site(obj)
        player = format_html(' <a href="{}">{}</a>', seen, _("See it in the player")) if seen else ""
        if "_continue" in request.POST:
            self.message_user(request, format_html("{}{}", said, player), messages.SUCCESS)
            return HttpResponseRedirect(request.get_full_path())
        again = format_html('<a href="{}">{}</a>', request.path, _("Back to its page"))
        self.message_user(request, format_html("{} {}{}", said, again, player), messages.SUCCESS)
        return self.response_post_save_change(request, obj)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return _calm(super().formfield_for_dbfield(db_field, request, **kwargs))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Say how many songs and albums hold it, where Django would list a row of each."""
        going, counts, lacking, protected = super().get_deleted_objects(objs, request)
        if protected:
            said = ngettext(
                "%(count)d place of a song or album: take it off there first.",
                "%(count)d places of songs or albums: take it off there first.",
                len(protected),
            )
            protected = [said % {"count": len(protected)}]
        return going, counts, lacking, protected

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        act = history.begin(curator_of(request), "changed" if change else "created")
        form.edit = curation.Edit(act, {self.kind: [obj.pk] if change else []})
        if change:
            fields = obj._meta.concrete_fields
            obj.save(update_fields=[one.name for one in fields if one.name in form.cleaned_data or one.name in SORTED])
        else:
            if hasattr(obj, "created_at"):
                obj.created_at = timezone.now()
            obj.save()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.edit.end({self.kind: [form.instance.pk]})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.delete_queryset(request, self.model._default_manager.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        ids = list(queryset.values_list("pk", flat=True))
        with curation.editing(history.begin(curator_of(request), "deleted"), {self.kind: ids}):
            super().delete_queryset(request, queryset)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show what curators did to the object, act by act, also where it is gone."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        obj = self.get_object(request, object_id)
        row_id = int(object_id) if object_id.isascii() and object_id.isdecimal() and len(object_id) < 19 else 0
        changes = Change.objects.of(self.kind, row_id)
        newest = changes.first()
        if obj is None and newest is None:
            raise Http404
        page = Paginator(changes, HISTORY_PAGE).get_page(request.GET.get("p"))
        lines = differences.of_changes(page.object_list)
        acts = [row.act for row in page.object_list]
        reached = dict(Change.objects.filter(act__in=acts).order_by().values_list("act").annotate(Count("id")))
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %(name)s") % {"name": obj or (newest and newest.label)},
            "opts": self.opts,
            "object": obj,
            "page": page,
            "entries": [
                {
                    "change": row,
                    "verb": history.VERBS.get(row.verb, row.verb),
                    "lines": lines[row.pk],
                    "others": reached[row.act] - 1,
                }
                for row in page.object_list
            ],
            "may_revert": self.has_change_permission(request, obj),
        }
        return TemplateResponse(request, "admin/catalog/history.html", context)


class NamedFormSet(forms.BaseInlineFormSet):
    """Rows of fields that say their own names: the table's headings do not reach whoever cannot see them."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            if not field.widget.is_hidden:
                field.widget.attrs.setdefault("aria-label", field.label)


class PartInline(admin.TabularInline):
    """Rows that are a part of the page's object: who may change it may change them."""

    extra = 0
    formset = NamedFormSet

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return _calm(super().formfield_for_dbfield(db_field, request, **kwargs))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "view") or self._may(request, "change")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "change") if obj else self._may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_add_permission(request, obj)

    def _may(self, request: HttpRequest, verb: str) -> bool:
        return request.user.has_perm(f"catalog.{verb}_{self.parent_model._meta.model_name}")


class ReadOnlyAdmin(Quiet):
    """What the service writes itself: to look at."""

    class Media:
        css = {"all": ["desk/acts.css"]}
        js = [MOMENTS]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _calm(field: Any) -> Any:
    """Leave beside a chooser what edits and what adds; an album does not go by a cross on the page of a song."""
    if field is not None and hasattr(field.widget, "can_delete_related"):
        field.widget.can_delete_related = field.widget.can_view_related = False
    return field


def curator_of(request: HttpRequest) -> User:
    """Return who is at the desk; the admin lets nobody in who has not signed in."""
    return cast("User", request.user)


def by_hand(curated: list[str]) -> str:
    """Say which fields an import leaves as they are."""
    names = [str(label) for name, label in differences.LABELS.items() if name in curated]
    if not names:
        return _("Nothing: all of it follows the files.")
    return _("%(fields)s. An import leaves this as it is, until it is reverted.") % {"fields": ", ".join(names)}
