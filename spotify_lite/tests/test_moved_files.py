"""A hundred files are tagged anew, moved and renamed: the tracks, and everybody's place in them, stay."""

import uuid
from pathlib import Path

import pytest
from django.core.management import call_command
from mutagen.easyid3 import EasyID3

from accounts.models import User
from catalog import paths
from catalog.models import LibraryFile, Track
from catalog.tests import audio
from playback.models import ResumePoint

FILES = 100
AT_MS = 1_767_225_600_000


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    for number in range(FILES):
        audio.make(
            folder / f"Album {number % 10}" / f"{number:03}.mp3",
            title=f"Song {number}",
            artist="Halcyon Pike",
            album=f"Album {number % 10}",
            tracknumber=number // 10 + 1,
        )
    return folder


@pytest.mark.django_db
def test_ids_and_positions_stay(music: Path, listener: User) -> None:
    call_command("import_music", str(music))
    before = _tracks_by_file(music)
    assert len(before) == FILES
    for track_id in before.values():
        ResumePoint.objects.create(
            listener=listener, track_id=track_id, at_ms=AT_MS, play_id=uuid.uuid4(), seq=1, position_ms=500, state=1
        )

    expected = {}
    for place, (path, track_id) in enumerate(sorted(before.items())):
        expected[_change(path, place, music)] = track_id
    call_command("import_music", str(music))

    assert _tracks_by_file(music) == expected
    assert Track.objects.count() == Track.objects.filter(available=True).count() == FILES
    assert set(ResumePoint.objects.values_list("track_id", flat=True)) == set(before.values())
    assert Track.objects.filter(title__startswith="Retitled").count() == len(range(0, FILES, 3))
    assert all(card["audio"] for card in Track.objects.values_list("card", flat=True))


def _change(path: Path, place: int, music: Path) -> Path:
    """Tag, move or rename a file, each a third of them; return where it is now."""
    if place % 3 == 0:
        tags = EasyID3(path)
        tags["title"] = f"Retitled {place}"
        tags.save()
        return path
    target = music / "Moved" / path.name if place % 3 == 1 else path.with_name(f"renamed {path.name}")
    target.parent.mkdir(exist_ok=True)
    return path.rename(target)


def _tracks_by_file(music: Path) -> dict[Path, int]:
    rows = LibraryFile.objects.filter(missing=False, master__isnull=False).values_list("path", "master__track_id")
    return {Path(paths.absolute(str(music), path)): track_id for path, track_id in rows}
