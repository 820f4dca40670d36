"""One node for all tests that only ask it, one edge for all that spoil its origin, and one demo to be copied."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from spotify_lite.tests import edges
from spotify_lite.tests import node as nodes
from spotify_lite.tests.rig import server


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


@pytest.fixture(scope="session")
def demo_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demo catalog's folder, to be copied. A run makes it once: it costs 100 s of a processor."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with (shared / "demo.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        server.manage(server.environment(own / "demo-maker", 1), "make_demo", str(shared / "demo"))  # or finds it whole
    return shared / "demo"
