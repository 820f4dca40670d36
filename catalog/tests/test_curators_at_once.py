"""Two at the same rows at once: the later one sees what the first has done. On SQLite one writes at a time anyway."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pytest
from django.db import connection, transaction

from catalog import curation, history, library, reverts, unions
from catalog.models import Artist, Change, Merged, Track
from catalog.tests import audio

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="there, one writes at a time"),
]

Meanwhile = Callable[..., Future[Any]]


@pytest.fixture
def meanwhile() -> Iterator[Meanwhile]:
    """Return what starts a call on another connection, which has to wait for this one."""
    with ThreadPoolExecutor(1) as pool:

        def call(function: Callable[[], Any]) -> Any:
            try:
                return function()
            finally:
                connection.close()

        def start(function: Callable[[], Any], seconds: float = 0.5) -> Future[Any]:
            begun = pool.submit(call, function)
            assert not wait([begun], timeout=seconds).done
            return begun

        yield start


def test_two_artists_are_merged_into_each_other_once(curator, make_track, meanwhile):
    one, other = (make_track(name, artist=name).credits.get().artist_id for name in ("One", "Other"))
    both = [one, other]
    with transaction.atomic():
        unions.merge(history.begin(curator, "merged"), "artist", keep=one, ids=both)
        second = meanwhile(lambda: unions.merge(history.begin(curator, "merged"), "artist", keep=other, ids=both))
    with pytest.raises(unions.NotThere):
        second.result(10)
    assert (Artist.objects.get().id, Merged.objects.get().old_id) == (one, other)


def test_undo_leaves_alone_what_somebody_is_changing(curator, make_track, meanwhile):
    track = make_track("Before")
    for title in ("Between", "After"):
        undo = None
        with transaction.atomic():
            with curation.editing(history.begin(curator, "changed"), {"track": [track.id]}):
                Track.objects.filter(id=track.id).update(title=title)
            if title == "After":
                act = Change.objects.earliest("id").act
                undo = meanwhile(lambda act=act: reverts.undo(act, by=curator))
    with pytest.raises(reverts.Conflict, match="has been changed since"):
        undo.result(10)
    assert Track.objects.get().title == "After"


def test_import_of_a_song_that_somebody_is_changing_leaves_the_change(curator, meanwhile, tmp_path, settings):
    """The batch had read the song before the change was committed, and wrote the file's title over it."""
    settings.VAR_DIR = tmp_path
    file = audio.make(tmp_path / "music" / "song.mp3", title="Filed", artist="Mira Vale", date="1990")
    library.import_folder(tmp_path / "music")
    track = Track.objects.get()
    audio.make(file, title="Filed", artist="Mira Vale", date="1991")
    with transaction.atomic():
        with curation.editing(history.begin(curator, "changed"), {"track": [track.id]}):
            Track.objects.filter(id=track.id).update(title="Chosen")
        imported = meanwhile(lambda: library.import_folder(tmp_path / "music"), seconds=2)  # it reads first
    imported.result(30)
    track = Track.objects.get()
    assert (track.title, track.year) == ("Chosen", 1991)
