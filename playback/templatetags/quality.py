"""How the desk says figures of listening: waits and shares."""

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

register = template.Library()

LITTLE = 0.001  # a share below it is not nothing


@register.filter
def wait(ms: float | None) -> str:
    """Return 87 ms, or 1.2 s from a second on; a dash for none."""
    if ms is None:
        return "–"
    if ms < 999.5:
        return _("%(number)s ms") % {"number": round(ms)}
    return _("%(number)s s") % {"number": number_format(ms / 1000, 1 if ms < 10_000 else 0, use_l10n=True)}


@register.filter
def share(part: float) -> str:
    """Return 1.3 %; of very little, that it is less than 0.1 %."""
    if 0 < part < LITTLE:
        return _("< %(number)s %%") % {"number": number_format(LITTLE * 100, 1, use_l10n=True)}
    return _("%(number)s %%") % {"number": number_format(part * 100, 1 if part else 0, use_l10n=True)}
