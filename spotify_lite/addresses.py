"""How ids stand in addresses: `<id:track_id>` matches the ids that can exist; anything else is 404 before any view."""


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
