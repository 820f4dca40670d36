"""Template tags that say where somebody is signed in, in the page's language."""

from datetime import timedelta

from django import template
from django.utils import formats, timezone
from django.utils.translation import gettext

from accounts import devices
from accounts.signins import SignIn

register = template.Library()


@register.simple_tag
def device_name(place: SignIn) -> str:
    """Return the browser and its system, as far as they are known."""
    browser, on, system = place.device.partition(devices.ON)
    if on:
        return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return place.device or gettext("A browser")


@register.simple_tag
def seen(place: SignIn) -> str:
    """Return when the place was last used, to the day."""
    if place.seen is None:
        return gettext("never used")
    day, today = timezone.localdate(place.seen), timezone.localdate()
    if day >= today:
        return gettext("used today")
    if day == today - timedelta(days=1):
        return gettext("used yesterday")
    return gettext("last used on %(day)s") % {"day": formats.date_format(day, "DATE_FORMAT")}
