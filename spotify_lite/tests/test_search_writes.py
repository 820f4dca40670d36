"""What curators and listeners change is found within two seconds of the commit, while others search."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from spotify_lite.tests.rig import finding, lack, postgres, server, worker
from spotify_lite.tests.rig.searchers import Searchers

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("search writes")]

TRACKS = 1_000
EDITS = 20  # of all kinds
QUERIES = ("the", "love", "river", "a", "night", "son", "moon light", "qxzjkv")


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_each_edit_is_found_within_two_seconds(tmp_path: Path, database: str) -> None:
    """Looked for from the commit on, past all caches, by a server and a worker as `serve` runs them."""
    with _database(database) as variables, server.running(tmp_path / "var", extra=variables) as node:
        node.manage("seed_catalog", "--tracks", str(TRACKS), "--seed", "1")
        with worker.running(node), Searchers(node, QUERIES, clients=4, pause=0.1) as searchers:
            found = finding.look(node, count=EDITS, rate=900)
        answers = searchers.answers
    assert Counter(one.what for one in found) == {"rename": 8, "play": 6, "publish": 4, "hide": 2}
    late = [one for one in found if not one.found or one.seconds > finding.WITHIN]
    assert not late
    assert answers
    assert {answer.status for answer in answers} == {200}
    print(f"found after at most {max(one.seconds for one in found):.2f} s, beside {len(answers)} searches")


@contextmanager
def _database(name: str) -> Iterator[dict[str, str]]:
    """Give the settings of an empty database."""
    if name == "sqlite":
        yield {}
        return
    if postgres.programs() is None:
        lack(f"the Debian package {postgres.PACKAGE}")
    with postgres.cluster() as url:
        yield {"DATABASE_URL": url}
