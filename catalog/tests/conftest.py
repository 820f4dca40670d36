"""What tests of the catalog's pages begin with."""

import pytest

from catalog import search
from catalog.models import Track
from conftest import MakeTrack


@pytest.fixture
def song(make_track: MakeTrack) -> Track:
    song = make_track(
        "Tideline", artist="Halcyon Pike", featured=("青木なつみ",), genres=("Ambient", "Jazz"), year=2024
    )
    while search.index_pending():
        pass
    return song
