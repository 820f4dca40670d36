"""What the index knows of a track, an artist or an album, as words. Pure: rows of the catalog come in as values."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from catalog.search import analyser, versions

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ALWAYS = 0  # the release of what has no date
MOST_NAMES = 100  # artists of a document, and other names of them
MOST_TOKENS = 2000  # of 256 bytes at most: PostgreSQL keeps a megabyte of them, and garbles the rest
SIGNS = {"artist": "@", "album": "%", "genre": "#", "year": "="}  # what the tokens of a field begin with


@dataclass(frozen=True, slots=True)
class Document:
    """One row of the index; the fields are its columns, in order. Words have one space between."""

    sid: int  # popularity bucket and id: ascending is descending popularity
    row_id: int
    release: int  # Unix microseconds; not found before
    title: str  # all words of the title, or of the artist's name
    core: str  # those without version remarks
    names: str  # one artist a line, the main one first, and last the credit where it is written otherwise
    aliases: str  # one a line
    album: str
    tokens: str  # what is looked up, each once
    fields: str  # what fields of a query look up: `@queen` an artist, `%news` an album, `#rock` a genre, `=1977` a year

    @property
    def keys(self) -> frozenset[str]:
        """The names it answers to exactly, as one word each: with and without stop words, and in Latin letters."""
        names = (self.title, self.core, *self.names.split("\n"), *self.aliases.split("\n"))
        keys = {key for name in names for key in analyser.keys_of(name)}
        keys.update(key for name in names if not name.isascii() for key in analyser.latin_keys_of(name.split()))
        return frozenset(keys - {""})


def read(
    *,
    kind: str,
    sid: int,
    row_id: int,
    title: str,
    release: int = ALWAYS,
    artists: Iterable[str] = (),
    aliases: Iterable[str] = (),
    album: str = "",
    year: int | None = None,
    genres: Iterable[str] = (),
) -> Document:
    """Return the document of a row; `title` is an artist's or album's name, too, and `artists` are the credited names,
    the main one first, and the credit as it is written.
    """
    artist_lines, alias_lines = _lines(artists), _lines(aliases)
    texts = [analyser.read(text) for text in (title, *artist_lines, *alias_lines, album)]
    people = texts[1:-1] if kind != "artist" else texts[:-1]
    fields = [field_token("artist", token) for text in people for token in _tokens(text)]
    fields += [field_token("album", token) for token in _tokens(texts[0] if kind == "album" else texts[-1])]
    fields += [genre_token(words) for genre in genres if (words := analyser.read(genre).words)]
    fields += [year_token(year)] if year else []
    return Document(
        sid=sid,
        row_id=row_id,
        release=release,
        title=" ".join(texts[0].words),
        core=" ".join(analyser.read(versions.core_title(title)).words),
        names=_joined(artist_lines),
        aliases=_joined(alias_lines),
        album=" ".join(texts[-1].words),
        tokens=_once(token for text in texts for token in _tokens(text)),
        fields=_once(fields),
    )


def field_token(field: str, token: str) -> str:
    """Return what finds a token in one field alone; no word starts with its sign."""
    return SIGNS[field] + token


def genre_token(words: Iterable[str]) -> str:
    """Return what finds a genre; `hip-hop`, `Hip Hop` and `hiphop` are one."""
    return SIGNS["genre"] + analyser.key(words)


def year_token(year: int) -> str:
    return f"{SIGNS['year']}{year}"


def moment(at: datetime) -> int:
    """Return Unix microseconds, exactly."""
    return (at - EPOCH) // timedelta(microseconds=1)


def split_aliases(aliases: str) -> list[str]:
    return [name for part in aliases.split(";") if (name := part.strip())]


def _tokens(text: analyser.Text) -> Iterator[str]:
    return (token for word in (*text.words, *text.others) for token in analyser.tokens_of(word))


def _lines(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))[:MOST_NAMES]


def _once(tokens: Iterable[str]) -> str:
    return " ".join(islice(dict.fromkeys(tokens), MOST_TOKENS))


def _joined(names: Iterable[str]) -> str:
    """Return the words of the names, a line each; two spellings of the same words are one line."""
    return "\n".join(dict.fromkeys(" ".join(analyser.read(name).words) for name in names))
