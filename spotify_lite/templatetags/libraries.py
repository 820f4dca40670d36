"""Template tags for browser libraries that may be missing."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from spotify_lite import assets

register = template.Library()


@register.simple_tag
def library_styles() -> SafeString:
    """Link the installed libraries' stylesheets; nothing where npm has not been reached: fonts fall back."""
    names = [f"{package}/index.css" for package in assets.LIBRARIES if assets.installed(f"{package}/index.css")]
    links = ((static(f"{assets.PREFIX}/{name}"),) for name in names)
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', links)
