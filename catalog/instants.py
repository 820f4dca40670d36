"""Moments as the desk shows them: in UTC, with what its script needs to write them in the browser's zone."""

from datetime import UTC, datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString


def shown(at: datetime) -> SafeString:
    """Return a moment with its zone."""
    at = at.astimezone(UTC)
    return format_html(
        '<time datetime="{}" data-moment>{} UTC</time>', at.isoformat(timespec="seconds"), f"{at:%Y-%m-%d %H:%M}"
    )
