"""Kept counts are what a recount finds, whatever was done in whatever order; a run's seed is in its name."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count, Sum
from django.utils import timezone

from catalog import curation, derived, edits, history, library, releases, reverts, unions, work
from catalog.models import Album, AlbumGenre, Artist, Change, Genre, Track
from catalog.models.tracks import listed
from catalog.tests import audio

STEPS = 30
GENRES = ("Ambient", "Dub", "Jazz")


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [3, 58])
def test_counts_stay_true_under_everything_that_is_done(make_track: Any, superuser: Any, tmp_path: Path, seed: int):
    draw = random.Random(seed)
    music = tmp_path / "music"
    music.mkdir()
    for number in range(6):
        make_track(
            f"Song {number}",
            artist=f"Artist {number % 3}",
            album=f"Album {number % 4}",
            genres=GENRES[: number % 3 + 1],
        )
    acts = [_edit, _publish, _schedule, _release, _genres_by_hand, _import, _lose, _merge, _undo, _play, _delete]
    for _ in range(STEPS):
        draw.choice(acts)(draw, superuser, music)
        assert _wrong() == []


@pytest.mark.django_db
def test_artist_of_very_many_songs_is_counted_by_a_worker_once_for_many_edits(
    make_track: Any, superuser: Any, monkeypatch: pytest.MonkeyPatch
):
    songs = [make_track(f"Song {number}").id for number in range(4)]
    monkeypatch.setattr(derived, "MANY", 3)
    for song in songs[:3]:
        edits.apply(history.begin(superuser, "hidden"), "track", [song], {"published": False})
    assert Artist.objects.get().tracks_count == 4
    assert Genre.objects.get().tracks_count == Album.objects.get().tracks_count == 1

    assert work.run_due(limit=10) == 1
    assert Artist.objects.get().tracks_count == 1


@pytest.mark.django_db
def test_an_edit_of_one_song_does_not_look_at_the_others_of_its_genre(make_track: Any, superuser: Any):
    """A recount would read all of them: a genre of a large catalog has 60,000."""
    songs = [make_track(f"Song {number}").id for number in range(3)]
    Genre.objects.update(tracks_count=60_000)

    edits.apply(history.begin(superuser, "hidden"), "track", songs[:1], {"published": False})

    assert Genre.objects.get().tracks_count == 59_999


def _wrong() -> list[str]:
    """Return what is kept and is not what a count finds."""
    shown = listed(at=timezone.now())
    until = listed(at=derived.counted_until(), through="track_genres__track__")
    genres_now = Genre.objects.annotate(real=Count("track_genres", filter=until))
    found = [f"{one.name}: {one.tracks_count}, not {one.real}" for one in genres_now if one.tracks_count != one.real]
    for album in Album.objects.all():
        tracks = album.tracks.filter(shown)
        real = tracks.aggregate(count=Count("id"), length=Sum("duration_ms", default=0))
        if (album.tracks_count, album.duration_ms) != (real["count"], real["length"]):
            found.append(f"album {album.title}: {album.tracks_count}, and not {real}")
        genres = set(tracks.filter(track_genres__isnull=False).values_list("track_genres__genre", flat=True))
        kept = dict(AlbumGenre.objects.filter(album=album).values_list("genre", "bucket"))
        if kept != dict.fromkeys(genres, album.bucket):
            found.append(f"genres of {album.title}: {kept}, and not {genres}")
    for artist in Artist.objects.all():
        songs = Track.objects.filter(shown, credits__artist=artist).count()
        albums = artist.album_credits.filter(album__tracks_count__gt=0).count()
        if (artist.tracks_count, artist.albums_count) != (songs, albums):
            found.append(f"artist {artist.name}: {artist.tracks_count}, {artist.albums_count}, not {songs}, {albums}")
    return found


def _some(draw: random.Random, rows: Any, number: int = 2) -> list[int]:
    ids = sorted(rows.values_list("id", flat=True))
    return draw.sample(ids, min(len(ids), number))


def _edit(draw: random.Random, curator: Any, music: Path) -> None:
    fields = {"album": draw.choice([None, *_some(draw, Album.objects)]), "year": draw.randrange(1990, 2000)}
    edits.apply(history.begin(curator, "together"), "track", _some(draw, Track.objects), fields)


def _publish(draw: random.Random, curator: Any, music: Path) -> None:
    values = {"published": draw.random() < 0.5, "release_at": None}
    edits.apply(history.begin(curator, "published"), "track", _some(draw, Track.objects), values)


def _schedule(draw: random.Random, curator: Any, music: Path) -> None:
    moment = timezone.now() + timedelta(seconds=draw.choice([-5, 3600]))
    values = {"published": True, "release_at": moment.isoformat()}
    edits.apply(history.begin(curator, "scheduled"), "track", _some(draw, Track.objects), values)


def _release(draw: random.Random, curator: Any, music: Path) -> None:
    """Let the moment of some releases come; nobody has looked since."""
    ids = _some(draw, Track.objects.filter(release_at__gt=timezone.now()))
    Track.objects.filter(id__in=ids).update(release_at=timezone.now() - timedelta(milliseconds=1))
    releases.show_released(at=timezone.now())


def _genres_by_hand(draw: random.Random, curator: Any, music: Path) -> None:
    ids = draw.sample(list(Genre.objects.order_by("id").values_list("id", flat=True)), 2)
    values = {"genres": [[row_id, place] for place, row_id in enumerate(ids)]}
    edits.apply(history.begin(curator, "together"), "track", _some(draw, Track.objects), values)


def _import(draw: random.Random, curator: Any, music: Path) -> None:
    """Bring a new file, or one that is there with other tags."""
    number = draw.randrange(4)
    file = music / f"{number}.mp3"
    file.unlink(missing_ok=True)
    audio.make(file, title=f"File {number}", artist="Artist 1", album=f"Album {number % 2}", genre=draw.choice(GENRES))
    library.import_folder(music)


def _lose(draw: random.Random, curator: Any, music: Path) -> None:
    files = sorted(music.iterdir())
    if files:
        draw.choice(files).unlink()
        library.import_folder(music)


def _merge(draw: random.Random, curator: Any, music: Path) -> None:
    kind, model = draw.choice([("album", Album), ("artist", Artist)])
    ids = _some(draw, model.objects)
    if len(ids) == 2:
        unions.merge(history.begin(curator, "merged"), kind, keep=ids[0], ids=ids)


def _undo(draw: random.Random, curator: Any, music: Path) -> None:
    act = Change.objects.order_by("-id").values_list("act", flat=True).first()
    if act:
        try:
            reverts.undo(act, by=curator)
        except reverts.Conflict:
            return


def _play(draw: random.Random, curator: Any, music: Path) -> None:
    ids = _some(draw, Track.objects)
    Track.objects.filter(id__in=ids).update(plays=draw.randrange(10_000))
    derived.move_buckets(ids)


def _delete(draw: random.Random, curator: Any, music: Path) -> None:
    """Delete a genre or an artist that nothing holds."""
    for kind, rows in (
        ("genre", Genre.objects.filter(track_genres=None)),
        ("artist", Artist.objects.filter(credits=None, album_credits=None)),
    ):
        ids = _some(draw, rows, 1)
        with curation.editing(history.begin(curator, "deleted"), {kind: ids}):
            rows.filter(id__in=ids).delete()
