"""Rebuild what is kept instead of counted: cards, counts and popularity; every writer calls here in its transaction.

A card is all of a track's JSON that is the same for every request, so that a list of tracks is one query. Its shape:
{title, artist, artists: [{id, name, role}], album: {id, title} | None, genre, genres, disc, number, year, duration_ms,
explicit, cover_key, tint, gain_db, album_gain_db, audio: [{name, key, ext, mime, bitrate (kbit/s), bytes}]}.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Sum
from django.utils import timezone

from catalog import albumgains, albumgenres, bulk, work
from catalog.models import (
    Album,
    AlbumCredit,
    Artist,
    CatalogVersion,
    Cover,
    Credit,
    Genre,
    Lane,
    Rendition,
    Role,
    SearchChange,
    Track,
    TrackGenre,
    Work,
    popularity,
    tracks,
)

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
MANY = 5_000  # tracks of an artist: to look at so many takes 10 ms, in every transaction that adds one
ROLE_ORDER = {role: place for place, role in enumerate(Role.values)}
SMALL = 50  # notes that are indexed before what is noted by the thousand


def refresh_cards(track_ids: Collection[int]) -> None:
    """Rebuild the cards of these tracks (six queries, whatever their number) and note them for the search index."""
    found = list(Track.objects.filter(id__in=track_ids).select_related("album"))
    if not found:
        return
    artists = _grouped(
        Credit.objects.filter(track_id__in=track_ids).values_list(
            "track_id", "artist_id", "artist__name", "role", "position"
        ),
        order=lambda row: (ROLE_ORDER.get(row[3], 99), row[4]),
    )
    genres = _grouped(
        TrackGenre.objects.filter(track_id__in=track_ids).values_list("track_id", "genre__name", "position"),
        order=lambda row: row[2],
    )
    audio = _grouped(
        Rendition.objects.filter(track_id__in=track_ids).values_list(
            "track_id", "name", "key", "extension", "mime", "bitrate", "size", "file_id"
        ),
        order=lambda row: row[1],
    )
    covers = {key for track in found if (key := _cover_of(track))}
    tints = dict(Cover.objects.filter(key__in=covers).values_list("key", "tint"))
    for track in found:
        cover_key = _cover_of(track)
        track.card = card_of(
            track,
            track.album,
            artists=[row[1:4] for row in artists[track.id]],
            genres=[row[1] for row in genres[track.id]],
            audio=[row[1:] for row in audio[track.id]],
            cover_key=cover_key,
            tint=tints.get(cover_key) if cover_key else None,
        )
    bulk.save(found, ("card",))
    note_search_changes("track", track_ids)


def card_of(
    track: Track,
    album: Album | None,
    *,
    artists: Iterable[Sequence[Any]],
    genres: list[str],
    audio: Iterable[Sequence[Any]] = (),
    cover_key: str | None = None,
    tint: str | None = None,
) -> dict[str, Any]:
    """Return the card of a track from its parts: artists as (id, name, role), audio as (name, key, extension, mime,
    bitrate, size, and what is true of a file in place); the track itself need not be saved yet.
    """
    return {
        "title": track.title,
        "artist": track.artist,
        "artists": [{"id": row[0], "name": row[1], "role": row[2]} for row in artists],
        "album": {"id": album.id, "title": album.title} if album else None,
        "genre": genres[0] if genres else None,
        "genres": genres,
        "disc": track.disc_number,
        "number": track.track_number,
        "year": track.year,
        "duration_ms": track.duration_ms,
        "explicit": track.explicit,
        "cover_key": cover_key,
        "tint": tint,
        "gain_db": track.gain_db,
        "album_gain_db": album.gain_db if album else None,
        "audio": [
            {"name": row[0], "key": row[1], "ext": row[2], "mime": row[3], "bitrate": row[4], "bytes": row[5]}
            | ({"in_place": True} if row[6] else {})  # only web nodes serve it
            for row in audio
        ],
    }


def refresh_albums(album_ids: Collection[int], *, at: datetime) -> None:
    """Recount these albums over their listed tracks, copy their credits, and note their genres."""
    totals = {
        row["album_id"]: row
        for row in Track.objects.listed(at=at)
        .filter(album_id__in=album_ids)
        .values("album_id")
        .annotate(tracks=Count("id"), duration=Sum("duration_ms"), heard=Sum("plays"))
    }
    credited = _grouped(
        AlbumCredit.objects.filter(album_id__in=album_ids).values_list(
            "album_id", "artist_id", "artist__name", "position"
        ),
        order=lambda row: row[3],
    )
    albums = list(Album.objects.filter(id__in=album_ids))
    for album in albums:
        total = totals.get(album.id, {"tracks": 0, "duration": 0, "heard": 0})
        album.tracks_count, album.duration_ms, album.plays = total["tracks"], total["duration"], total["heard"]
        album.bucket = popularity.bucket_of(album.plays)
        album.artists = [{"id": row[1], "name": row[2]} for row in credited[album.id]]
    bulk.save(albums, ("tracks_count", "duration_ms", "plays", "bucket", "artists"))
    albumgenres.note({album.id: album.bucket for album in albums}, at=at)
    albumgains.note({album.id: album.gain_db for album in albums})
    note_search_changes("album", album_ids)


def refresh_artists(artist_ids: Collection[int], *, at: datetime) -> None:
    """Recount these artists, but for those of very many tracks: workers do that, soon and once for many edits."""
    many = set(Artist.objects.filter(id__in=artist_ids, tracks_count__gt=MANY).values_list("id", flat=True))
    recount_artists([row_id for row_id in artist_ids if row_id not in many], at=at)
    for row_id in sorted(many):
        # Another payload is another row of work: a count that has begun does not know of this edit.
        work.enqueue("artist", row_id, payload={"asked": uuid.uuid4().hex}, priority=work.LOWEST)


def recount_later(row: Work) -> None:
    """Recount the row's artist."""
    with transaction.atomic():
        recount_artists([row.subject_id], at=timezone.now())
        bump_version()


def recount_artists(artist_ids: Collection[int], *, at: datetime) -> None:
    """Count these artists' listed tracks and albums, from end to end, and choose their cover."""
    totals = {
        row["artist_id"]: row
        for row in Credit.objects.filter(tracks.listed(at=at, through="track__"), artist_id__in=artist_ids)
        .values("artist_id")
        .annotate(tracks=Count("id"), heard=Sum("track__plays"))
    }
    albums = _grouped(
        AlbumCredit.objects.filter(artist_id__in=artist_ids, album__tracks_count__gt=0).values_list(
            "artist_id", "album__cover_key", "album__bucket", "album_id"
        ),
        order=lambda row: row[2:],
    )
    artists = list(Artist.objects.filter(id__in=artist_ids))
    for artist in artists:
        total = totals.get(artist.id, {"tracks": 0, "heard": 0})
        artist.tracks_count, artist.plays = total["tracks"], total["heard"]
        artist.bucket = popularity.bucket_of(artist.plays)
        artist.albums_count = len(albums[artist.id])
        artist.cover_key = next((row[1] for row in albums[artist.id] if row[1]), None)
    bulk.save(artists, ("tracks_count", "plays", "bucket", "albums_count", "cover_key"))
    note_search_changes("artist", artist_ids)


def refresh_genres(genre_ids: Collection[int], *, at: datetime) -> None:
    """Recount these genres over their listed tracks: a long walk; `catalog.genrecounts` adds what an edit changes."""
    if not genre_ids:
        return
    at = min(at, counted_until())
    totals = dict(
        TrackGenre.objects.filter(tracks.listed(at=at, through="track__"), genre_id__in=genre_ids)
        .values_list("genre_id")
        .annotate(tracks=Count("id"))
    )
    genres = list(Genre.objects.filter(id__in=genre_ids))
    for genre in genres:
        genre.tracks_count = totals.get(genre.id, 0)
    bulk.save(genres, ("tracks_count",))


def count_new_tracks(genres: Mapping[int, int]) -> None:
    """Add so many new, listed tracks to the counts of genres.

    A recount walks all tracks of a genre: a long import cannot afford that after each of its batches.
    """
    for genre, number in sorted(genres.items()):
        Genre.objects.filter(id=genre).update(tracks_count=F("tracks_count") + number)


def move_buckets(track_ids: Collection[int]) -> int:
    """Give these tracks the bucket that their plays have earned; return how many moved.

    A track moves once for each quarter of a doubling of its plays, so lists and the index are seldom touched.
    """
    moved = [
        (track_id, bucket)
        for track_id, plays, old in Track.objects.filter(id__in=track_ids).values_list("id", "plays", "bucket")
        if (bucket := popularity.bucket_of(plays)) != old
    ]
    for track_id, bucket in moved:
        Track.objects.filter(id=track_id).update(bucket=bucket)
        Credit.objects.filter(track_id=track_id).update(bucket=bucket)
        TrackGenre.objects.filter(track_id=track_id).update(bucket=bucket)
    note_search_changes("track", [track_id for track_id, _ in moved])
    return len(moved)


def note_search_changes(kind: str, ids: Iterable[int]) -> None:
    """Write the search index's outbox; the indexer runs after the commit. Many at once let single ones overtake."""
    ids = list(ids)
    lane = Lane.SMALL if len(ids) <= SMALL else Lane.BULK
    bulk.insert(SearchChange, ("kind", "subject_id", "lane"), [(kind, row_id, lane) for row_id in ids])


def counted_until() -> datetime:
    """Return the moment up to which releases count for genres; `catalog.releases` moves it."""
    return CatalogVersion.objects.filter(id=1).values_list("released_until", flat=True).first() or NEVER


def bump_version() -> None:
    """Tell caches that listeners would see something new; once a batch, last in its transaction."""
    if not CatalogVersion.objects.filter(id=1).update(number=F("number") + 1):
        CatalogVersion.objects.get_or_create(id=1, defaults={"number": 1})


def _cover_of(track: Track) -> str | None:
    return track.album.cover_key if track.album and track.album.cover_key else track.cover_key


def _grouped(rows: Iterable[Any], *, order: Any) -> dict[int, list[Any]]:
    """Return the rows by their first column, each group in the given order."""
    groups: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row[0]].append(row)
    for group in groups.values():
        group.sort(key=order)
    return groups
