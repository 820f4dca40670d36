"""One node for all tests that only ask it, and one edge for all that spoil its origin."""

from collections.abc import Iterator

import pytest

from spotify_lite.tests import edges
from spotify_lite.tests import node as nodes


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[nodes.Node]:
    """Return the node; tests that use it carry the mark xdist_group("node"), so that one process has it."""
    with nodes.running(tmp_path_factory.mktemp("node")) as running:
        yield running


@pytest.fixture(scope="session")
def standing_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[edges.World]:
    with edges.world(tmp_path_factory.mktemp("edges")) as running:
        yield running


@pytest.fixture
def world(standing_world: edges.World) -> Iterator[edges.World]:
    """Return a storage and an edge, with nothing wrong between them and nothing counted.

    Tests that use it carry the mark xdist_group("edge"), so that one process has them.
    """
    standing_world.origin.heal()
    standing_world.origin.forget()
    yield standing_world
    standing_world.origin.heal()
