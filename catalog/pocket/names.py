"""What a device knows of a song, an album and an artist: enough to find one and to draw its row. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

Ids = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Artist:
    id: int
    bucket: int  # of popularity, as all buckets here
    name: str
    aliases: str = ""  # other names, `;` between
    cover: str = ""  # the picture's key; empty where one is drawn

    @property
    def row(self) -> list[object]:
        """Return all but how popular it is: what has to be sent again when it changes."""
        return [self.id, self.name, self.aliases, self.cover]


@dataclass(frozen=True, slots=True)
class Album:
    id: int
    bucket: int
    title: str
    credit: str  # whom it is by, as it is shown; empty where that is the first artist's name
    artists: Ids
    year: int  # 0: none
    kind: str  # album, ep, single, compilation
    cover: str = ""

    @property
    def row(self) -> list[object]:
        return [self.id, self.title, self.credit, self.artists, self.year, self.kind, self.cover]


@dataclass(frozen=True, slots=True)
class Track:
    id: int
    bucket: int
    title: str
    credit: str  # as of albums
    artists: Ids  # the main ones
    guests: Ids  # who is featured
    makers: Ids  # who else is credited: they find it and are not shown
    album: int  # 0: none
    year: int
    seconds: int
    genres: tuple[str, ...] = ()
    explicit: bool = False
    silent: bool = False  # is there nothing to play yet?
    cover: str = ""  # only where the album has none

    @property
    def row(self) -> list[object]:
        people = [self.artists, self.guests, self.makers]
        more = [self.year, self.seconds, self.genres, self.explicit, self.silent, self.cover]
        return [self.id, self.title, self.credit, people, self.album, more]


@dataclass(frozen=True, slots=True)
class Names:
    """All of it, each kind in ascending order of ids."""

    tracks: Sequence[Track] = field(default_factory=list)
    albums: Sequence[Album] = field(default_factory=list)
    artists: Sequence[Artist] = field(default_factory=list)
    of: int = 0  # songs that are listed altogether; more than `tracks` where only the most played fit
