"""Cards that an earlier version wrote learn what is played in place: see the migration `0006_cards_in_place`."""

import importlib

import pytest
from django.db import connection

from catalog.models import Library, LibraryFile, Rendition, Track
from conftest import MakeTrack

pytestmark = pytest.mark.django_db

MARKS = importlib.import_module("catalog.migrations.0006_cards_in_place").MARKS


def test_cards_of_files_in_place_say_so_and_no_others(make_track: MakeTrack) -> None:
    library = Library.objects.create(root="/music")
    file = LibraryFile.objects.create(library=library, path="x.mp3", size=9, mtime_ns=1)
    in_place, stored, silent = make_track("In place"), make_track("Stored"), make_track("Silent", playable=False)
    Rendition.objects.filter(track=in_place).update(file=file)  # its card is as the version before wrote it
    before = Track.objects.get(id=in_place.id).card
    with connection.cursor() as cursor:
        cursor.execute(MARKS[connection.vendor])
    cards = dict(Track.objects.values_list("id", "card"))
    assert cards[in_place.id] == {**before, "audio": [{**before["audio"][0], "in_place": True}]}
    assert "in_place" not in cards[stored.id]["audio"][0]
    assert cards[silent.id]["audio"] == []
