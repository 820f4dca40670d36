"""Search finds what people mean, on the index that the writers' outbox feeds."""


import pytest
from django.utils import timezone

from catalog import search


KINDS = ("track", "artist", "album")

pytestmark = pytest.mark.django_db


def find(query, *, kinds=KINDS, limit=10, at=None):
    search.index_pending()
    return search.search(query, kinds=kinds, limit=limit, at=at or timezone.now())


def test_a_track_its_artist_and_its_album_are_found(make_track):
    track = make_track("Tideline", artist="Halcyon Pike", album="Slow Harbour Lights")
    assert find("tideline").tracks == [track.id]
    found = find("halcyon pike")
    assert found.tracks == [track.id]
    assert found.artists == [track.credits.get().artist_id]
    assert find("slow harbour lights").albums == [track.album_id]
    assert not found.partial
    assert found.stage == 0
