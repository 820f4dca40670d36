"""A template tag for what the player tells of itself."""

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def beacons() -> SafeString:
    """Say in an attribute where the player may tell how plays went; nothing where it may not."""
    return format_html(' data-beacons="{}"', reverse("beacons")) if settings.BEACONS else SafeString("")
