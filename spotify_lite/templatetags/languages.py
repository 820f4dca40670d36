"""Template tags that lead a page's scripts to their words."""

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from spotify_lite import languages

register = template.Library()


@register.simple_tag
def words_url() -> str:
    """Return where the scripts' words are in the page's language; empty for English, which the scripts speak."""
    language = get_language() or settings.LANGUAGE_CODE
    if language == settings.LANGUAGE_CODE:
        return ""
    return f"{reverse('words', args=[language])}?v={languages.words_version(language)}"


@register.simple_tag
def words_preload() -> SafeString:
    """Link the words, so that they come beside the scripts and not after them."""
    url = words_url()
    return format_html('<link rel="preload" href="{}" as="fetch" crossorigin>', url) if url else SafeString("")
