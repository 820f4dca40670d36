"""Fold names for matching, sorting and addresses; what search does to words is `catalog.search.analyser`."""

import re
import unicodedata
from functools import lru_cache

SPACES = re.compile(r"\s+")
NOT_SLUG = re.compile(r"[^\w]+")


@lru_cache(maxsize=16_384)  # an import folds the names of an album's artist for each of its tracks, several times
def fold(name: str) -> str:
    """Return the name without case, width and surplus space: `Ｂjörk ` and `BJÖRK` are one, `Bjork` is another.

    Compatibility forms are folded as NFKC and case as Unicode's default caseless matching (UAX 15, TR 21).
    """
    return SPACES.sub(" ", unicodedata.normalize("NFKC", name).casefold()).strip()


def sort_key(name: str) -> str:
    """Return what alphabetical lists sort by: folded, accents off, an English article and punctuation in front off."""
    plain = fold(name)
    if not plain.isascii():
        plain = "".join(mark for mark in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(mark))
    for article in ("the ", "a ", "an "):
        plain = plain.removeprefix(article) or plain
    return (plain.lstrip("'\"“”‘’.(…¿¡[ ") or plain)[:256]


def artist_key(name: str) -> str:
    """Return the identity of an artist without a MusicBrainz id. Folding may lengthen it: U+FDFA becomes 18."""
    return fold(name)[:256]


def album_key(artist: str, title: str) -> str:
    """Return the identity of an album without a MusicBrainz id: its album artist and title."""
    return f"{fold(artist)[:290]}\x1f{fold(title)[:290]}"


@lru_cache(maxsize=1024)
def slug(name: str) -> str:
    """Return the address of a genre; names of any script keep their letters."""
    return NOT_SLUG.sub("-", fold(name)).strip("-_")[:100] or "other"
