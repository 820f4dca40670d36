"""The judged catalog, what people ask of it and mean, and how many of their queries are answered rightly."""

import csv
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from catalog import derived, names, search
from catalog.models import Album, AlbumCredit, Artist, Credit, Genre, Role, Track, TrackGenre, popularity

FOLDER = Path(__file__).parent / "judged"
SETS = ("seen", "kept_apart")
DEPTH = 5  # answers of a query that are looked at
TRIES = 50  # until a busy machine has had the time for all of a search


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, and what whoever types it means."""

    group: str  # the class of queries that it stands for
    query: str
    kind: str  # track, artist, album
    meant: tuple[str, ...]  # names, each of which they would accept as the first answer


@dataclass(frozen=True, slots=True)
class Miss:
    """A query whose first answer is not what was meant."""

    asked: Asked
    names: list[str]  # what came instead, best first

    @property
    def close(self) -> bool:
        """Is what was meant among the answers at least?"""
        return bool(set(self.names) & set(self.asked.meant))

    def __str__(self) -> str:
        return f"{self.asked.query!r} ({self.asked.kind}): {self.asked.meant[0]} | came: {self.names}"


def queries(name: str) -> list[Asked]:
    """Return the queries of a set."""
    rows = _rows(FOLDER / f"{name}.tsv")
    return [Asked(row["class"], row["query"], row["kind"], tuple(row["expected first"].split(" || "))) for row in rows]


def misses(asked: list[Asked]) -> list[Miss]:
    """Ask them all; return those that are not answered first by what was meant."""
    answered = [Miss(one, answer(one.query, one.kind)) for one in asked]
    return [one for one in answered if one.names[:1] == [] or one.names[0] not in one.asked.meant]


def answer(query: str, kind: str, *, limit: int = DEPTH) -> list[str]:
    """Return the names of what is found, best first: artists by name, tracks and albums as "artist: title"."""
    found = found_whole(query, kind, limit=limit)
    if kind == "artist":
        artists = Artist.objects.in_bulk(found.artists)
        return [artists[row_id].name for row_id in found.artists]
    ids = found.tracks if kind == "track" else found.albums
    rows = (Track if kind == "track" else Album).objects.in_bulk(ids)
    return [f"{rows[row_id].artist}: {rows[row_id].title}" for row_id in ids]


def found_whole(query: str, kind: str, *, limit: int) -> search.Found:
    """Search as often as it takes for nothing to be left out: a machine may be too busy, and all of it is judged."""
    for turn in range(TRIES):
        found = search.search(query, kinds=[kind], limit=limit, at=timezone.now(), fresh=True)
        if not found.partial:
            return found
        time.sleep(min(2.0, 0.1 * 2**turn))  # what keeps it busy may take seconds
    raise AssertionError(f"{query!r} is never answered whole")


def told(missed: list[Miss]) -> str:
    """Return the misses by class, one a line."""
    groups = defaultdict(list)
    for miss in missed:
        groups[miss.asked.group].append(miss)
    lines = [f"{group}: {len(of)}\n" + "".join(f"    {miss}\n" for miss in of) for group, of in groups.items()]
    return "\n" + "".join(lines)


def counted(missed: list[Miss]) -> str:
    """Return the number of misses by class, which gives no query away."""
    return str(dict(Counter(miss.asked.group for miss in missed)))


def load(*, at: datetime) -> None:
    """Write the judged catalog, and index it."""
    rows = _rows(FOLDER / "catalog.tsv")
    people = _artists(rows, at)
    albums = _albums(rows, people, at)
    genres = {row["genre"] for row in rows}
    made = [Genre(slug=names.slug(name), name=name) for name in sorted(genres)]
    Genre.objects.bulk_create(made, ignore_conflicts=True)  # others may be there
    kinds = Genre.objects.in_bulk(field_name="slug")
    tracks = Track.objects.bulk_create([_track(row, albums, at) for row in rows])
    credits_ = []
    for row, track in zip(rows, tracks, strict=True):
        for place, name in enumerate(_credited(row)):
            role = Role.MAIN if place == 0 else Role.FEATURED
            credits_.append(Credit(track=track, artist=people[name], role=role, position=place, bucket=track.bucket))
    Credit.objects.bulk_create(credits_)
    TrackGenre.objects.bulk_create(
        [
            TrackGenre(track=track, genre=kinds[names.slug(row["genre"])], bucket=track.bucket)
            for row, track in zip(rows, tracks, strict=True)
        ]
    )
    derived.refresh_albums([album.id for album in albums.values()], at=at)
    derived.refresh_artists([artist.id for artist in people.values()], at=at)
    derived.note_search_changes("track", [track.id for track in tracks])
    while search.index_pending():
        pass


def _artists(rows: list[dict[str, str]], at: datetime) -> dict[str, Artist]:
    aliases = {_credited(row)[0]: row["aliases"] for row in rows if row["aliases"]}
    credited = dict.fromkeys(name for row in rows for name in (*_credited(row), _album_artist(row)))
    made = Artist.objects.bulk_create(
        [
            Artist(
                name=name,
                sort_name=names.sort_key(name),
                match_key=names.artist_key(name),
                aliases=aliases.get(name, ""),
                created_at=at,
            )
            for name in credited
        ]
    )
    return {artist.name: artist for artist in made}


def _albums(rows: list[dict[str, str]], people: dict[str, Artist], at: datetime) -> dict[tuple[str, str], Album]:
    years = {(_album_artist(row), row["album"]): int(row["year"]) for row in reversed(rows)}
    made = Album.objects.bulk_create(
        [
            Album(
                title=title,
                sort_title=names.sort_key(title),
                artist=artist,
                year=year,
                match_key=names.album_key(artist, title),
                created_at=at,
            )
            for (artist, title), year in years.items()
        ]
    )
    several = {row["artist"]: _credited(row) for row in rows}
    AlbumCredit.objects.bulk_create(
        [
            AlbumCredit(album=album, artist=people[name], position=place)
            for album in made
            for place, name in enumerate(several.get(album.artist, [album.artist]))
        ]
    )
    return {(album.artist, album.title): album for album in made}


def _track(row: dict[str, str], albums: dict[tuple[str, str], Album], at: datetime) -> Track:
    plays = int(row["plays"])
    return Track(
        title=row["title"][:256],
        sort_title=names.sort_key(row["title"]),
        artist=row["artist"],
        album=albums[_album_artist(row), row["album"]],
        year=int(row["year"]),
        plays=plays,
        bucket=popularity.bucket_of(plays),
        created_at=at,
    )


def _credited(row: dict[str, str]) -> list[str]:
    """Return the single names of a credit of several."""
    return (row["artists"] or row["artist"]).split("; ")


def _album_artist(row: dict[str, str]) -> str:
    """Return whom the album is credited to: the first of a song's artists where nobody else is named."""
    return row["album_artist"] or _credited(row)[0]


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(_without_remarks(lines), delimiter="\t", quoting=csv.QUOTE_NONE))


def _without_remarks(lines: Iterator[str]) -> Iterator[str]:
    """Leave out the lines in front of the header that speak to people."""
    heading = True
    for line in lines:
        heading = heading and line.startswith("#")
        if not heading:
            yield line
