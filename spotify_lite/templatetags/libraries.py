"""Template tags for what a page's head links: browser libraries, which may be missing, and modules."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from spotify_lite import assets, modules

register = template.Library()


@register.simple_tag
def library_styles() -> SafeString:
    """Link the installed libraries' stylesheets; nothing where npm has not been reached: fonts fall back."""
    names = [f"{package}/index.css" for package in assets.LIBRARIES if assets.installed(f"{package}/index.css")]
    links = ((static(f"{assets.PREFIX}/{name}"),) for name in names)
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', links)


@register.simple_tag
def font_preload() -> SafeString:
    """Link the face that nearly every page needs, so that it comes beside the stylesheet that names it."""
    if not assets.installed(assets.FACE):
        return SafeString("")
    link = '<link rel="preload" href="{}" as="font" type="font/woff2" crossorigin>'
    return format_html(link, static(f"{assets.PREFIX}/{assets.FACE}"))


@register.simple_tag
def module(name: str) -> SafeString:
    """Start a module, and link what it imports."""
    links = ((static(other),) for other in modules.imported_by(name))
    preloads = format_html_join("\n", '<link rel="modulepreload" href="{}">', links)
    return format_html('{}\n<script type="module" src="{}"></script>', preloads, static(name))
