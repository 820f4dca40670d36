"""Fill the catalog with invented music, to see and measure it at size. The tracks have no audio."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from catalog import derived, invented, names
from catalog.invented import InventedAlbum, InventedArtist, InventedTrack
from catalog.models import Album, AlbumCredit, Artist, Credit, Genre, Role, Track, TrackGenre, popularity

BATCH = 2000  # tracks a transaction

Progress = Callable[[int], object]  # called with the number of tracks done since the last call


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a run did."""

    artists: int
    albums: int
    tracks: int
    already: int  # tracks that an earlier run with the same seed had made


def seed(*, tracks: int, number: int, at: datetime, progress: Progress) -> Seeded:
    """Make at least `tracks` tracks of the seed `number`, whole artists at a time; what is there already is kept.

    The caller builds the search index: `search.rebuild` does it at once where notes would be read one by one.
    """
    genres = _genres()
    made = [(0, 0, 0)]
    already = count = 0
    source = invented.artists(number)
    while count < tracks:
        batch: list[InventedArtist] = []
        size = 0
        while size < BATCH and count + size < tracks:
            artist = next(source)
            batch.append(artist)
            size += sum(len(album.tracks) for album in artist.albums)
        present = set(Artist.objects.filter(mbid__in=[artist.mbid for artist in batch]).values_list("mbid", flat=True))
        new = [artist for artist in batch if artist.mbid not in present]
        made.append(_write(new, genres, at) if new else (0, 0, 0))
        already += size - made[-1][2]
        count += size
        progress(size)
    with transaction.atomic():
        derived.refresh_genres([genre.id for genre in genres.values()], at=at)
        derived.bump_version()
    artists, albums, written = (sum(column) for column in zip(*made, strict=True))
    return Seeded(artists, albums, written, already)


def _genres() -> dict[str, Genre]:
    for name in invented.GENRES:
        Genre.objects.get_or_create(slug=names.slug(name), defaults={"name": name})
    return {name: Genre.objects.get(slug=names.slug(name)) for name in invented.GENRES}


@transaction.atomic
def _write(batch: list[InventedArtist], genres: dict[str, Genre], at: datetime) -> tuple[int, int, int]:
    """Write whole artists; return how many artists, albums and tracks."""
    artists = Artist.objects.bulk_create(
        [
            Artist(
                name=artist.name,
                sort_name=names.sort_key(artist.name),
                match_key=names.artist_key(artist.name),
                mbid=artist.mbid,
                aliases=artist.aliases,
                created_at=at,
            )
            for artist in batch
        ]
    )
    by_number = {artist.number: row for artist, row in zip(batch, artists, strict=True)}
    records = [(by_number[artist.number], album) for artist in batch for album in artist.albums]
    albums = Album.objects.bulk_create([_album(owner, album, at) for owner, album in records])
    AlbumCredit.objects.bulk_create(
        [AlbumCredit(album=row, artist=owner) for (owner, _), row in zip(records, albums, strict=True)]
    )
    songs = [
        (owner, row, track, by_number.get(-1 if track.featured is None else track.featured))
        for (owner, album), row in zip(records, albums, strict=True)
        for track in album.tracks
    ]
    tracks = Track.objects.bulk_create([_track(*song, at) for song in songs], batch_size=1000)
    credits_, kinds = [], []
    for (owner, _, track, guest), row in zip(songs, tracks, strict=True):
        credits_.append(Credit(track=row, artist=owner, bucket=row.bucket))
        if guest:
            credits_.append(Credit(track=row, artist=guest, role=Role.FEATURED, position=1, bucket=row.bucket))
        kinds += [
            TrackGenre(track=row, genre=genres[name], position=place, bucket=row.bucket)
            for place, name in enumerate(track.genres)
        ]
    Credit.objects.bulk_create(credits_, batch_size=1000)
    TrackGenre.objects.bulk_create(kinds, batch_size=1000)
    derived.refresh_albums([album.id for album in albums], at=at)
    derived.refresh_artists([artist.id for artist in artists], at=at)
    derived.note_search_changes("track", [track.id for track in tracks])
    return len(artists), len(albums), len(tracks)


def _album(owner: Artist, album: InventedAlbum, at: datetime) -> Album:
    return Album(
        title=album.title,
        sort_title=names.sort_key(album.title),
        artist=owner.name,
        year=album.year,
        mbid=album.mbid,
        match_key=names.album_key(owner.name, album.title),
        created_at=at,
    )


def _track(owner: Artist, album: Album, track: InventedTrack, guest: Artist | None, at: datetime) -> Track:
    row = Track(
        title=track.title,
        sort_title=names.sort_key(track.title),
        artist=f"{owner.name} feat. {guest.name}" if guest else owner.name,
        album=album,
        track_number=track.number,
        year=album.year,
        duration_ms=track.duration_ms,
        explicit=track.explicit,
        plays=track.plays,
        bucket=popularity.bucket_of(track.plays),
        created_at=at,
    )
    credited = [(owner.id, owner.name, Role.MAIN)] + ([(guest.id, guest.name, Role.FEATURED)] if guest else [])
    row.card = derived.card_of(row, album, artists=credited, genres=track.genres)
    return row
