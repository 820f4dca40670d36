"""Who made a track, and what it is called where its tags do not say. Pure.

Artists are taken apart only where the tags do it: by several values, or by `;`. A `/`, `&` or `,` inside a name is part
of it (`AC/DC`, `Earth, Wind & Fire`, `Tyler, The Creator`). `feat.` names guests, in the artist and in the title.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog import names

NAME_LIMIT, CREDIT_LIMIT = 256, 512  # characters, as the models hold them
MOST_VALUES = 50  # artists, genres: more is an attack or a mistake
VARIOUS = "Various Artists"
UNKNOWN = "Unknown Artist"
INVISIBLE = {"Cc", "Cs", "Cf"}  # control characters, surrogates, bidi marks and other formats
JOINERS = "\u200c\u200d"  # of category Cf, but letters of Persian and Indic words, and of emoji, hang on them
FEATURING = re.compile(
    r"\s*[(\[]\s*(?:feat\.?|ft\.?|featuring)\s+([^)\]]+)[)\]]|\s+(?:feat\.?|ft\.|featuring)\s+(.+)$", re.IGNORECASE
)
DISC_FOLDER = re.compile(r"(?:cd|dis[ck]|vinyl)[ _-]*(\d{1,2})\b", re.IGNORECASE)
YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
YEAR_AROUND = re.compile(r"\s*[(\[]((?:19|20)\d\d)[)\]]\s*$|^\s*[(\[]?((?:19|20)\d\d)[)\]]?\s+-\s+")
NUMBER_IN_FRONT = re.compile(r"^(?:(\d{1,2})-)?(\d{1,3})(?:\s*[.)_-]\s*|\s+)(?=\S)")


@dataclass(frozen=True)
class Credit:
    """One name on a track, in the order of the tags."""

    name: str
    role: str  # a value of `catalog.models.Role`
    mbid: str | None = None  # MusicBrainz artist id


@dataclass(frozen=True)
class Place:
    """What a path says of the track in it."""

    title: str
    artist: str  # empty where the path does not say
    album: str  # the same
    disc: int | None
    number: int | None
    year: int | None


def clean(text: str, limit: int = NAME_LIMIT) -> str:
    """Return the text in NFC, on one line, without what cannot be seen or turns the text around, capped."""
    text = text[: limit * 4]  # whatever came, the work is bounded
    if text.isascii() and text.isprintable():
        return " ".join(text.split())[:limit].rstrip()  # the common case, ten times as fast
    seen = "".join(
        " " if mark.isspace() else mark
        for mark in unicodedata.normalize("NFC", text)
        if mark.isspace() or mark in JOINERS or unicodedata.category(mark) not in INVISIBLE
    )
    return " ".join(seen.split())[:limit].rstrip()


def hides_something(text: str) -> bool:
    """Tell whether `clean` takes out what cannot be seen; line ends and tabs, which become spaces, do not count."""
    return not text.isprintable() and any(
        unicodedata.category(mark) in INVISIBLE and not mark.isspace() and mark not in JOINERS and mark != "\0"
        for mark in text[: CREDIT_LIMIT * 4]
    )


def clean_all(values: Sequence[str], limit: int = NAME_LIMIT) -> list[str]:
    """Return the cleaned values, each once by `names.fold`, without empty ones; NUL and `;` part values."""
    if not values:
        return []
    parts = (clean(part, limit) for value in values for part in re.split(r"[\0;]", value[: limit * MOST_VALUES]))
    return list({names.fold(part): part for part in reversed([part for part in parts if part])}.values())[::-1][
        :MOST_VALUES
    ]


def split_featured(text: str) -> tuple[str, list[str]]:
    """Return the text without its `feat.` clause, and the names in the clause: one, unless `;` parts them."""
    found = FEATURING.search(text)
    if found is None or not found.start():
        return text, []
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    return clean(rest, CREDIT_LIMIT), clean_all([found[1] or found[2]])


def credit(
    *,
    artist: Sequence[str],
    artists: Sequence[str] = (),
    title: str = "",
    mbids: Sequence[str] = (),
    others: Sequence[tuple[str, Sequence[str]]] = (),
) -> tuple[str, list[Credit]]:
    """Return the artist as it is shown, and the credits, of raw tag values.

    `artist` are the values of ARTIST, `artists` those of ARTISTS (Picard's list), `mbids` go with whichever names as
    many; `others` are (role, values). The shown artist is ARTIST as written; several values are joined by commas.
    """
    written = [text for value in artist for part in value.split("\0") if (text := clean(part, CREDIT_LIMIT))]
    shown = clean(", ".join(written), CREDIT_LIMIT)
    several = clean_all(artists)
    listed = several if len(several) > 1 else []
    mains, guests = [], []
    for value in clean_all(written, CREDIT_LIMIT):
        main, featured = split_featured(value)
        mains.append(main)
        guests += featured
    guests += split_featured(clean(title, CREDIT_LIMIT))[1]
    if listed:  # the tag names each of them; ARTIST only says who is a guest
        lead = names.fold(split_featured(shown)[0])
        is_guest = {name: names.fold(name) not in lead for name in listed}
        is_guest[listed[0]] = False
        mains = [name for name in listed if not is_guest[name]]
        guests = [name for name in listed if is_guest[name]] + ([] if any(is_guest.values()) else guests)
    paired = dict(zip(listed or mains, mbids, strict=True)) if len(mbids) == len(listed or mains) else {}
    people = [Credit(name[:NAME_LIMIT], "main", paired.get(name)) for name in mains]
    people += [Credit(name, "featured", paired.get(name)) for name in guests]
    people += [Credit(name, role) for role, values in others for name in clean_all(values)]
    unique = {names.fold(one.name): one for one in reversed(people) if one.name}
    return shown, list(unique.values())[::-1]


def album_artist(tracks: Sequence[tuple[str, Sequence[Credit]]]) -> tuple[str, list[Credit]]:
    """Return the artist, and its credits, of an album whose tags name none, of its tracks' (artist, credits).

    That is the artist of all of them, the ones that they share, or else Various Artists.
    """
    mains = [[one for one in people if one.role == "main"] for _, people in tracks]
    shown = {names.fold(split_featured(artist)[0]): split_featured(artist)[0] for artist, _ in tracks}
    if len(shown) == 1:
        return next(iter(shown.values())), mains[0]
    shared = set.intersection(*({names.fold(one.name) for one in people} for people in mains))
    common = [one for one in mains[0] if names.fold(one.name) in shared]
    if not common:
        return VARIOUS, [Credit(VARIOUS, "main")]
    return clean(", ".join(one.name for one in common), CREDIT_LIMIT), common


def year_of(dates: Iterable[str]) -> int | None:
    """Return the first year, 1800 to 2099, in the first date that has one."""
    return next((int(found[1]) for text in dates if (found := YEAR.search(text[:64]))), None)


def read_path(path: str) -> Place:
    """Return what `Artist/Album (2001)/CD 2/03 - Title.mp3` and its shorter forms say; the path is relative."""
    *folders, file = [clean(part.replace("_", " ") if " " not in part else part) for part in path.split("/")]
    stem = re.sub(r"\.\w{2,5}$", "", file) or file
    disc = number = None
    if (found := NUMBER_IN_FRONT.match(stem)) and found.end() < len(stem):
        disc, number = int(found[1]) if found[1] else None, int(found[2])
        stem = stem[found.end() :]
    artist, _, title = stem.partition(" - ")
    artist, title = (artist.strip(), title.strip()) if title.strip() else ("", stem)
    if folders and (found := DISC_FOLDER.fullmatch(folders[-1])):
        disc = int(found[1])
        folders.pop()
    album, year = folders[-1] if folders else "", None
    if found := YEAR_AROUND.search(album):
        year = int(found[1] or found[2])
        album = (album[: found.start()] + album[found.end() :]).strip() or album
    above = folders[-2] if len(folders) > 1 else ""
    if " - " in album and not above:
        above, _, album = (part.strip() for part in album.partition(" - "))
    return Place(title or stem, artist or above, album, disc, number, year)
