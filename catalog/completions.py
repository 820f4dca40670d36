"""Give tracks that are there what rows of a sheet know and the catalog lacks; what it says already stays as it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from catalog import bulk, derived, ingest
from catalog.doubles import There
from catalog.entries import Entry
from catalog.ingest import Touched
from catalog.models import AlbumCredit, Artist, Credit, Track, TrackGenre
from catalog.roster import Found
from catalog.search.documents import split_aliases


def complete(entries: Sequence[Entry], known: Mapping[int, There], found: Found, *, at: datetime) -> int:
    """Add year, length, genres and plays where a track has none, or fewer; return how many tracks took something.

    The cards and counts of those are made anew: few rows of a sheet that comes again say more than before.
    """
    old = [entry for entry in reversed(entries) if entry.track_id in known]
    genres = _without_genres({entry.track_id for entry in old if entry.genres})
    lacking = {
        entry.track_id: entry for entry in old if entry.track_id in genres or _says_more(entry, known[entry.track_id])
    }
    if not lacking:
        return 0
    tracks = list(Track.objects.defer("card").filter(id__in=lacking))
    for track in tracks:
        row = lacking[track.pk].row
        track.take(year=track.year or row.year, duration_ms=track.duration_ms or row.duration_ms)
        track.plays = max(track.plays, row.plays)
    bulk.save(tracks, ("year", "duration_ms", "plays"))
    listed = [
        (track.pk, found.genres[slug][0], place, track.bucket)
        for track in tracks
        if track.pk in genres and "genres" not in track.curated
        for place, (slug, _) in enumerate(lacking[track.pk].genres)
    ]
    bulk.insert(TrackGenre, ("track_id", "genre_id", "position", "bucket"), listed)
    derived.move_buckets(lacking.keys())
    touched = Touched(cards=set(lacking), genres={genre for _, genre, *_ in listed})
    touched.albums = {track.album_id for track in tracks if track.album_id}
    touched.artists = set(Credit.objects.filter(track_id__in=lacking).values_list("artist_id", flat=True))
    touched.artists |= set(AlbumCredit.objects.filter(album_id__in=touched.albums).values_list("artist_id", flat=True))
    ingest.refresh(touched, at=at)
    return len(lacking)


def add_aliases(entries: Sequence[Entry], found: Found) -> None:
    """Let artists that are there be found by the names that they did not have yet, and all of their tracks with them.

    An artist of this transaction is given them in memory: the row is still to be written.
    """
    gained: dict[int, str] = {}
    for entry in entries:
        if not entry.row.aliases:
            continue
        artist = found.artists[entry.people.keys[0]]
        if artist.aliases == entry.row.aliases:
            continue
        known = split_aliases(artist.aliases)
        new = [name for name in split_aliases(entry.row.aliases) if name not in known]
        if new:
            artist.aliases = "; ".join([*known, *dict.fromkeys(new)])
            if artist.id not in found.new_artists:
                gained[artist.id] = artist.aliases
    if gained:
        bulk.update(Artist, ("aliases", "id"), [(aliases, row_id) for row_id, aliases in sorted(gained.items())])
        derived.note_search_changes("artist", gained)
        tracks = Credit.objects.filter(artist_id__in=gained).values_list("track_id", flat=True)
        derived.note_search_changes("track", tracks.distinct())
        albums = AlbumCredit.objects.filter(artist_id__in=gained).values_list("album_id", flat=True)
        derived.note_search_changes("album", albums.distinct())


def _says_more(entry: Entry, track: There) -> bool:
    row = entry.row
    return bool((row.year and not track.year) or (row.duration_ms and not track.duration_ms) or row.plays > track.plays)


def _without_genres(ids: set[int]) -> set[int]:
    return ids - set(TrackGenre.objects.filter(track_id__in=ids).values_list("track_id", flat=True)) if ids else ids
