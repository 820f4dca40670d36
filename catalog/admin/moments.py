"""A moment as a curator writes it: date and time with their time zone; it is kept in UTC."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

WRITTEN = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")


def zones() -> list[tuple[str, str]]:
    """Return the choice of time zones, UTC first."""
    return [("UTC", "UTC"), *((name, name) for name in sorted(available_timezones() - {"UTC"}))]


class MomentWidget(forms.MultiWidget):
    """A date with time, and their zone. A script writes both in the zone of the browser as the page opens."""

    class Media:
        js = [forms.Script("desk/moments.js", type="module")]

    def __init__(self) -> None:
        named = {"type": "datetime-local", "data-moment": "", "aria-label": _("Date and time")}
        when = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs=named)
        super().__init__([when, forms.Select(choices=zones(), attrs={"aria-label": _("Time zone")})])

    def decompress(self, value: datetime | None) -> list[Any]:
        return [timezone.make_naive(value, UTC) if value else None, "UTC"]


class MomentField(forms.MultiValueField):
    """An aware datetime in UTC. Hours that a change of the clocks leaves out or doubles are refused in words."""

    widget = MomentWidget

    def __init__(self, **options: Any) -> None:
        fields = [
            forms.DateTimeField(input_formats=WRITTEN, required=False),
            forms.ChoiceField(choices=zones(), required=False),
        ]
        with timezone.override(UTC):
            super().__init__(fields=fields, require_all_fields=False, **options)

    def clean(self, value: Any) -> datetime | None:
        """Read the time in UTC first: the zone that goes with it comes second."""
        with timezone.override(UTC):
            return super().clean(value)

    def compress(self, values: list[Any]) -> datetime | None:
        if not values or not values[0]:
            if self.required:
                raise forms.ValidationError(_("Give date and time."), code="required")
            return None
        written, zone = values[0].replace(tzinfo=None), ZoneInfo(values[1] or "UTC")
        early, late = (written.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
        if early != late:
            raise forms.ValidationError(
                _("The clocks change in that hour: choose another time, or write it in UTC."), code="clocks"
            )
        return written.replace(tzinfo=zone).astimezone(UTC)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare moments, not how they are written: the script may have changed the zone."""
        try:
            return self.clean(data) != (initial.replace(second=0, microsecond=0) if initial else None)
        except forms.ValidationError:
            return True
