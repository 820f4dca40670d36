"""Forms to change many objects: of their fields only those count that are ticked."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import widgets
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import edits
from catalog.admin.moments import MomentField
from catalog.models import Album, Genre, Track, TrackGenre
from catalog.states import State


class TickedForm(forms.Form):
    """Fields of which only those count that are ticked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = list(self.fields)
        for name in self.offered:
            self.fields[name].required = False
            self.fields[f"set_{name}"] = forms.BooleanField(
                required=False, label=_("Change: %(field)s") % {"field": self.fields[name].label}
            )

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return each tick with its field."""
        return [(self[f"set_{name}"], self[name]) for name in self.offered]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.ticked = [name for name in self.offered if cleaned.get(f"set_{name}")]
        if not self.ticked:
            raise forms.ValidationError(_("Tick what you want to change."))
        for name in self.ticked:
            if name in self.needed and cleaned.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, _("This cannot be empty."))
        return cleaned

    needed: frozenset[str] = frozenset()

    def values(self) -> State:
        """Return the ticked fields as `catalog.states` has them."""
        return {name: _stated(name, self.cleaned_data[name]) for name in self.ticked}


class TracksForm(TickedForm):
    needed = frozenset(("artist", "disc_number"))

    album = forms.ModelChoiceField(
        queryset=Album.objects.all(),
        label=gettext_lazy("Album"),
        help_text=gettext_lazy("Empty: no album."),
        widget=widgets.AutocompleteSelect(Track._meta.get_field("album"), admin.site),
    )
    artist = forms.CharField(max_length=512, label=gettext_lazy("Artist as shown"))
    disc_number = forms.IntegerField(min_value=1, max_value=999, label=gettext_lazy("Disc"))
    year = forms.IntegerField(min_value=1, max_value=9999, label=gettext_lazy("Year"))
    explicit = forms.BooleanField(label=gettext_lazy("Explicit"))
    genres = forms.ModelMultipleChoiceField(
        queryset=Genre.objects.all(),
        label=gettext_lazy("Genres"),
        help_text=gettext_lazy("These instead of those there are."),
        widget=widgets.AutocompleteSelectMultiple(TrackGenre._meta.get_field("genre"), admin.site),
    )
    more_genres = forms.ModelMultipleChoiceField(
        queryset=Genre.objects.all(),
        label=gettext_lazy("More genres"),
        help_text=gettext_lazy("These after those there are."),
        widget=widgets.AutocompleteSelectMultiple(TrackGenre._meta.get_field("genre"), admin.site),
    )


class AlbumsForm(TickedForm):
    needed = frozenset(("artist",))

    artist = forms.CharField(max_length=512, label=gettext_lazy("Artist as shown"))
    year = forms.IntegerField(min_value=1, max_value=9999, label=gettext_lazy("Year"))
    compilation = forms.BooleanField(label=gettext_lazy("Compilation"))


class ScheduleForm(forms.Form):
    release_at = MomentField(label=gettext_lazy("Release"))

    def values(self) -> State:
        return {"published": True, "release_at": self.cleaned_data["release_at"].isoformat()}


def _stated(name: str, value: Any) -> Any:
    """Return a form's value as a state has it."""
    if name == "genres":
        return [[genre.pk, place] for place, genre in enumerate(value)]
    if name == edits.ADDED:
        return [genre.pk for genre in value]
    if name == "album":
        return value.pk if value else None
    return value
