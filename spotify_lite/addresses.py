"""How ids and words stand in addresses: what no row can have is 404 before any view.

`<id:track_id>` matches the ids that can exist, `<word:slug>` text that a database can be asked for.
"""

from django.urls.converters import StringConverter


class IdConverter:
    """A path converter for ids: 1 to 2^34 - 1, in plain digits without zeros in front."""

    regex = "[1-9][0-9]{0,10}"
    above = 1 << 34

    def to_python(self, value: str) -> int:
        """Return the id; raise ValueError, which is no match, for one that is too large."""
        row_id = int(value)
        if row_id >= self.above:
            raise ValueError(value)
        return row_id

    def to_url(self, value: int) -> str:
        return str(value)


class WordConverter(StringConverter):
    """A path converter for text without a slash, and without NUL, which PostgreSQL refuses to look for."""

    regex = "[^/\\x00]+"
