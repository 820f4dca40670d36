"""Keep the gains of albums: one for all songs of a record, so that what is quiet on it stays quiet beside the rest."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from catalog import bulk, loudness
from catalog.loudness import Heard
from catalog.models import Album, Track

STEP = 1  # decimal of a decibel: finer is not heard, and each change is a write for every song of the album
MEASURED = "renditions__master__measurement"
FIELDS = ("loudness_lufs", "true_peak_dbtp", "samples", "sample_rate")


def note(known: Mapping[int, float | None]) -> None:
    """Write the gains of these albums, with the gains that they had, and tell them on the cards of all their songs.

    One query, and four where one has changed: rarely, as there is none until the last song is measured. In the caller's
    transaction.
    """
    found = _measured(known)
    gains = {row_id: _gain(found[row_id]) for row_id in known}
    changed = {row_id: gain for row_id, gain in gains.items() if gain != known[row_id]}
    if not changed:
        return
    bulk.update(Album, ("gain_db", "id"), [(gain, row_id) for row_id, gain in changed.items()])
    songs = list(Track.objects.filter(album_id__in=changed).only("album_id", "card"))
    for song in songs:
        song.card["album_gain_db"] = changed[song.album_id or 0]
    bulk.save(songs, ("card",))


def note_of_track(track_id: int) -> None:
    """Do so for the album of a track that was measured, or must be."""
    note(dict(Album.objects.filter(tracks=track_id).values_list("id", "gain_db")))


def _measured(albums: Collection[int]) -> dict[int, list[Heard | None]]:
    """Return by album what was measured of each of its songs that can be played, None for one that was not."""
    songs: dict[int, list[Heard | None]] = defaultdict(list)
    playable = Track.objects.shown().filter(album_id__in=albums, renditions__name="source")
    for album_id, *row in playable.values_list("album_id", *(f"{MEASURED}__{name}" for name in FIELDS)):
        lufs, peak, samples, rate = row
        songs[album_id].append(Heard(lufs, peak, samples / rate) if rate else None)
    return songs


def _gain(songs: list[Heard | None]) -> float | None:
    measured = [song for song in songs if song is not None]
    if len(measured) < len(songs):
        return None
    gain = loudness.gain_of(loudness.joined(measured))
    return None if gain is None else round(gain, STEP)
