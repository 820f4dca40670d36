"""What the curators' desk shows on its first page."""

from django import template

from catalog import desk

register = template.Library()


@register.simple_tag
def desk_overview() -> desk.Overview:
    """Return the figures and lists of the first page."""
    return desk.overview()
