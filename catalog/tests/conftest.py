"""What tests of the catalog's pages begin with, and the storages of those that are about objects."""

from collections.abc import Iterator
from typing import Any

import pytest

from catalog import search
from catalog.models import Track
from conftest import MakeTrack
from spotify_lite.tests.rig import s3

ON_S3 = [pytest.mark.rig, pytest.mark.xdist_group("s3")]


@pytest.fixture
def song(make_track: MakeTrack) -> Track:
    song = make_track(
        "Tideline", artist="Halcyon Pike", featured=("青木なつみ",), genres=("Ambient", "Jazz"), year=2024
    )
    while search.index_pending():
        pass
    return song


@pytest.fixture(scope="session")
def running_s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[s3.Storage]:
    with s3.storage(tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture
def empty_s3(running_s3: s3.Storage) -> s3.Storage:
    """Return a real S3 server that holds nothing; tests that use it carry the marks `ON_S3`."""
    running_s3.empty()
    return running_s3


@pytest.fixture
def storage(empty_s3: s3.Storage, settings: Any) -> s3.Storage:
    """Return the same server as the home of this node's media."""
    s3.use(empty_s3, settings)
    return empty_s3


@pytest.fixture(params=["folder", pytest.param("bucket", marks=ON_S3)])
def kept_in(request: pytest.FixtureRequest, settings: Any) -> str:
    """Keep media in a folder, and once more in a bucket."""
    if request.param == "bucket":
        s3.use(request.getfixturevalue("empty_s3"), settings)
    return str(request.param)
