"""One node for all tests that only ask it."""

from collections.abc import Iterator

import pytest

from spotify_lite.tests import node as nodes


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[nodes.Node]:
    """Return the node; tests that use it carry the mark xdist_group("node"), so that one process has it."""
    with nodes.running(tmp_path_factory.mktemp("node")) as running:
        yield running
