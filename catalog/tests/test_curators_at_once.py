"""Two at the same rows at once: the later one sees what the first has done. On SQLite one writes at a time anyway."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pytest
from django.db import connection, transaction

from catalog import curation, history, reverts, unions
from catalog.models import Artist, Change, Merged, Track

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="there, one writes at a time"),
]

Meanwhile = Callable[[Callable[[], Any]], Future[Any]]


@pytest.fixture
def meanwhile() -> Iterator[Meanwhile]:
    """Return what starts a call on another connection, which has to wait for this one."""
    with ThreadPoolExecutor(1) as pool:

        def call(function: Callable[[], Any]) -> Any:
            try:
                return function()
            finally:
                connection.close()

        def start(function: Callable[[], Any]) -> Future[Any]:
            begun = pool.submit(call, function)
            assert not wait([begun], timeout=0.5).done
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
