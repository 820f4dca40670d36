"""The cover on the page of an album, or of a song without one: a new picture, or the drawn one again."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog import covers, cutter, reasons, thumbnails, work
from catalog.admin import kept
from catalog.models import Cover
from spotify_lite import tickets

TAKEN = "image/jpeg,image/png,image/webp,image/gif"
FIELDS = ["cover_file", "cover_removed", "cover_chosen"]


class Carried(forms.HiddenInput):
    """A field that the page carries along; nobody reads its label, and HTML has none for what is hidden."""

    def id_for_label(self, id_: str) -> str:
        return ""


class PictureInput(forms.FileInput):
    """A file field beside the picture of now and the one that takes its place; desk/cover.js shows a file at once."""

    now = SafeString("")
    then = SafeString("")

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        field = super().render(name, value, attrs, renderer)
        return SafeString(
            render_to_string("admin/catalog/_cover.html", {"field": field, "now": self.now, "then": self.then})
        )


class CoverForm(forms.ModelForm):
    """A form whose picture is cut when it is sent; it is kept where another field has to be mended first."""

    cover_file = forms.FileField(
        label=_("New cover"),
        required=False,
        widget=PictureInput(attrs={"accept": TAKEN}),
        help_text=_("JPEG, PNG, WebP or GIF, up to 10 MB and 4096 pixels a side; what is not square is cut."),
    )
    cover_removed = forms.BooleanField(label=_("Take the cover away; one is drawn instead"), required=False)
    cover_chosen = forms.CharField(widget=Carried, required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        kind = self._meta.model._meta.model_name or ""
        self.fields["cover_file"].widget.now = thumbnails.large(kind, row.pk or 0, str(row), row.cover_key)
        if not row.cover_key:
            self.fields["cover_removed"].widget = Carried()

    def clean_cover_file(self) -> Any:
        """Cut the picture in the sandbox; say beside the field why it is not taken."""
        file = self.cleaned_data["cover_file"]
        if not file:
            return None
        if file.size > cutter.LARGEST:
            raise ValidationError(reasons.say(cutter.TOO_LARGE))
        try:
            return covers.take(file.file)
        except work.Failed as refused:
            raise ValidationError(reasons.say(str(refused))) from None

    def clean_cover_chosen(self) -> str:
        key = str(self.cleaned_data["cover_chosen"])
        return key if key and Cover.objects.filter(key=key).exists() else ""

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if key := self.cover:
            self.data = self.data.copy()  # type: ignore[attr-defined] # a QueryDict: the page that comes back has it
            self.data[self.add_prefix("cover_chosen")] = key  # type: ignore[index]
            self.fields["cover_file"].widget.then = thumbnails.served(key)
        return cleaned

    @property
    def cover(self) -> str | None:
        """Return the key of the picture that was chosen; None where none was."""
        return self.cleaned_data.get("cover_file") or self.cleaned_data.get("cover_chosen") or None


class Covered(kept.KeptAdmin):
    """An admin page with a `CoverForm`."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Choose the picture within the page's act, so that the history has it beside the other fields."""
        super().save_model(request, obj, form, change)
        if form.cover or form.cleaned_data.get("cover_removed"):
            obj.cover_wanted = obj.cover_key = form.cover
            obj.save(update_fields=["cover_wanted", "cover_key"])

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().changeform_view(request, *args, **kwargs)
        if self.has_change_permission(request):
            tickets.give(answer, kept.curator_of(request).pk)  # pictures are larger than the front takes from anybody
        return answer
