"""Sizes of files as the desk says them; `size` in desk/parcel.js says the same."""

from django.utils.formats import number_format
from django.utils.translation import ngettext

UNITS = ("kB", "MB", "GB")  # of 1024


def say(count: int) -> str:
    """Return 129 kB, or 3.4 MB: of megabytes on with one digit after the point, where it is no zero."""
    if count < 1024:
        return ngettext("%(number)s byte", "%(number)s bytes", count) % {"number": count}
    power = min(len(UNITS), (count.bit_length() - 1) // 10)
    written = f"{count / 1024**power:.{1 if power > 1 else 0}f}".removesuffix(".0")
    return f"{number_format(written)} {UNITS[power - 1]}"
